import { askOnce } from "../evaluator/process";
import type { AskOptions } from "../evaluator/process";
import type { WeightsFigure, WeightsSelection } from "../protocol/weights";

/** More bins than a histogram has pixels tell nothing, and more files than can be told apart neither. */
const mostBins = 1000;
const mostFiles = 12;

/**
 * How the weights of files are distributed, found out in a process of its own, which ends when `signal` is aborted.
 * @throws ProblemError that names the file; the reason of the signal; Error when the selection is none.
 */
export async function weightsFigure(selection: WeightsSelection, options: AskOptions = {}): Promise<WeightsFigure> {
  const { files, bins } = selection;
  if (!Number.isInteger(bins) || bins < 1 || bins > mostBins) throw new Error(`${bins} bins cannot be made`);
  if (files.length === 0 || files.length > mostFiles) throw new Error(`${files.length} files cannot be compared`);
  return (await askOnce({ kind: "weigh", selection }, options)).figure;
}

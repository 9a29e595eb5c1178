import { unsupported } from "../files/faults";
import { headOf } from "../files/source";
import type { DataFormat, LabelledData } from "./dataset";
import { withFile } from "./file";
import { idxFormat } from "./idx";
import { npzFormat } from "./npz";

/** Every data format that can be read, in the order in which they are asked. */
const formats: readonly DataFormat[] = [npzFormat, idxFormat];

/**
 * Opens labelled data of any known format.
 * @param path absolute
 * @param names arrays asked for by the study; found by their usual names when absent
 * @throws ProblemError `data-missing`, `data-mismatch` (arrays not found), `file-corrupt`, `file-unsupported`, `too-large`
 */
export async function openData(
  path: string,
  names: { readonly x?: string; readonly y?: string },
): Promise<LabelledData> {
  const head = await withFile(path, (file) => headOf(file, 8));
  const format = formats.find((candidate) => candidate.match(path, head));
  if (!format) {
    const known = formats.map(({ label }) => label).join(" and ");
    const advice = "Save the samples and labels with numpy.savez('test.npz', x_test=…, y_test=…).";
    throw unsupported(path, `is no data file that can be read; known are ${known} files`, advice);
  }
  return format.open(path, names);
}

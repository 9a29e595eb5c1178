import path from "node:path";
import * as vscode from "vscode";
import { ProblemError } from "../../../server/protocol/problem";
import { WeightsRequest } from "../../../server/protocol/requests";
import type { WeightsQuestion } from "../../../server/protocol/files";
import type { Study } from "../../../server/protocol/study";
import type { AskHandler } from "./ask";

/** No page needs more than these. */
const mostFiles = 12;
const mostBins = 1000;

/** The question that a panel waits for: another one of the same panel takes its place. */
const waiting = new Map<string, vscode.CancellationTokenSource>();

/** How weights of files are distributed over the layers of the model that is shown. */
export const weights: AskHandler<"weights"> = {
  read(params) {
    if (typeof params !== "object" || params === null) return undefined;
    const { files, bins } = params as { readonly files?: unknown; readonly bins?: unknown };
    const isCount = typeof bins === "number" && Number.isInteger(bins) && bins > 0 && bins <= mostBins;
    const isPath = (file: unknown): file is string => typeof file === "string" && path.isAbsolute(file);
    if (!isCount || !Array.isArray(files) || files.length === 0 || files.length > mostFiles) return undefined;
    return files.every(isPath) ? { files, bins } : undefined;
  },

  async answer({ files, bins }, { source, worker, snapshot }) {
    if (snapshot === undefined) throw new Error("The weights of no run were asked for");
    const { study } = snapshot.header;
    const key = source.toString();
    waiting.get(key)?.cancel();
    const cancellation = new vscode.CancellationTokenSource();
    waiting.set(key, cancellation);
    try {
      const selection = { model: study.model.path, files: files.map((file) => questionOf(file, study)), bins };
      const result = await worker.request(WeightsRequest, selection, cancellation.token);
      if (result.kind === "problem") throw new ProblemError(result.problem);
      return result.figure;
    } finally {
      if (waiting.get(key) === cancellation) waiting.delete(key);
      cancellation.dispose();
    }
  },
};

/** A file with the names that the study maps for it. */
function questionOf(file: string, { model, checkpoints }: Study): WeightsQuestion {
  const rename = file === model.weights ? model.rename : file === model.path ? undefined : checkpoints?.rename;
  return { path: file, ...(rename ? { rename } : {}) };
}

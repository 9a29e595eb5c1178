import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Graph } from "../../graph/graph";
import { decodeText, WireError } from "../../graph/wire";
import { ProblemError } from "../../protocol/problem";
import type { ModelFormat } from "../format";
import { ExternalFiles, tooLarge } from "./external";
import { readModel } from "./model";
import { refuseQuantised } from "./quantised";

/** Largest file that is read; protocol buffers cannot be larger. */
const largestFile = 2 ** 31 - 1;

/** ONNX models: one file, with or without data files beside it. */
export const onnxFormat: ModelFormat = {
  label: "ONNX",

  match(file) {
    return file.toLowerCase().endsWith(".onnx");
  },

  async open(file) {
    const { size } = await stat(file);
    if (size > largestFile) throw tooLarge(file);
    return { graph: parse(await readFile(file), file) };
  },
};

function parse(bytes: Uint8Array, file: string): Graph {
  if (bytes.length === 0) throw corrupt(file, "is empty", "Export or copy the model again.");
  const start = decodeText(bytes.subarray(0, 40)) ?? "";
  if (start.startsWith("version https://git-lfs")) {
    throw corrupt(file, "is only a pointer of Git LFS, not the model itself", "Fetch the model with `git lfs pull`.");
  }
  const files = new ExternalFiles(file);
  try {
    const graph = readModel(bytes, files, file);
    refuseQuantised(graph, file);
    return files.paths.length > 0 ? { ...graph, files: files.paths } : graph;
  } catch (error) {
    if (error instanceof WireError) {
      throw corrupt(file, `is no valid ONNX model: ${error.message}`, "Export or copy the model again.");
    }
    throw error instanceof ProblemError ? new ProblemError({ file, ...error.problem }) : error;
  } finally {
    files.close();
  }
}

function corrupt(file: string, what: string, advice: string): ProblemError {
  return new ProblemError({
    reason: "file-corrupt",
    title: "The model file is damaged",
    message: `${path.basename(file)} ${what}.`,
    advice,
    file,
  });
}

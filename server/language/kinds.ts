import type { FileKind } from "../study/schemaNodes";

const weights = "pt|pth|t7|ckpt|bin|safetensors|npz|onnx|keras|h5|hdf5";

/** Names of the files that a field takes. What is in them is another question, which their readers answer. */
const names: Readonly<Record<FileKind, RegExp>> = {
  model: /(?<!\.weights)\.(onnx|keras|h5|hdf5)$|(^|[-_.])model\.json$/i,
  weights: new RegExp(`\\.(${weights})$|\\.(index|weights)\\.json$|(^|[-_.])model\\.json$`, "i"),
  data: /\.(npz|npy|csv|tsv|parquet|safetensors|mat|pkl|pickle|bin)$|ubyte(\.gz)?$|(^|[-_.])data_batch_\d|_batch$/i,
  checkpoint: new RegExp(`\\.(${weights})$|\\.(index|weights)\\.json$|(^|[-_.])model\\.json$`, "i"),
  checkpoints: new RegExp(`\\.(${weights})$|\\.(index|weights)\\.json$|(^|[-_.])model\\.json$`, "i"),
  log: /\.(csv|tsv|log|jsonl)$|(^|[-_.])(trainer_state|history|log|metrics)\.json$|tfevents/i,
  directions: /\.(npz|safetensors|h5|hdf5)$/i,
};

/** What a field takes, in words. */
export const kindWords: Readonly<Record<FileKind, string>> = {
  model: "model",
  weights: "file of weights",
  data: "data file",
  checkpoint: "checkpoint",
  checkpoints: "checkpoint",
  log: "training log",
  directions: "file of directions",
};

/** Whether a file may be what a field takes, judged by its name. */
export function suits(kind: FileKind, name: string): boolean {
  return names[kind].test(name) && !/\.landscape(-run)?\.|\.directions\.npz$/i.test(name);
}

/** Endings of everything that a study may name, for watching; lower case, without the dot. */
export const watchedEndings: readonly string[] = [
  ...weights.split("|"),
  ...["json", "jsonl", "data", "npy", "csv", "tsv", "parquet", "mat", "pkl", "pickle", "log", "gz"],
];

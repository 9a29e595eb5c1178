import { open as openFile } from "node:fs/promises";
import path from "node:path";
import { openAtOnce } from "../files/source";
import { ProblemError } from "../protocol/problem";
import type { ModelContent, ModelFormat } from "./format";
import { kerasFormat } from "./keras/format";
import { onnxFormat } from "./onnx/format";
import { tfjsFormat } from "./tfjs/format";

/** The readers, asked in this order. */
const formats: readonly ModelFormat[] = [onnxFormat, kerasFormat, tfjsFormat];

const fromTensorFlow = "Convert it with tf2onnx: `python -m tf2onnx.convert --saved-model FOLDER --output model.onnx`.";
const fromPyTorch =
  'In Python: `torch.onnx.export(model, (x,), "model.onnx", training=torch.onnx.TrainingMode.PRESERVE, ' +
  "do_constant_folding=False, dynamo=False)`; then open the .onnx file.";

/** Model files that people have and that no reader takes: what they are, and how to get an ONNX model from them. */
const others: readonly (readonly [ending: string, what: string, advice: string])[] = [
  [".pb", "a TensorFlow graph", fromTensorFlow],
  [".tflite", "a TensorFlow Lite model", fromTensorFlow],
  [".pt", "weights or program code of PyTorch", fromPyTorch],
  [".pth", "weights or program code of PyTorch", fromPyTorch],
  [".ckpt", "a checkpoint without its architecture", fromPyTorch],
  [".t7", "weights of Torch", fromPyTorch],
  [".bin", "weights without their architecture", fromPyTorch],
  [".safetensors", "weights without their architecture", fromPyTorch],
];

/** Whether the file is, by its name, a model that `openModel` reads; an `.h5` may turn out to be something else. */
export function isModelPath(file: string): boolean {
  const name = path.basename(file);
  return (/\.(onnx|keras|h5|hdf5)$/i.test(name) && !/\.weights\.h5$/i.test(name)) || /^model\.json$/i.test(name);
}

/** A model file that was read. */
export interface OpenedModel extends ModelContent {
  /** Label of the format, e.g. "ONNX". */
  readonly format: string;
}

/**
 * Reads a model file into a graph, as the file says it is: not yet in inference form, its last activation in place.
 * A model without parameters, with quantised operators or with folded batch normalisation is a model like any other.
 *
 * @throws ProblemError `file-missing`, `file-corrupt`, `file-unsupported` or `too-large`; each names the file.
 */
export async function openModel(file: string): Promise<OpenedModel> {
  const head = await readHead(file);
  const format = formats.find((candidate) => candidate.match(file, head));
  if (!format) throw unsupported(file);
  return { format: format.label, ...(await format.open(file)) };
}

/** The first bytes of a file, which also shows that it can be read. */
async function readHead(file: string): Promise<Uint8Array> {
  try {
    const handle = await openFile(file, openAtOnce);
    try {
      if ((await handle.stat()).isFIFO()) throw new Error("it is no ordinary file");
      const { buffer, bytesRead } = await handle.read(new Uint8Array(64), 0, 64, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new ProblemError({
      reason: "file-missing",
      title: "The model file cannot be read",
      message: `${file} cannot be read: ${why(error)}.`,
      advice: "Check the path in the study, and that the file is there and readable.",
      file,
    });
  }
}

function why(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file";
    case "EACCES":
    case "EPERM":
      return "access is denied";
    case "EISDIR":
      return "it is a folder";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function unsupported(file: string): ProblemError {
  const name = path.basename(file);
  const [, what, advice] = others.find(([ending]) => name.toLowerCase().endsWith(ending)) ?? [
    "",
    "a file of a kind that is not known",
    "Export the model as ONNX and open the .onnx file.",
  ];
  return new ProblemError({
    reason: "file-unsupported",
    title: "This kind of model file is not supported yet",
    message: `${name} is ${what}; an ONNX model (.onnx) was expected.`,
    advice,
    file,
  });
}

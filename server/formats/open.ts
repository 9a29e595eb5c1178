import path from "node:path";
import { tensorFlowConvert, torchExport } from "../protocol/exportCalls";
import { sizeOf } from "../graph/tensor";
import { ProblemError } from "../protocol/problem";
import type { ModelContent, ModelFormat } from "./format";
import { kerasFormat } from "./keras/format";
import { requireParameters } from "./limits";
import { onnxFormat } from "./onnx/format";
import { readHead } from "./source";
import { tfjsFormat } from "./tfjs/format";

/** The readers, asked in this order. */
const formats: readonly ModelFormat[] = [onnxFormat, kerasFormat, tfjsFormat];

/** A model file that people have and that no reader takes: what it is, and how to get a model that can be read from it. */
interface Other {
  readonly ending: string;
  readonly what: string;
  readonly advice: string;
  /** Code that does it, where a call is enough. */
  readonly snippet?: (name: string) => string;
}

const convert = "Convert it to ONNX with tf2onnx, then open the .onnx file.";
const fromPyTorch = {
  advice: "Export the model from Python as ONNX; checkpoints with its weights can then be read beside it.",
  snippet: () => torchExport(),
};

const others: readonly Other[] = [
  {
    ending: "saved_model.pb",
    what: "a SavedModel of TensorFlow, which contains program code and was not opened",
    advice: convert,
    snippet: () => tensorFlowConvert("--saved-model FOLDER"),
  },
  {
    ending: ".pb",
    what: "a graph of TensorFlow",
    advice: "Convert it to ONNX with tf2onnx, naming its inputs and outputs, then open the .onnx file.",
    snippet: (name) => tensorFlowConvert(`--graphdef ${name} --inputs INPUT:0 --outputs OUTPUT:0`),
  },
  {
    ending: ".tflite",
    what: "a TensorFlow Lite model",
    advice: convert,
    snippet: (name) => tensorFlowConvert(`--tflite ${name}`),
  },
  {
    ending: ".pt2",
    what: "a program of torch.export, which contains program code and was not opened",
    ...fromPyTorch,
  },
  { ending: ".pt", what: "weights or program code of PyTorch", ...fromPyTorch },
  { ending: ".pth", what: "weights or program code of PyTorch", ...fromPyTorch },
  { ending: ".ckpt", what: "a checkpoint without its architecture", ...fromPyTorch },
  { ending: ".t7", what: "weights of Torch", ...fromPyTorch },
  { ending: ".bin", what: "weights without their architecture", ...fromPyTorch },
  { ending: ".safetensors", what: "weights without their architecture", ...fromPyTorch },
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
 * A model without parameters or with folded batch normalisation is a model like any other.
 *
 * @throws ProblemError `file-missing`, `file-corrupt`, `file-unsupported` or `too-large`; each names the file.
 */
export async function openModel(file: string): Promise<OpenedModel> {
  const head = await readHead(file, 64);
  const format = formats.find((candidate) => candidate.match(file, head));
  if (!format) throw unsupported(file);
  const content = await format.open(file);
  requireParameters(
    content.graph.parameters.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0),
    file,
  );
  return { format: format.label, ...content };
}

function unsupported(file: string): ProblemError {
  const name = path.basename(file);
  const { what, advice, snippet } = others.find(({ ending }) => name.toLowerCase().endsWith(ending)) ?? {
    what: "a file of a kind that is not known",
    advice: "Export the model as ONNX and open the .onnx file.",
  };
  return new ProblemError({
    reason: "file-unsupported",
    title: "This kind of model file is not supported",
    message: `${name} is ${what}; an ONNX model (.onnx) was expected.`,
    advice,
    file,
    ...(snippet ? { snippet: snippet(name) } : {}),
  });
}

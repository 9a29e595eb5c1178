/** What a call that exports a model of PyTorch speaks of. */
export interface TorchExport {
  /** Name of the model's variable. */
  readonly model: string;
  /** An input of the model, as an expression. */
  readonly input: string;
  /** Name of the file to write. */
  readonly file: string;
}

const usual: TorchExport = { model: "model", input: "x", file: "model.onnx" };

/** What makes an exporter keep batch normalisation and the names of the parameters. */
const preserving = ["training=torch.onnx.TrainingMode.PRESERVE", "do_constant_folding=False"] as const;
/** The same of the newer exporter, which needs onnxscript. */
const preservingDynamo = "dynamo=True, optimize=False";

/**
 * The call of PyTorch's exporter that keeps batch normalisation and the names of the parameters, so that checkpoints fit.
 * Works in every version of PyTorch that has ONNX; Python, several lines without a last line break.
 */
export function torchExport(parts: Partial<TorchExport> = {}): string {
  const { model, input, file } = { ...usual, ...parts };
  return `torch.onnx.export(
    ${model}, (${input},), ${JSON.stringify(file)},
    ${preserving.join(",\n    ")}, dynamo=False,
    input_names=["input"], output_names=["output"],
    dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
)`;
}

/** Advice that goes with `torchExport` for a model whose export lost names or batch normalisation. */
export const exportAgain =
  "Export the model again with this call, which keeps batch normalisation and the names of the parameters; the newer " +
  `exporter keeps them with \`${preservingDynamo}\`.`;

/** The same in a few words, where there is no room for the call. */
export const exportPreserving = `Export the model with ${preserving.join(" and ")} to keep it.`;

/** A Python program that loads a model with a call such as `torch.load("model.pt", weights_only=False)` and exports it. */
export function torchReExport(load: string): string {
  return `import torch

model = ${load}
model.eval()
# An input of the shape that the model takes.
x = torch.randn(1, 3, 32, 32)
${torchExport()}`;
}

/** The call that saves a model of Keras with its weights and training configuration. */
export function kerasSave(model = "model", file = "model.keras"): string {
  return `${model}.save(${JSON.stringify(file)})`;
}

/** The command that converts a model of TensorFlow to ONNX; `source` is what it takes, e.g. `--tflite model.tflite`. */
export function tensorFlowConvert(source: string): string {
  return `python -m tf2onnx.convert ${source} --output model.onnx`;
}

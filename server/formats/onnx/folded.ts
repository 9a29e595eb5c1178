import type { Graph } from "../../graph/graph";

/** Names that PyTorch's exporter makes up for the weights of a convolution into which it folded a batch normalisation. */
const madeUp = /^onnx::(Conv|ConvTranspose)_\d+$/;

/** Names of the kernels into which an exporter folded batch normalisation: `onnx::Conv_29` in place of `conv1.weight`. */
export function foldedKernels({ nodes, parameters }: Graph): readonly string[] {
  const made = new Set(parameters.filter(({ name }) => madeUp.test(name)).map(({ value }) => value));
  return nodes
    .filter(({ op }) => op === "Conv" || op === "ConvTranspose")
    .flatMap(({ inputs }) => inputs.slice(1, 2))
    .filter((input) => made.has(input));
}

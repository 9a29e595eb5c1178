import type { Graph } from "../../graph/graph";

/** Names that PyTorch's exporter makes up for the weights of a convolution into which it folded a batch normalisation. */
const madeUp = /^onnx::(Conv|ConvTranspose)_\d+$/;

/**
 * Names of the kernels into which an exporter folded batch normalisation: `onnx::Conv_29` in place of `conv1.weight`, or
 * from the newer exporter `conv1.weight` with other values and a bias `conv1.weight_bias`, unless there was a bias before.
 */
export function foldedKernels({ nodes, parameters }: Graph): readonly string[] {
  const known = new Set(parameters.map(({ value }) => value));
  const made = new Set(parameters.filter(({ name }) => madeUp.test(name)).map(({ value }) => value));
  return nodes
    .filter(({ op }) => op === "Conv" || op === "ConvTranspose")
    .flatMap(({ inputs: [, kernel = "", bias] }) =>
      made.has(kernel) || (known.has(kernel) && bias === `${kernel}_bias`) ? [kernel] : [],
    );
}

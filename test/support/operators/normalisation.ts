import { float } from "../../../server/graph/build";
import { feed, operatorCase, weight, type OperatorCase } from "../operatorCase";

const batchNorm = (variant: string, shape: number[], epsilon?: number, opset?: number) => {
  const channels = [shape[1]!];
  return operatorCase("BatchNormalization", variant, {
    inputs: [
      feed(shape),
      weight(channels),
      weight(channels, -1, 1, 3),
      weight(channels, -1, 1, 4),
      weight(channels, 0.1, 2, 5),
    ],
    attributes: epsilon === undefined ? {} : { epsilon: float(epsilon) },
    opset,
  });
};

const layerNorm = (variant: string, shape: number[], scale: number[], attributes = {}, shift = true) =>
  operatorCase("LayerNormalization", variant, {
    inputs: [feed(shape), weight(scale), ...(shift ? [weight(scale, -1, 1, 3)] : [])],
    attributes,
  });

export const normalisationCases: readonly OperatorCase[] = [
  batchNorm("images", [2, 3, 4, 5]),
  batchNorm("vectors", [4, 3]),
  batchNorm("sequences", [2, 3, 7]),
  batchNorm("large epsilon", [2, 3, 4, 4], 0.1),
  batchNorm("opset 9", [2, 3, 4, 4], 1e-3, 9),
  batchNorm("opset 14", [2, 3, 4, 4], 1e-3, 14),

  layerNorm("last axis", [2, 3, 8], [8]),
  layerNorm("axis given from the end", [2, 3, 8], [8], { axis: -1, epsilon: float(1e-3) }),
  layerNorm("two axes", [2, 3, 4, 5], [4, 5], { axis: 2 }),
  layerNorm("all but the batch", [2, 3, 4], [3, 4], { axis: 1 }),
  layerNorm("no shift", [2, 3, 8], [8], {}, false),
  layerNorm("small spread", [2, 8], [8], { epsilon: float(1e-6) }),

  operatorCase("InstanceNormalization", "images", {
    inputs: [feed([2, 3, 4, 5]), weight([3]), weight([3], -1, 1, 3)],
    attributes: { epsilon: float(1e-4) },
  }),
  operatorCase("InstanceNormalization", "sequences", {
    inputs: [feed([2, 3, 9]), weight([3]), weight([3], -1, 1, 3)],
  }),
  operatorCase("GroupNormalization", "two groups", {
    inputs: [feed([2, 6, 3, 4]), weight([6]), weight([6], -1, 1, 3)],
    attributes: { num_groups: 2, epsilon: float(1e-4) },
  }),
  operatorCase("GroupNormalization", "opset 18, one scale for each group", {
    inputs: [feed([2, 6, 3, 4]), weight([2]), weight([2], -1, 1, 3)],
    attributes: { num_groups: 2 },
    opset: 18,
    tensorflow: false,
  }),
  operatorCase("LRN", "five channels", {
    inputs: [feed([2, 7, 3, 3])],
    attributes: { size: 5, alpha: float(0.1), beta: float(0.5), bias: float(2) },
  }),
  operatorCase("LpNormalization", "Euclidean", { inputs: [feed([3, 5])], attributes: { axis: 1 }, tensorflow: false }),
  operatorCase("LpNormalization", "absolute, first axis", {
    inputs: [feed([3, 5])],
    attributes: { axis: 0, p: 1 },
    tensorflow: false,
  }),
];

import { feed, operatorCase, type OperatorCase } from "../operatorCase";

const pool =
  (op: string) =>
  (variant: string, shape: number[], attributes: Record<string, number | string | number[]>, opset?: number) =>
    operatorCase(op, variant, { inputs: [feed(shape)], attributes, opset });

const max = pool("MaxPool");
const average = pool("AveragePool");

export const poolingCases: readonly OperatorCase[] = [
  max("2×2, stride 2", [2, 3, 6, 8], { kernel_shape: [2, 2], strides: [2, 2] }),
  max("stride 1 by default", [1, 2, 5, 6], { kernel_shape: [3, 2] }),
  max("overlapping, padded", [2, 3, 7, 8], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  max("asymmetric pads", [1, 2, 6, 7], { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] }),
  max("ceil_mode", [1, 2, 7, 8], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  max("ceil_mode, padded", [1, 2, 6, 7], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }),
  max("dilations", [1, 2, 8, 9], { kernel_shape: [3, 3], dilations: [2, 3] }),
  max("dilations, strides, pads", [1, 2, 8, 9], {
    kernel_shape: [2, 3],
    dilations: [2, 2],
    strides: [2, 1],
    pads: [1, 1, 1, 1],
  }),
  max("SAME_UPPER", [1, 2, 7, 6], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: "SAME_UPPER" }),
  max("SAME_LOWER", [1, 2, 7, 6], { kernel_shape: [2, 3], strides: [2, 2], auto_pad: "SAME_LOWER" }),
  max("VALID", [1, 2, 7, 6], { kernel_shape: [2, 3], strides: [2, 2], auto_pad: "VALID" }),
  max("1-D", [2, 3, 9], { kernel_shape: [3], strides: [2], pads: [1, 0] }),
  max("opset 8", [1, 2, 6, 6], { kernel_shape: [2, 2], strides: [2, 2] }, 8),
  operatorCase("MaxPool", "all inputs below zero", {
    inputs: [feed([1, 2, 4, 4], -3, -1)],
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
  }),

  average("2×2, stride 2", [2, 3, 6, 8], { kernel_shape: [2, 2], strides: [2, 2] }),
  average("padding excluded", [1, 2, 6, 7], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  average("padding included", [1, 2, 6, 7], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    count_include_pad: 1,
  }),
  average("asymmetric pads, excluded", [1, 2, 6, 7], { kernel_shape: [3, 3], pads: [0, 1, 2, 0] }),
  average("asymmetric pads, included", [1, 2, 6, 7], {
    kernel_shape: [3, 3],
    pads: [0, 1, 2, 0],
    count_include_pad: 1,
  }),
  average("ceil_mode", [1, 2, 7, 8], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  average("ceil_mode, padded, excluded", [1, 2, 6, 8], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    ceil_mode: 1,
  }),
  average("ceil_mode, padded, included", [1, 2, 6, 8], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    ceil_mode: 1,
    count_include_pad: 1,
  }),
  average("SAME_UPPER", [1, 2, 7, 6], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: "SAME_UPPER" }),
  average("SAME_LOWER", [1, 2, 7, 6], { kernel_shape: [2, 3], strides: [2, 2], auto_pad: "SAME_LOWER" }),
  average("VALID", [1, 2, 7, 6], { kernel_shape: [2, 3], auto_pad: "VALID" }),
  average("1-D", [2, 3, 9], { kernel_shape: [4], strides: [2], pads: [1, 2] }),
  average("opset 11", [1, 2, 6, 6], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }, 11),
  operatorCase("MaxPool", "SAME_UPPER, dilations", {
    inputs: [feed([1, 2, 9, 9])],
    attributes: { kernel_shape: [3, 3], dilations: [2, 2], auto_pad: "SAME_UPPER" },
    onnxruntime: false,
  }),
  operatorCase("AveragePool", "dilations", {
    inputs: [feed([1, 2, 8, 8])],
    attributes: { kernel_shape: [2, 3], dilations: [2, 2] },
    tensorflow: false,
  }),

  operatorCase("GlobalAveragePool", "images", { inputs: [feed([2, 3, 4, 5])] }),
  operatorCase("GlobalAveragePool", "sequences", { inputs: [feed([2, 3, 7])] }),
  operatorCase("GlobalMaxPool", "images", { inputs: [feed([2, 3, 4, 5])] }),
  operatorCase("GlobalMaxPool", "sequences", { inputs: [feed([2, 3, 7])] }),
  operatorCase("LpPool", "Euclidean", {
    inputs: [feed([1, 2, 6, 6])],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], p: 2 },
    tensorflow: false,
  }),
];

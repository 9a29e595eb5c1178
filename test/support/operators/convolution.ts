import { feed, operatorCase, weight, type OperatorCase } from "../operatorCase";

const conv = (
  variant: string,
  x: number[],
  w: number[],
  attributes: Record<string, number | string | number[]>,
  bias = true,
) =>
  operatorCase("Conv", variant, {
    inputs: [feed(x), weight(w), ...(bias ? [weight([w[0]!])] : [])],
    attributes,
  });

const transposed = (
  variant: string,
  x: number[],
  w: number[],
  attributes: Record<string, number | string | number[]>,
  bias = true,
) =>
  operatorCase("ConvTranspose", variant, {
    inputs: [feed(x), weight(w), ...(bias ? [weight([w[1]! * Number(attributes.group ?? 1)])] : [])],
    attributes,
  });

export const convolutionCases: readonly OperatorCase[] = [
  conv("2-D, no attributes, no bias", [2, 3, 7, 6], [4, 3, 3, 3], {}, false),
  conv("2-D, bias", [2, 3, 7, 6], [4, 3, 3, 2], { kernel_shape: [3, 2] }),
  conv("2-D, 1×1", [2, 5, 4, 3], [6, 5, 1, 1], {}),
  conv("2-D, 1×1, stride 2", [2, 3, 7, 6], [4, 3, 1, 1], { strides: [2, 2] }, false),
  conv("2-D, stride 2, symmetric pads", [2, 3, 8, 8], [4, 3, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv("2-D, unequal strides", [1, 2, 9, 10], [3, 2, 3, 3], { strides: [3, 2], pads: [1, 1, 1, 1] }),
  conv("2-D, symmetric pads, unequal axes", [1, 2, 5, 6], [3, 2, 5, 3], { pads: [2, 1, 2, 1] }),
  conv("2-D, asymmetric pads", [1, 2, 6, 5], [3, 2, 3, 3], { pads: [0, 1, 2, 0] }),
  conv("2-D, asymmetric pads and stride 2", [2, 2, 7, 8], [3, 2, 3, 3], { pads: [0, 0, 1, 1], strides: [2, 2] }),
  conv("2-D, SAME_UPPER, stride 2", [1, 2, 7, 8], [3, 2, 3, 3], { auto_pad: "SAME_UPPER", strides: [2, 2] }),
  conv("2-D, SAME_LOWER, stride 2", [1, 2, 7, 8], [3, 2, 3, 3], { auto_pad: "SAME_LOWER", strides: [2, 2] }),
  conv("2-D, SAME_UPPER, even kernel", [1, 2, 6, 7], [3, 2, 2, 4], { auto_pad: "SAME_UPPER" }),
  conv("2-D, SAME_LOWER, even kernel", [1, 2, 6, 7], [3, 2, 2, 4], { auto_pad: "SAME_LOWER" }),
  conv("2-D, VALID, stride 2", [1, 2, 7, 8], [3, 2, 3, 3], { auto_pad: "VALID", strides: [2, 2] }),
  conv("2-D, dilation", [1, 2, 9, 10], [3, 2, 3, 3], { dilations: [2, 3], pads: [2, 3, 2, 3] }),
  conv("2-D, dilation and stride", [1, 2, 11, 10], [3, 2, 3, 3], {
    dilations: [2, 2],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  }),
  operatorCase("Conv", "2-D, SAME_UPPER, dilation", {
    inputs: [feed([1, 2, 9, 10]), weight([3, 2, 3, 3]), weight([3])],
    attributes: { auto_pad: "SAME_UPPER", dilations: [2, 2] },
    onnxruntime: false,
  }),
  conv("2-D, groups", [2, 6, 6, 5], [4, 3, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
  conv("2-D, groups, stride and dilation", [1, 6, 9, 9], [9, 2, 3, 3], {
    group: 3,
    strides: [2, 2],
    dilations: [2, 2],
  }),
  conv("2-D, depthwise", [2, 4, 6, 7], [4, 1, 3, 3], { group: 4, pads: [1, 1, 1, 1] }),
  conv("2-D, depthwise, stride 2", [2, 4, 7, 7], [4, 1, 3, 3], { group: 4, pads: [1, 1, 1, 1], strides: [2, 2] }),
  conv("2-D, depthwise, unequal strides", [1, 3, 8, 9], [3, 1, 3, 3], { group: 3, strides: [1, 2] }),
  conv("2-D, depthwise with multiplier", [1, 3, 6, 6], [6, 1, 3, 3], { group: 3 }),
  conv(
    "2-D, depthwise, dilation",
    [1, 3, 8, 8],
    [3, 1, 3, 3],
    { group: 3, dilations: [2, 2], pads: [2, 2, 2, 2] },
    false,
  ),
  conv("2-D, depthwise, asymmetric pads", [1, 3, 8, 7], [3, 1, 3, 3], { group: 3, pads: [0, 1, 1, 2] }, false),
  conv("2-D, blocks of sixteen channels", [2, 16, 8, 8], [32, 16, 3, 3], { pads: [1, 1, 1, 1] }),
  conv("1-D", [2, 3, 9], [4, 3, 3], {}),
  conv("1-D, stride, pads, dilation", [2, 3, 12], [4, 3, 3], { strides: [2], pads: [1, 2], dilations: [2] }),
  conv("1-D, groups", [2, 4, 8], [6, 2, 3], { group: 2, pads: [1, 1] }, false),
  conv("1-D, depthwise, SAME_UPPER", [2, 4, 9], [4, 1, 4], { group: 4, auto_pad: "SAME_UPPER", strides: [2] }),
  operatorCase("Conv", "3-D", {
    inputs: [feed([1, 2, 4, 5, 4]), weight([3, 2, 3, 2, 3]), weight([3])],
    attributes: { pads: [1, 0, 1, 1, 0, 1], strides: [1, 2, 1] },
    tensorflow: false,
  }),
  operatorCase("Conv", "kernel computed in the graph's feeds", { inputs: [feed([1, 2, 5, 5]), feed([3, 2, 3, 3])] }),

  transposed("2-D, no attributes, no bias", [2, 3, 4, 5], [3, 4, 3, 3], {}, false),
  transposed("2-D, bias", [2, 3, 4, 5], [3, 4, 2, 3], {}),
  transposed("2-D, stride 2, pads", [2, 3, 5, 4], [3, 2, 4, 4], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  transposed("2-D, stride 2, output padding", [1, 3, 5, 4], [3, 2, 3, 3], {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    output_padding: [1, 1],
  }),
  transposed("2-D, unequal strides", [1, 2, 4, 3], [2, 3, 3, 3], { strides: [3, 2], output_padding: [2, 1] }),
  transposed("2-D, asymmetric pads", [1, 2, 4, 5], [2, 3, 3, 3], { strides: [2, 2], pads: [0, 1, 2, 0] }),
  transposed("2-D, output shape", [1, 2, 4, 5], [2, 3, 3, 3], { strides: [2, 2], output_shape: [7, 9] }),
  transposed("2-D, stride above the kernel", [1, 2, 3, 4], [2, 3, 1, 2], { strides: [2, 3] }),
  transposed("2-D, dilation", [1, 2, 4, 5], [2, 3, 3, 3], { dilations: [2, 2], pads: [1, 1, 1, 1] }),
  transposed("2-D, dilation and stride", [1, 2, 4, 4], [2, 3, 3, 3], { dilations: [2, 2], strides: [2, 2] }),
  transposed("2-D, groups", [1, 4, 4, 5], [4, 3, 3, 3], { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] }),
  transposed("2-D, depthwise", [1, 3, 4, 4], [3, 1, 4, 4], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }, false),
  transposed("2-D, SAME_UPPER, even padding", [1, 2, 4, 4], [2, 3, 4, 4], { auto_pad: "SAME_UPPER", strides: [2, 2] }),
  transposed("2-D, SAME_UPPER, odd padding", [1, 2, 4, 4], [2, 3, 3, 3], { auto_pad: "SAME_UPPER", strides: [2, 2] }),
  transposed("2-D, SAME_LOWER, odd padding", [1, 2, 4, 4], [2, 3, 3, 3], { auto_pad: "SAME_LOWER", strides: [2, 2] }),
  transposed("2-D, output shape, odd padding", [1, 2, 4, 4], [2, 3, 4, 4], { strides: [2, 2], output_shape: [9, 7] }),
  transposed("1-D, stride 2", [2, 3, 6], [3, 2, 4], { strides: [2], pads: [1, 1] }),
  transposed("1-D, groups", [1, 4, 5], [4, 2, 3], { group: 2, strides: [3] }),
];

import { internalDomain, windowCounts, type Geometry } from "../../../server/graph/differentiate/internal";
import { feed, graphCase, node, operatorCase, weight, type OperatorCase, type Source } from "../operatorCase";
import { evaluateReference } from "../reference";

type Attributes = Readonly<Record<string, number | readonly number[]>>;

interface Options {
  readonly tolerance?: number;
  readonly tensorflow?: false;
}

/** A case of one internal operator. */
function internalCase(
  op: string,
  variant: string,
  inputs: readonly Source[],
  attributes: Attributes,
  options: Options = {},
): OperatorCase {
  const names = inputs.map((_, k) => `i${k}`);
  const application = { ...node(op, names, ["o0"], attributes), domain: internalDomain };
  return graphCase(`${op}: ${variant}`, {
    ...options,
    opset: 20,
    values: Object.fromEntries(inputs.map((source, k) => [`i${k}`, source])),
    nodes: [application],
    outputs: { o0: "float32" },
  });
}

interface Window {
  readonly kernel: readonly number[];
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly pads?: readonly number[];
  readonly group?: number;
}

function geometryFrom(window: Window): Geometry {
  const { kernel, strides, dilations, group = 1 } = window;
  const pads = window.pads ?? [...kernel, ...kernel].map(() => 0);
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: strides ?? ones,
    dilations: dilations ?? ones,
    before: pads.slice(0, kernel.length),
    after: pads.slice(kernel.length),
    group,
  };
}

function attributesOf({ kernel, strides, dilations, before, after }: Geometry): Attributes {
  return { kernel_shape: kernel, strides, dilations, pads: [...before, ...after] };
}

/** Both gradients of the convolution of an x of this shape to so many filters; the weights are fed and parameters. */
function convolution(
  variant: string,
  x: readonly number[],
  filters: number,
  window: Window,
  options: Options = {},
): OperatorCase[] {
  const geometry = geometryFrom(window);
  const y = [x[0]!, filters, ...windowCounts(geometry, x.slice(2))];
  const w = [filters, x[1]! / geometry.group, ...geometry.kernel];
  const attributes = { ...attributesOf(geometry), group: geometry.group };
  const [byInput, byFilter] = [
    { ...attributes, shape: x, filter_shape: w },
    { ...attributes, shape: w, input_shape: x },
  ];
  return [
    internalCase("ConvInputGrad", variant, [feed(y, -1, 1, 3), weight(w)], byInput, options),
    internalCase("ConvInputGrad", `${variant}, filters fed`, [feed(y, -1, 1, 3), feed(w)], byInput, options),
    internalCase("ConvFilterGrad", variant, [feed(x), feed(y, -1, 1, 3)], byFilter, options),
  ];
}

const convolutionCases: readonly OperatorCase[] = [
  ...convolution("3×3, same size", [2, 4, 6, 7], 5, { kernel: [3, 3], pads: [1, 1, 1, 1] }),
  ...convolution("3×3, no padding", [2, 4, 6, 7], 5, { kernel: [3, 3] }),
  ...convolution("3×2, few channels, asymmetric pads", [2, 1, 6, 5], 3, { kernel: [3, 2], pads: [0, 1, 2, 0] }),
  ...convolution("3×3, asymmetric pads", [2, 4, 6, 5], 3, { kernel: [3, 3], pads: [0, 1, 2, 0] }),
  ...convolution("padding beyond the kernel", [1, 3, 4, 5], 3, { kernel: [2, 3], pads: [3, 3, 2, 4] }),
  ...convolution("1×1", [2, 5, 4, 3], 6, { kernel: [1, 1] }),
  ...convolution("1×1, stride 2", [2, 3, 7, 6], 4, { kernel: [1, 1], strides: [2, 2] }),
  ...convolution("1×1, padded, stride 2", [2, 3, 7, 6], 4, { kernel: [1, 1], strides: [2, 2], pads: [1, 0, 1, 1] }),
  ...convolution("3×3, stride 2", [2, 3, 8, 8], 4, { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  ...convolution("3×3, stride 2, rows that no window reaches", [2, 3, 8, 10], 4, { kernel: [3, 3], strides: [3, 4] }),
  ...convolution("unequal strides", [1, 2, 9, 10], 3, { kernel: [3, 3], strides: [3, 2], pads: [1, 1, 1, 1] }),
  ...convolution("stride along one axis only", [1, 4, 9, 10], 4, { kernel: [3, 3], strides: [1, 2] }),
  ...convolution("stride above the kernel", [1, 2, 9, 10], 3, { kernel: [2, 1], strides: [3, 2] }),
  ...convolution("dilation", [1, 4, 9, 10], 4, { kernel: [3, 3], dilations: [2, 3], pads: [2, 3, 2, 3] }),
  ...convolution("dilation and stride", [1, 2, 11, 10], 3, {
    kernel: [3, 3],
    dilations: [2, 3],
    strides: [2, 2],
    pads: [1, 2, 1, 0],
  }),
  ...convolution("7×7, stride 2", [2, 3, 12, 11], 4, { kernel: [7, 7], strides: [2, 2], pads: [3, 3, 3, 3] }),
  ...convolution("7×6, groups, dilation", [2, 4, 16, 9], 4, {
    kernel: [7, 6],
    strides: [2, 1],
    dilations: [2, 1],
    pads: [2, 3, 1, 3],
    group: 2,
  }),
  ...convolution("groups", [2, 6, 6, 5], 4, { kernel: [3, 3], pads: [1, 1, 1, 1], group: 2 }),
  ...convolution("groups, stride and dilation", [1, 6, 9, 9], 9, {
    kernel: [3, 3],
    strides: [2, 2],
    dilations: [2, 2],
    group: 3,
  }),
  ...convolution("depthwise", [2, 4, 6, 7], 4, { kernel: [3, 3], pads: [1, 1, 1, 1], group: 4 }),
  ...convolution("depthwise, stride 2", [2, 4, 7, 7], 4, {
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    strides: [2, 2],
    group: 4,
  }),
  ...convolution("depthwise, unequal strides, dilation", [2, 3, 9, 8], 3, {
    kernel: [3, 3],
    strides: [1, 2],
    dilations: [2, 1],
    group: 3,
  }),
  ...convolution("depthwise with multiplier", [2, 3, 6, 6], 6, { kernel: [3, 3], group: 3 }),
  ...convolution("one channel to one", [2, 1, 6, 6], 1, { kernel: [3, 3], pads: [1, 1, 1, 1] }),
  ...convolution("blocks of sixteen channels", [2, 16, 8, 8], 32, { kernel: [3, 3], pads: [1, 1, 1, 1] }),
  ...convolution("1-D", [2, 3, 9], 4, { kernel: [3] }),
  ...convolution("1-D, stride, pads, dilation", [2, 3, 12], 4, {
    kernel: [3],
    strides: [2],
    pads: [1, 2],
    dilations: [2],
  }),
  ...convolution("1-D, groups", [2, 4, 8], 6, { kernel: [3], pads: [1, 1], group: 2 }),
  ...convolution("3-D", [1, 2, 4, 5, 4], 3, { kernel: [3, 2, 3], pads: [1, 0, 1, 1, 0, 1] }, { tensorflow: false }),
  ...convolution(
    "3-D, stride, groups",
    [2, 4, 5, 5, 4],
    4,
    { kernel: [3, 2, 3], pads: [1, 0, 1, 0, 0, 1], strides: [2, 2, 1], group: 2 },
    { tensorflow: false },
  ),
];

/** Indices of the maxima of random numbers, as a MaxPool of x gives them. */
function winners(x: readonly number[], window: Window): Source {
  const { graph, feeds } = graphCase("winners", {
    values: { x: feed(x, -1, 1, 5) },
    nodes: [node("MaxPool", ["x"], ["y", "indices"], attributesOf(geometryFrom(window)))],
    outputs: { indices: "int64" },
  });
  return feed(evaluateReference(graph, feeds).indices!);
}

function maxPool(variant: string, x: readonly number[], window: Window, options: Options = {}): OperatorCase[] {
  const geometry = geometryFrom(window);
  const y = [x[0]!, x[1]!, ...windowCounts(geometry, x.slice(2))];
  const attributes = attributesOf(geometry);
  const indices = winners(x, window);
  return [
    internalCase("MaxPoolGrad", variant, [feed(y), indices], { ...attributes, shape: x }, options),
    internalCase("MaxPoolGather", variant, [feed(x), indices], { ...attributes, shape: x }, options),
  ];
}

function averagePool(variant: string, x: readonly number[], window: Window, options: Options = {}): OperatorCase[] {
  const geometry = geometryFrom(window);
  const y = [x[0]!, x[1]!, ...windowCounts(geometry, x.slice(2))];
  return [0, 1].map((included) =>
    internalCase(
      "AveragePoolGrad",
      `${variant}, padding ${included ? "included" : "excluded"}`,
      [feed(y)],
      { ...attributesOf(geometry), count_include_pad: included, shape: x },
      options,
    ),
  );
}

/** The forward pass with the indices that its gradients need. */
function indexed(variant: string, x: readonly number[], window: Window): OperatorCase {
  return operatorCase("MaxPool", `with its indices, ${variant}`, {
    inputs: [feed(x)],
    attributes: attributesOf(geometryFrom(window)),
    outputs: ["float32", "int64"],
    opset: 20,
  });
}

const poolingCases: readonly OperatorCase[] = [
  indexed("2×2, stride 2", [2, 3, 6, 8], { kernel: [2, 2], strides: [2, 2] }),
  indexed("overlapping, padded", [2, 3, 7, 8], { kernel: [3, 3], strides: [2, 2], pads: [1, 0, 1, 1] }),
  indexed("dilated", [1, 2, 8, 9], { kernel: [2, 3], strides: [2, 1], dilations: [2, 2], pads: [1, 1, 1, 1] }),
  indexed("1-D", [2, 3, 9], { kernel: [3], strides: [2], pads: [1, 0] }),
  indexed("3-D", [1, 2, 4, 5, 4], { kernel: [2, 2, 3], strides: [1, 2, 2] }),
  ...maxPool("2×2, stride 2", [2, 3, 6, 8], { kernel: [2, 2], strides: [2, 2] }),
  ...maxPool("2×2, stride 2, a row left over", [2, 3, 7, 9], { kernel: [2, 2], strides: [2, 2] }),
  ...maxPool("2×2, stride 2, padded", [2, 3, 7, 9], { kernel: [2, 2], strides: [2, 2], pads: [1, 0, 0, 1] }),
  ...maxPool("overlapping", [2, 3, 7, 8], { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  ...maxPool("dilated", [1, 2, 8, 9], { kernel: [2, 3], strides: [2, 1], dilations: [2, 2], pads: [1, 1, 1, 1] }),
  ...maxPool("1-D", [2, 3, 9], { kernel: [3], strides: [2], pads: [1, 0] }),
  ...maxPool("1-D, apart", [2, 3, 9], { kernel: [2], strides: [2] }),
  ...maxPool("3-D", [1, 2, 4, 5, 4], { kernel: [2, 2, 3], strides: [1, 2, 2] }),
  ...maxPool("3-D, apart", [1, 2, 4, 5, 4], { kernel: [2, 2, 2], strides: [2, 2, 2] }),
  ...averagePool("2×2, stride 2", [2, 3, 6, 8], { kernel: [2, 2], strides: [2, 2] }),
  ...averagePool("overlapping, padded", [1, 2, 6, 7], { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  ...averagePool("asymmetric pads", [2, 2, 6, 7], { kernel: [3, 2], pads: [0, 1, 2, 0] }),
  ...averagePool("unequal strides, rows left over", [1, 2, 8, 9], { kernel: [2, 3], strides: [3, 2] }),
  ...averagePool("1-D", [2, 3, 9], { kernel: [4], strides: [2], pads: [1, 2] }),
  ...averagePool("dilated", [1, 2, 8, 8], { kernel: [2, 3], dilations: [2, 2] }),
  ...averagePool(
    "3-D",
    [1, 2, 4, 5, 4],
    { kernel: [2, 3, 2], strides: [1, 2, 2], pads: [0, 1, 0, 1, 0, 1] },
    { tensorflow: false },
  ),
];

/** Operators of the internal domain, which gradients are made of. */
export const gradientCases: readonly OperatorCase[] = [...convolutionCases, ...poolingCases];

import { float } from "../../../server/graph/build";
import type { DataType } from "../../../server/graph/tensor";
import { constant, feed, operatorCase, tensorOf, type OperatorCase } from "../operatorCase";

const reshape = (variant: string, shape: number[], to: number[], attributes = {}) =>
  operatorCase("Reshape", variant, { inputs: [feed(shape), constant(to)], attributes });

const flatten = (variant: string, attributes: Record<string, number>) =>
  operatorCase("Flatten", variant, { inputs: [feed([2, 3, 4, 5])], attributes });

const transpose = (shape: number[], perm?: number[]) =>
  operatorCase("Transpose", perm ? `[${perm.join(", ")}]` : `reversed, rank ${shape.length}`, {
    inputs: [feed(shape)],
    attributes: perm ? { perm } : {},
  });

const slice = (variant: string, shape: number[], ...bounds: number[][]) =>
  operatorCase("Slice", variant, { inputs: [feed(shape), ...bounds.map((bound) => constant(bound))] });

const pad = (variant: string, shape: number[], pads: number[], mode = "constant", value?: number) =>
  operatorCase("Pad", variant, {
    inputs: [feed(shape), constant(pads), ...(value === undefined ? [] : [constant(tensorOf([value], [], "float32"))])],
    attributes: { mode },
    opset: 18,
  });

const concat = (variant: string, axis: number, ...shapes: number[][]) =>
  operatorCase("Concat", variant, { inputs: shapes.map((shape, k) => feed(shape, -1, 1, k)), attributes: { axis } });

const same = (dtype: DataType, op: string, inputs: Parameters<typeof operatorCase>[2]["inputs"], attributes = {}) =>
  operatorCase(op, dtype, { inputs, attributes, outputs: [dtype] });

const numbers = tensorOf([1, 2, 3, 4, 5, 6], [2, 3]);

export const layoutCases: readonly OperatorCase[] = [
  reshape("plain", [2, 3, 4], [4, 6]),
  reshape("−1", [2, 3, 4], [2, -1]),
  reshape("0 and −1", [2, 3, 4], [0, -1]),
  reshape("0 in the middle", [2, 3, 4, 5], [0, 0, -1]),
  reshape("allowzero without zeros", [2, 6], [3, 4], { allowzero: 1 }),
  reshape("to rank 1", [2, 3], [-1]),
  reshape("to a scalar", [1, 1], []),
  same("int64", "Reshape", [feed(numbers), constant([3, 2])]),

  flatten("default axis", {}),
  flatten("axis 0", { axis: 0 }),
  flatten("axis 2", { axis: 2 }),
  flatten("axis −1", { axis: -1 }),
  flatten("axis 4", { axis: 4 }),

  transpose([2, 3]),
  transpose([2, 3, 4]),
  transpose([2, 3, 4], [0, 2, 1]),
  transpose([2, 3, 4, 5], [0, 2, 3, 1]),
  transpose([2, 3, 4, 5], [3, 1, 0, 2]),
  transpose([2, 3, 2, 2, 3], [0, 3, 1, 4, 2]),
  same("int64", "Transpose", [feed(numbers)], { perm: [1, 0] }),

  operatorCase("Squeeze", "all", { inputs: [feed([1, 3, 1, 4])] }),
  operatorCase("Squeeze", "axes as input", { inputs: [feed([1, 3, 1, 4]), constant([2])] }),
  operatorCase("Squeeze", "negative axes", { inputs: [feed([1, 3, 1, 4]), constant([-2, 0])] }),
  operatorCase("Squeeze", "axes as attribute", { inputs: [feed([1, 3, 1, 4])], attributes: { axes: [0] }, opset: 11 }),
  operatorCase("Unsqueeze", "axes as input", { inputs: [feed([3, 4]), constant([0, 2])] }),
  operatorCase("Unsqueeze", "negative axes", { inputs: [feed([3, 4]), constant([-1])] }),
  operatorCase("Unsqueeze", "axes as attribute", { inputs: [feed([3, 4])], attributes: { axes: [1, 3] }, opset: 11 }),

  operatorCase("Expand", "plain", { inputs: [feed([3, 1]), constant([2, 3, 4])] }),
  operatorCase("Expand", "shape smaller than the input", { inputs: [feed([2, 3, 4]), constant([1, 4])] }),
  operatorCase("Tile", "plain", { inputs: [feed([2, 3]), constant([2, 3])] }),
  operatorCase("Tile", "one axis", { inputs: [feed([2, 3, 2]), constant([1, 2, 1])] }),

  concat("first axis", 0, [2, 3], [4, 3]),
  concat("channels, three inputs", 1, [2, 3, 4], [2, 1, 4], [2, 2, 4]),
  concat("last axis, negative", -1, [2, 3], [2, 2]),
  concat("one input", 1, [2, 3]),
  same("int64", "Concat", [feed(tensorOf([1, 2])), feed(tensorOf([3]))], { axis: 0 }),

  operatorCase("Split", "equal parts", {
    inputs: [feed([2, 6, 3])],
    attributes: { axis: 1, num_outputs: 3 },
    outputs: ["float32", "float32", "float32"],
  }),
  operatorCase("Split", "a smaller last part", {
    inputs: [feed([2, 7])],
    attributes: { axis: -1, num_outputs: 2 },
    outputs: ["float32", "float32"],
  }),
  operatorCase("Split", "sizes as input", {
    inputs: [feed([6, 2]), constant([1, 3, 2])],
    outputs: ["float32", "float32", "float32"],
  }),
  operatorCase("Split", "sizes as attribute", {
    inputs: [feed([2, 5])],
    attributes: { axis: 1, split: [2, 3] },
    outputs: ["float32", "float32"],
    opset: 11,
  }),

  slice("first axes", [4, 5, 3], [1, 0], [3, 4]),
  slice("axes", [4, 5, 3], [1], [3], [1]),
  slice("negative axes and bounds", [4, 5, 3], [-3], [-1], [-2]),
  slice("beyond the end", [4, 5], [1, 2], [1000, 9223372036854774784], [0, 1]),
  slice("steps", [9, 10], [1, 0], [8, 10], [0, 1], [2, 3]),
  slice("reversed", [4, 5], [-1], [-1000], [1], [-1]),
  slice("backwards by two", [7, 5], [5], [0], [0], [-2]),
  slice("backwards on one axis, forwards on another", [6, 5], [5, 1], [1, 5], [0, 1], [-2, 2]),
  operatorCase("Slice", "attributes", {
    inputs: [feed([4, 5, 3])],
    attributes: { starts: [1, -2], ends: [3, 1000], axes: [0, 1] },
    opset: 9,
  }),
  operatorCase("Slice", "attributes without axes", {
    inputs: [feed([4, 5])],
    attributes: { starts: [1, 0], ends: [-1, 4] },
    opset: 9,
  }),
  same("int64", "Slice", [feed(tensorOf([5, 6, 7, 8])), constant([1]), constant([3])]),

  pad("zeros", [1, 2, 3, 4], [0, 0, 1, 2, 0, 0, 3, 0]),
  pad("a value", [2, 3], [1, 0, 0, 2], "constant", -1.5),
  pad("negative infinity", [2, 3], [0, 1, 0, 1], "constant", -Infinity),
  pad("negative pads cut off", [5, 6], [-1, 2, 1, -2], "constant", 0.5),
  pad("reflect", [1, 2, 4, 5], [0, 0, 2, 1, 0, 0, 1, 3], "reflect"),
  pad("edge", [1, 2, 3, 4], [0, 0, 2, 1, 0, 0, 1, 3], "edge"),
  operatorCase("Pad", "axes", {
    inputs: [feed([2, 3, 4]), constant([1, 2, 0, 1]), constant(tensorOf([2], [], "float32")), constant([0, -1])],
    opset: 18,
  }),
  operatorCase("Pad", "wrap", {
    inputs: [feed([3, 4]), constant([1, 2, 2, 1])],
    attributes: { mode: "wrap" },
    tensorflow: false,
  }),
  operatorCase("Pad", "attributes", {
    inputs: [feed([2, 3])],
    attributes: { pads: [0, 1, 2, 0], value: float(0.25) },
    opset: 10,
  }),

  operatorCase("Shape", "plain", { inputs: [feed([2, 3, 4])], outputs: ["int64"] }),
  operatorCase("Shape", "from start to end", {
    inputs: [feed([2, 3, 4, 5])],
    attributes: { start: 1, end: -1 },
    outputs: ["int64"],
  }),
  operatorCase("Size", "plain", { inputs: [feed([2, 3, 4])], outputs: ["int64"] }),
  operatorCase("ConstantOfShape", "zeros", { inputs: [constant([2, 3])] }),
  operatorCase("ConstantOfShape", "int64 value", {
    inputs: [constant([3])],
    attributes: { value: { type: "tensor", value: tensorOf([7]) } },
    outputs: ["int64"],
  }),
  operatorCase("Range", "int64", {
    inputs: [constant(tensorOf([2], [])), constant(tensorOf([11], [])), constant(tensorOf([3], []))],
    outputs: ["int64"],
  }),
  operatorCase("Range", "downwards", {
    inputs: [1, -1, -0.5].map((value) => constant(tensorOf([value], [], "float32"))),
  }),
  operatorCase("Dropout", "inference, opset 7", {
    inputs: [feed([2, 3])],
    attributes: { ratio: float(0.5) },
    opset: 7,
  }),
  operatorCase("Dropout", "inference", { inputs: [feed([2, 3]), constant(tensorOf([0.5], [], "float32"))] }),

  operatorCase("DepthToSpace", "DCR", { inputs: [feed([1, 8, 2, 3])], attributes: { blocksize: 2 } }),
  operatorCase("DepthToSpace", "CRD", { inputs: [feed([1, 8, 2, 3])], attributes: { blocksize: 2, mode: "CRD" } }),
  operatorCase("SpaceToDepth", "plain", { inputs: [feed([1, 2, 4, 6])], attributes: { blocksize: 2 } }),

  operatorCase("Resize", "nearest, doubled", {
    inputs: [feed([1, 2, 3, 4]), null, constant(tensorOf([1, 1, 2, 2], [4], "float32"))],
    attributes: { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
  }),
  operatorCase("Resize", "nearest, sizes", {
    inputs: [feed([1, 2, 3, 4]), null, null, constant([1, 2, 6, 8])],
    attributes: { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
  }),
  operatorCase("Resize", "linear, half pixel", {
    inputs: [feed([1, 2, 3, 4]), null, constant(tensorOf([1, 1, 2, 2], [4], "float32"))],
    attributes: { mode: "linear", coordinate_transformation_mode: "half_pixel" },
  }),
  operatorCase("Resize", "linear, aligned corners", {
    inputs: [feed([1, 2, 3, 4]), null, null, constant([1, 2, 5, 7])],
    attributes: { mode: "linear", coordinate_transformation_mode: "align_corners" },
  }),
  operatorCase("Upsample", "nearest", {
    inputs: [feed([1, 2, 3, 4]), constant(tensorOf([1, 1, 2, 3], [4], "float32"))],
    attributes: { mode: "nearest" },
    opset: 9,
  }),
];

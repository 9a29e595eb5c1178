import { constant, feed, operatorCase, tensorOf, weight, type OperatorCase } from "../operatorCase";

const gather = (variant: string, shape: number[], indices: number[], at: number[], axis: number) =>
  operatorCase("Gather", variant, {
    inputs: [feed(shape), constant(tensorOf(indices, at))],
    attributes: { axis },
  });

const scatterND = (reduction: string) =>
  operatorCase("ScatterND", reduction, {
    inputs: [feed([4, 3]), constant(tensorOf([1, 3, 1], [3, 1])), feed([3, 3], -1, 1, 3)],
    attributes: { reduction },
    opset: 18,
  });

const scatterElements = (reduction: string) =>
  operatorCase("ScatterElements", reduction, {
    inputs: [feed([3, 4]), constant(tensorOf([0, 2, 0, -1], [2, 2])), feed([2, 2], -1, 1, 3)],
    attributes: { axis: 1, reduction },
    opset: 18,
  });

export const indexingCases: readonly OperatorCase[] = [
  operatorCase("NonZero", "of a matrix", {
    inputs: [feed(tensorOf([0, 2, 0, -1, 0, 3], [2, 3], "float32"))],
    outputs: ["int64"],
  }),
  gather("rows", [4, 3], [2, 0, 2], [3], 0),
  gather("a matrix of indices", [5, 2], [0, 4, 1, 3], [2, 2], 0),
  gather("columns", [2, 5, 3], [4, 0], [2], 1),
  gather("negative indices, last axis", [2, 3, 4], [-1, 1, -4], [3], -1),
  gather("one index of rank 0", [3, 4], [1], [], 1),
  operatorCase("Gather", "embedding by fed indices", {
    inputs: [weight([7, 3]), feed(tensorOf([3, 6, 0, 3], [2, 2]))],
  }),
  operatorCase("Gather", "int32 indices", {
    inputs: [feed([4, 3]), feed(tensorOf([3, 1], [2], "int32"))],
  }),
  operatorCase("Gather", "from a shape", {
    inputs: [constant([7, 8, 9]), constant(tensorOf([2], []))],
    outputs: ["int64"],
  }),
  operatorCase("GatherElements", "columns", {
    inputs: [feed([3, 3]), constant(tensorOf([0, 2, 1, 1, -1, 0], [2, 3]))],
    attributes: { axis: 0 },
  }),
  operatorCase("GatherElements", "last axis", {
    inputs: [feed([2, 4]), constant(tensorOf([3, 0, 1, 1], [2, 2]))],
    attributes: { axis: -1 },
  }),
  operatorCase("GatherND", "elements", { inputs: [feed([3, 4]), constant(tensorOf([0, 1, 2, 3], [2, 2]))] }),
  operatorCase("GatherND", "slices", { inputs: [feed([3, 4, 2]), constant(tensorOf([2, 0], [2, 1]))] }),
  operatorCase("GatherND", "batch", {
    inputs: [feed([2, 3, 4]), constant(tensorOf([2, 0], [2, 1]))],
    attributes: { batch_dims: 1 },
    tensorflow: false,
  }),
  operatorCase("ScatterND", "replace", {
    inputs: [feed([4, 3]), constant(tensorOf([2, 0], [2, 1])), feed([2, 3], -1, 1, 3)],
  }),
  scatterND("add"),
  operatorCase("ScatterElements", "replace", {
    inputs: [feed([3, 4]), constant(tensorOf([0, 2, 1, -1], [2, 2])), feed([2, 2], -1, 1, 3)],
    attributes: { axis: 1 },
  }),
  scatterElements("add"),
  ...["mul", "max"].flatMap((reduction) =>
    [scatterND(reduction), scatterElements(reduction)].map((entry): OperatorCase => ({ ...entry, tensorflow: false })),
  ),
  operatorCase("OneHot", "last axis", {
    inputs: [
      feed(tensorOf([0, 2, 1, -1], [2, 2])),
      constant(tensorOf([3], [])),
      constant(tensorOf([0, 1], [2], "float32")),
    ],
  }),
  operatorCase("OneHot", "first axis, other values", {
    inputs: [feed(tensorOf([0, 2, 1])), constant(tensorOf([4], [])), constant(tensorOf([-1, 5], [2], "float32"))],
    attributes: { axis: 0 },
    tensorflow: false,
  }),

  ...["ArgMax", "ArgMin"].flatMap((op) => [
    operatorCase(op, "last axis", { inputs: [feed([3, 5])], attributes: { axis: -1 }, outputs: ["int64"] }),
    operatorCase(op, "without the axis", {
      inputs: [feed([2, 3, 4])],
      attributes: { axis: 1, keepdims: 0 },
      outputs: ["int64"],
    }),
    operatorCase(op, "the first of equals", {
      inputs: [feed(tensorOf([1, 2, 2, 1, 1, 2], [2, 3], "float32"))],
      attributes: { axis: 1 },
      outputs: ["int64"],
    }),
  ]),
  operatorCase("TopK", "largest", {
    inputs: [feed([3, 6]), constant([2])],
    outputs: ["float32", "int64"],
  }),
  operatorCase("TopK", "smallest, first axis", {
    inputs: [feed([5, 3]), constant([3])],
    attributes: { axis: 0, largest: 0 },
    outputs: ["float32", "int64"],
    tensorflow: false,
  }),
  operatorCase("Trilu", "upper", { inputs: [feed([2, 4, 4])] }),
  operatorCase("Trilu", "lower, above the diagonal", {
    inputs: [feed([3, 5]), constant(tensorOf([1], []))],
    attributes: { upper: 0 },
  }),
  operatorCase("CumSum", "plain", { inputs: [feed([2, 5]), constant(tensorOf([1], []))] }),
  operatorCase("CumSum", "exclusive and reverse", {
    inputs: [feed([4, 3]), constant(tensorOf([0], []))],
    attributes: { exclusive: 1, reverse: 1 },
  }),
];

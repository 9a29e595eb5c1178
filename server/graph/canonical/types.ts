import { dtypeOf } from "../elements";
import type { GraphNode } from "../graph";
import { intOf, intsOf } from "../differentiate/attributes";
import { integersIn } from "../differentiate/constants";
import { geometryOf, integersOf, reachOf, windowCounts } from "../differentiate/internal";
import { axisOf, broadcast, range, reduced } from "../differentiate/shapes";
import { sizeOf, type DataType, type Tensor } from "../tensor";
import type { ValueType } from "./canonical";
import { spanOf } from "./spans";

/** A node whose outputs' types are asked for. */
interface Question {
  readonly node: GraphNode;
  readonly inputs: readonly ValueType[];
  readonly constantOf: (name: string) => Tensor | undefined;
}

type Inference = (question: Question) => readonly ValueType[];

/**
 * Types of the outputs of a canonical operator from those of its inputs.
 *
 * @param inputs types by position; inputs that are left out at the end have none.
 * @param constantOf the tensors of constants: shapes, axes, bounds.
 * @throws Error when the operator is not canonical or its inputs do not fit together.
 */
export function typesOf(
  node: GraphNode,
  inputs: readonly ValueType[],
  constantOf: (name: string) => Tensor | undefined,
): readonly ValueType[] {
  const infer = node.domain === "" && isCanonical(node.op) ? inferences[node.op] : undefined;
  if (!infer) throw new Error(`${node.op} (${node.name}) is not a canonical operator.`);
  return infer({ node, inputs, constantOf });
}

/** Whether an operator of the ONNX domain may occur in a canonical graph. */
export function isCanonical(op: string): boolean {
  return Object.hasOwn(inferences, op);
}

function typeAt({ node, inputs }: Question, position: number): ValueType {
  const type = inputs[position];
  if (!type) throw new Error(`${node.op} (${node.name}) lacks its input ${position}.`);
  return type;
}

/** The integers of a constant input; undefined when it is left out. */
function integersAt({ node, constantOf }: Question, position: number): number[] | undefined {
  const name = node.inputs[position];
  if (!name) return undefined;
  const tensor = constantOf(name);
  if (!tensor) throw new Error(`${node.op} (${node.name}) has an input ${position} that is not constant.`);
  return integersIn(tensor);
}

function requiredAt(question: Question, position: number): number[] {
  const integers = integersAt(question, position);
  if (!integers) throw new Error(`${question.node.op} (${question.node.name}) lacks its input ${position}.`);
  return integers;
}

const same: Inference = (question) => [typeAt(question, 0)];

/** Numpy's broadcasting of all inputs; the element type is given, or that of the input at `like`. */
const spread =
  (like: number, dtype?: DataType): Inference =>
  (question) => [
    {
      dtype: dtype ?? typeAt(question, like).dtype,
      shape: broadcast(...question.inputs.map(({ shape }) => shape)),
    },
  ];

const matMul: Inference = (question) => {
  const [a, b] = [typeAt(question, 0), typeAt(question, 1)];
  const [m, k] = a.shape.slice(-2);
  const [inner, n] = b.shape.slice(-2);
  if (n === undefined || m === undefined || k !== inner) {
    throw new Error(`The matrices [${a.shape.join(", ")}] and [${b.shape.join(", ")}] cannot be multiplied.`);
  }
  return [{ dtype: a.dtype, shape: [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n] }];
};

const reshape: Inference = (question) => {
  const { dtype, shape: from } = typeAt(question, 0);
  const shape = requiredAt(question, 1);
  if (sizeOf(from) !== sizeOf(shape)) {
    throw new Error(`The elements of [${from.join(", ")}] do not fill [${shape.join(", ")}].`);
  }
  return [{ dtype, shape }];
};

const slice: Inference = (question) => {
  const { dtype, shape: from } = typeAt(question, 0);
  const starts = requiredAt(question, 1);
  const ends = requiredAt(question, 2);
  const axes = integersAt(question, 3) ?? range(starts.length);
  const steps = integersAt(question, 4) ?? starts.map(() => 1);
  const shape = [...from];
  axes.forEach((given, k) => {
    const axis = axisOf(given, from.length);
    shape[axis] = spanOf(from[axis]!, starts[k]!, ends[k]!, steps[k]!).count;
  });
  return [{ dtype, shape }];
};

const concat: Inference = (question) => {
  const { dtype, shape: first } = typeAt(question, 0);
  const axis = axisOf(intOf(question.node, "axis"), first.length);
  for (const { shape } of question.inputs) {
    if (shape.length !== first.length || shape.some((extent, k) => k !== axis && extent !== first[k])) {
      throw new Error(`[${shape.join(", ")}] cannot be joined to [${first.join(", ")}] along axis ${axis}.`);
    }
  }
  const total = question.inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  return [{ dtype, shape: first.map((extent, k) => (k === axis ? total : extent)) }];
};

const pad: Inference = (question) => {
  const { dtype, shape } = typeAt(question, 0);
  const pads = requiredAt(question, 1);
  return [{ dtype, shape: shape.map((extent, axis) => pads[axis]! + extent + pads[axis + shape.length]!) }];
};

const gather: Inference = (question) => {
  const { dtype, shape } = typeAt(question, 0);
  const axis = axisOf(intOf(question.node, "axis", 0), shape.length);
  return [{ dtype, shape: [...shape.slice(0, axis), ...typeAt(question, 1).shape, ...shape.slice(axis + 1)] }];
};

const reduction: Inference = (question) => {
  const { dtype, shape } = typeAt(question, 0);
  const given = (integersAt(question, 1) ?? []).map((axis) => axisOf(axis, shape.length));
  if (given.length === 0 && intOf(question.node, "noop_with_empty_axes", 0) === 1) return [{ dtype, shape }];
  const axes = given.length === 0 ? range(shape.length) : given;
  const kept = reduced(shape, axes);
  const drops = intOf(question.node, "keepdims", 1) === 0;
  return [{ dtype, shape: drops ? kept.filter((_, axis) => !axes.includes(axis)) : kept }];
};

const conv: Inference = (question) => {
  const { dtype, shape } = typeAt(question, 0);
  const filters = typeAt(question, 1).shape;
  const geometry = geometryOf(question.node);
  if (filters[1]! * geometry.group !== shape[1] || filters.length !== shape.length) {
    throw new Error(`Kernels of [${filters.join(", ")}] do not fit an input of [${shape.join(", ")}].`);
  }
  return [{ dtype, shape: [shape[0]!, filters[0]!, ...windowCounts(geometry, shape.slice(2))] }];
};

/** The extents are those that a Conv of the same attributes would take apart: (n − 1)·s + reach − p₀ − p₁ + extra. */
const convTranspose: Inference = (question) => {
  const { dtype, shape } = typeAt(question, 0);
  const filters = typeAt(question, 1).shape;
  const geometry = geometryOf(question.node);
  const extra = integersOf(question.node, "output_padding") ?? geometry.kernel.map(() => 0);
  if (filters[0] !== shape[1] || filters.length !== shape.length) {
    throw new Error(`Kernels of [${filters.join(", ")}] do not fit an input of [${shape.join(", ")}].`);
  }
  const { strides, before, after } = geometry;
  const spatial = shape.slice(2).map((extent, axis) => {
    const full = (extent - 1) * strides[axis]! + reachOf(geometry, axis);
    return full - before[axis]! - after[axis]! + extra[axis]!;
  });
  return [{ dtype, shape: [shape[0]!, filters[1]! * geometry.group, ...spatial] }];
};

function pooled(question: Question): ValueType {
  const { dtype, shape } = typeAt(question, 0);
  const counts = windowCounts(geometryOf(question.node), shape.slice(2));
  return { dtype, shape: [...shape.slice(0, 2), ...counts] };
}

function alike(names: readonly string[], inference: Inference): Record<string, Inference> {
  return Object.fromEntries(names.map((name) => [name, inference]));
}

const functions = ["Neg", "Abs", "Exp", "Log", "Sqrt", "Sin", "Cos", "Tanh", "Sigmoid", "Erf", "Relu", "Sign"];

/** How the type of every canonical operator's result follows; its keys are the canonical operators. */
const inferences: Readonly<Record<string, Inference>> = {
  ...alike([...functions, "Floor", "Ceil", "Round", "Reciprocal", "Not"], same),
  ...alike(["Softmax", "LogSoftmax", "CumSum", "ScatterElements"], same),
  ...alike(["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min"], spread(0)),
  ...alike(["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or"], spread(0, "bool")),
  ...alike(["ReduceSum", "ReduceMax"], reduction),
  Where: spread(1),
  Cast: (question) => {
    const dtype = dtypeOf(intOf(question.node, "to"));
    if (!dtype) throw new Error(`Cast (${question.node.name}) makes an element type that is not known.`);
    return [{ dtype, shape: typeAt(question, 0).shape }];
  },
  MatMul: matMul,
  Transpose: (question) => {
    const { dtype, shape } = typeAt(question, 0);
    return [{ dtype, shape: intsOf(question.node, "perm").map((axis) => shape[axis]!) }];
  },
  Reshape: reshape,
  Expand: (question) => {
    const { dtype, shape } = typeAt(question, 0);
    return [{ dtype, shape: broadcast(shape, requiredAt(question, 1)) }];
  },
  Slice: slice,
  Concat: concat,
  Pad: pad,
  Gather: gather,
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: (question) => {
    const type = pooled(question);
    return [type, { dtype: "int64", shape: type.shape }];
  },
  AveragePool: (question) => [pooled(question)],
};

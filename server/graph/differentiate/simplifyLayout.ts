import { dtypeOf } from "../elements";
import { intOf, intsOf } from "./attributes";
import { integersIn } from "./constants";
import { filled, inside, scaled, shapeOf, type Proposal, type Simplification } from "./proposal";
import type { Builder, Name } from "./rule";
import { broadcast, range, reduced, sameShape } from "./shapes";
import { spansOf } from "./spans";

/** The integers of an input that is a constant. */
function known(build: Builder, name: Name | undefined): number[] | undefined {
  const tensor = name === undefined ? undefined : build.constantOf(name);
  return tensor && integersIn(tensor);
}

function reshape({ build, inputs }: Proposal): Name | undefined {
  const x = inputs[0]!;
  const shape = known(build, inputs[1]);
  if (!shape || shape.includes(-1) || shape.includes(0)) return undefined;
  if (sameShape(shapeOf(build, x), shape)) return x;
  const value = build.uniformOf(x);
  if (value !== undefined) return filled(build, value, x, shape);
  const earlier = inside(build, x, "Reshape");
  return earlier === undefined ? undefined : build.reshape(earlier, shape);
}

function transpose({ build, inputs, node }: Proposal): Name | undefined {
  const x = inputs[0]!;
  const perm = intsOf(node, "perm");
  const from = shapeOf(build, x);
  const shape = perm.map((axis) => from[axis]!);
  const value = build.uniformOf(x);
  if (value !== undefined) return filled(build, value, x, shape);
  const earlier = build.producerOf(x);
  if (earlier?.domain === "" && earlier.op === "Transpose") {
    const first = intsOf(earlier, "perm");
    const both = perm.map((axis) => first[axis]!);
    return build.transpose(earlier.inputs[0]!, both);
  }
  // Axes of extent 1 may go anywhere without an element being moved.
  const wide = perm.filter((axis) => from[axis] !== 1);
  const staysInOrder = wide.every((axis, k) => k === 0 || wide[k - 1]! < axis);
  return staysInOrder ? build.reshape(x, shape) : undefined;
}

function expand({ build, inputs }: Proposal): Name | undefined {
  const x = inputs[0]!;
  const asked = known(build, inputs[1]);
  if (!asked) return undefined;
  const from = shapeOf(build, x);
  const shape = broadcast(from, asked);
  if (sameShape(from, shape)) return x;
  const value = build.uniformOf(x);
  if (value !== undefined && from.length > 0) return filled(build, value, x, shape);
  const earlier = inside(build, x, "Expand");
  return earlier === undefined ? undefined : build.expand(earlier, shape);
}

/** Sums over nothing, over axes of extent 1, of equal numbers, of multiples and of what was spread out. */
function reduceSum({ build, inputs, attributes, node }: Proposal): Name | undefined {
  const x = inputs[0]!;
  const axes = known(build, inputs[1]);
  if (!axes) return undefined;
  const from = shapeOf(build, x);
  const kept = reduced(from, axes);
  const shape = intOf(node, "keepdims", 1) === 1 ? kept : from.filter((_, axis) => !axes.includes(axis));
  const value = build.uniformOf(x);
  const count = axes.reduce((product, axis) => product * from[axis]!, 1);
  if (value !== undefined) return filled(build, value * count, x, shape);
  if (count === 1 && axes.every((axis) => from[axis] === 1)) return build.reshape(x, shape);
  const sum = (other: Name): Name => build.node("ReduceSum", [other, inputs[1]!], attributes);
  const negated = inside(build, x, "Neg");
  if (negated !== undefined) return build.neg(sum(negated));
  const product = scaled(build, x);
  if (product) return build.scale(sum(product.x), product.factor);
  return unspread(build, x, axes, kept, shape);
}

/** The sum of an Expand: what was spread out along the summed axes is multiplied instead. */
function unspread(
  build: Builder,
  x: Name,
  axes: readonly number[],
  kept: readonly number[],
  shape: readonly number[],
): Name | undefined {
  const narrow = inside(build, x, "Expand");
  if (narrow === undefined) return undefined;
  const wide = shapeOf(build, x);
  const own = shapeOf(build, narrow);
  const aligned = [...range(wide.length - own.length).map(() => 1), ...own];
  const factor = axes.reduce((product, axis) => (aligned[axis] === 1 ? product * wide[axis]! : product), 1);
  const total = build.reduceSum(build.reshape(narrow, aligned), axes);
  return build.reshape(build.expand(build.scale(total, factor), kept), shape);
}

function slice({ build, inputs, node }: Proposal): Name | undefined {
  const x = inputs[0]!;
  const shape = shapeOf(build, x);
  const spans = spansOf(build, node);
  if (spans.every(({ axis, start, count, step }) => step === 1 && start === 0 && count === shape[axis])) return x;
  const value = build.uniformOf(x);
  if (value === undefined) return undefined;
  const extents = [...shape];
  for (const { axis, count } of spans) extents[axis] = count;
  return filled(build, value, x, extents);
}

function pad({ build, inputs }: Proposal): Name | undefined {
  const pads = known(build, inputs[1]);
  return inputs.length <= 3 && pads?.every((count) => count === 0) ? inputs[0] : undefined;
}

function concat({ inputs }: Proposal): Name | undefined {
  return inputs.length === 1 ? inputs[0] : undefined;
}

function cast({ build, inputs, node }: Proposal): Name | undefined {
  const x = inputs[0]!;
  const target = dtypeOf(intOf(node, "to"));
  if (target === build.typeOf(x).dtype) return x;
  const value = build.uniformOf(x);
  if (value === undefined || (target !== "float32" && target !== "float64")) return undefined;
  return build.expand(build.scalar(value, target), shapeOf(build, x));
}

/** Operators that move, spread out or add up elements. */
export const layoutSimplifications: Readonly<Record<string, Simplification>> = {
  Reshape: reshape,
  Transpose: transpose,
  Expand: expand,
  ReduceSum: reduceSum,
  Slice: slice,
  Pad: pad,
  Concat: concat,
  Cast: cast,
};

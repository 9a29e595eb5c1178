import { axisOf, range, reduced } from "../../differentiate/shapes";
import { isFloating } from "../../elements";
import { sizeOf } from "../../tensor";
import type { Decomposition, Decompositions } from "../call";
import type { Emitter, Name } from "../emitter";

/** What a reduction is asked to do. */
interface Reduction {
  readonly emit: Emitter;
  readonly x: Name;
  /** None negative. */
  readonly axes: readonly number[];
  readonly keep: boolean;
}

/**
 * Axes are an attribute in older operator sets and an input in newer ones. None means all, or with
 * `noop_with_empty_axes` that every element is reduced on its own.
 */
const reducing =
  (reduce: (reduction: Reduction) => Name): Decomposition =>
  (call) => {
    const [x, rank] = [call.input(0), call.rank(0)];
    const given = call.list(1, "axes")?.map((axis) => axisOf(axis, rank)) ?? [];
    if (call.dtype(0) === "bool") throw call.refuse("of truth values");
    const none = call.int("noop_with_empty_axes", 0) === 1 ? [] : range(rank);
    const axes = given.length === 0 ? none : given;
    return reduce({ emit: call.emit, x, axes, keep: call.int("keepdims", 1) === 1 });
  };

const sumOf = ({ emit, x, axes, keep }: Reduction, f: (x: Name) => Name = (each) => each): Name =>
  emit.reduceSum(f(x), axes, keep);

const sumOfSquares = (reduction: Reduction): Name => sumOf(reduction, (x) => reduction.emit.mul(x, x));

function mean({ emit, x, axes, keep }: Reduction): Name {
  if (isFloating(emit.dtypeOf(x))) return emit.reduceMean(x, axes, keep);
  const count = sizeOf(axes.map((axis) => emit.shapeOf(x)[axis]!));
  return emit.div(emit.reduceSum(x, axes, keep), emit.like(x, count));
}

/**
 * log Σ e^x = m + log Σ e^(x−m), where m is the largest element rounded up: any m gives the same value, and one that was
 * rounded has no derivative, so that only the softmax is differentiated. An infinite maximum is left alone.
 */
function logSumExp({ emit, x, axes, keep }: Reduction): Name {
  const top = emit.node("Ceil", [emit.reduceMax(x, axes)]);
  const isInfinite = emit.node("Equal", [emit.node("Abs", [top]), emit.like(x, Infinity)]);
  const moved = emit.where(isInfinite, emit.like(x, 0), top);
  const sum = emit.reduceSum(emit.node("Exp", [emit.sub(x, moved)]), axes, keep);
  return emit.add(emit.node("Log", [sum]), emit.reshape(moved, emit.shapeOf(sum)));
}

/** The product by halves: elements 0 … h − 1 times elements h … 2h − 1, until one is left. Exact where some are 0. */
function productOf({ emit, x, axes, keep }: Reduction): Name {
  const shape = emit.shapeOf(x);
  const others = range(shape.length).filter((axis) => !axes.includes(axis));
  const outer = others.map((axis) => shape[axis]!);
  let count = sizeOf(axes.map((axis) => shape[axis]!));
  let line = emit.reshape(emit.transpose(x, [...others, ...axes]), [...outer, count]);
  while (count > 1) {
    const half = Math.floor(count / 2);
    const part = (start: number, length: number): Name => emit.part(line, outer.length, start, length);
    const halves = emit.mul(part(0, half), part(half, half));
    line = count % 2 === 0 ? halves : emit.concat([halves, part(count - 1, 1)], outer.length);
    count = emit.shapeOf(line).at(-1)!;
  }
  return emit.reshape(line, keep ? reduced(shape, axes) : outer);
}

/** Reductions of real numbers, and of whole ones where that has a meaning. */
export const reductions: Decompositions = {
  ReduceSum: reducing(sumOf),
  ReduceMax: reducing(({ emit, x, axes, keep }) => emit.reduceMax(x, axes, keep)),
  ReduceMin: reducing(({ emit, x, axes, keep }) => emit.neg(emit.reduceMax(emit.neg(x), axes, keep))),
  ReduceMean: reducing(mean),
  ReduceProd: reducing(productOf),
  ReduceSumSquare: reducing(sumOfSquares),
  ReduceL1: reducing((reduction) => sumOf(reduction, (x) => reduction.emit.node("Abs", [x]))),
  ReduceL2: reducing((reduction) => reduction.emit.node("Sqrt", [sumOfSquares(reduction)])),
  ReduceLogSum: reducing((reduction) => reduction.emit.node("Log", [sumOf(reduction)])),
  ReduceLogSumExp: reducing(logSumExp),
};

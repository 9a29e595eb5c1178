import { sizeOf } from "../../../server/graph/tensor";
import { at, axisOf, generate, indices, withAxis, type Call, type Operator, type Value } from "./values";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** log Σ e^x, moved by the maximum so that nothing overflows. */
function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  return Number.isFinite(top) ? top + Math.log(sum(values.map((value) => Math.exp(value - top)))) : top;
}

const reductions: Readonly<Record<string, (values: readonly number[]) => number>> = {
  ReduceSum: sum,
  ReduceMean: (values) => sum(values) / values.length,
  ReduceMax: (values) => Math.max(...values),
  ReduceMin: (values) => Math.min(...values),
  ReduceProd: (values) => values.reduce((product, value) => product * value, 1),
  ReduceSumSquare: (values) => sum(values.map((value) => value * value)),
  ReduceL1: (values) => sum(values.map(Math.abs)),
  ReduceL2: (values) => Math.sqrt(sum(values.map((value) => value * value))),
  ReduceLogSum: (values) => Math.log(sum(values)),
  ReduceLogSumExp: logSumExp,
};

/**
 * Axes are an attribute in older operator sets and an input in newer ones; none means all, or with
 * `noop_with_empty_axes` each element alone.
 */
function reduce(call: Call, f: (values: readonly number[]) => number): Value[] {
  const x = call.input(0);
  const given = call.integers(1) ?? call.ints("axes") ?? [];
  const none = call.int("noop_with_empty_axes", 0) === 1 ? [] : x.shape.map((_, axis) => axis);
  const axes = given.length === 0 ? none : given.map((axis) => axisOf(axis, x.shape.length));
  const gone = x.shape.map((extent, axis) => (axes.includes(axis) ? extent : 1));
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const y = generate(x.dtype, kept, (index) =>
    f(
      Array.from(indices(gone), (inner) =>
        at(
          x,
          index.map((i, axis) => i + inner[axis]!),
        ),
      ),
    ),
  );
  return [call.int("keepdims", 1) === 1 ? y : { ...y, shape: x.shape.filter((_, axis) => !axes.includes(axis)) }];
}

/**
 * From operator set 13 on along one axis (the last by default); before, over all axes from `axis` on (1 by default)
 * taken together.
 */
function softmax(call: Call, finish: (x: number, logSum: number) => number): Value[] {
  const x = call.input(0);
  const along = (line: Value, axis: number): Value =>
    generate(line.dtype, line.shape, (index) => {
      const values = Array.from({ length: line.shape[axis]! }, (_, k) => at(line, withAxis(index, axis, k)));
      // Far from 0, the logarithm of the count would be lost beside the maximum.
      const most = Math.max(...values);
      const shift = Number.isFinite(most) ? most : 0;
      return finish(at(line, index) - shift, logSumExp(values.map((value) => value - shift)));
    });
  if (call.opset >= 13) return [along(x, axisOf(call.int("axis", -1), x.shape.length))];
  const axis = axisOf(call.int("axis", 1), x.shape.length);
  const flat = { ...x, shape: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))] };
  return [{ ...along(flat, 1), shape: x.shape }];
}

export const reducing: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(
    Object.entries(reductions).map(([op, f]): [string, Operator] => [op, (call) => reduce(call, f)]),
  ),
  Softmax: (call) => softmax(call, (x, logSum) => Math.exp(x - logSum)),
  LogSoftmax: (call) => softmax(call, (x, logSum) => x - logSum),
};

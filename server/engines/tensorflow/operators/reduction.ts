import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { Call, Family, Operator } from "../call";
import { reduceOnHost, type Reducer } from "../host/reduction";
import type { Library } from "../library";
import { axisOf, countTo } from "../shapes";
import type { Value } from "../values";
import { lastAxis } from "./movement";

type Reduction = (tf: Library, x: DeviceTensor, axes: number[], keep: boolean) => DeviceTensor;

/** Reduces a value over `axes` on the back end, in the layout that it has when the result can keep it. */
export function reduceOnDevice(call: Call, x: Value, axes: readonly number[], keep: boolean, f: Reduction): Value {
  if (!x.isLast) return call.plain(f(call.tf, x.plain(), [...axes], keep));
  const own = axes.map((axis) => lastAxis(axis, x.rank));
  if (keep) return call.last(f(call.tf, x.last(), own, true));
  const spatial = axes.length === x.rank - 2 && axes.every((axis) => axis > 1);
  // Without its spatial axes, what is left is [N, C] in both layouts.
  if (spatial) return call.plain(f(call.tf, x.last(), own, false));
  return call.plain(f(call.tf, x.plain(), [...axes], false));
}

function reduction(f: Reduction, onHost: Reducer): Operator {
  return {
    run: (call) => {
      const x = call.input(0);
      const given = call.integersOf(1, "axes");
      // Without axes, every element is reduced on its own where that is asked for: a sum of squares still squares it.
      const none = call.int("noop_with_empty_axes", 0) === 1 ? [] : countTo(x.rank);
      const axes = given?.length ? given.map((axis) => axisOf(axis, x.rank)) : none;
      const keep = call.int("keepdims", 1) === 1;
      if (x.prefersHost) return call.onHost(reduceOnHost(x.host(), axes, keep, onHost));
      if (axes.length === 0) return alone(call, x, f);
      return reduceOnDevice(call, x, axes, keep, f);
    },
  };
}

/** Reduces each element on its own, along an axis of extent 1 that is added for it. */
function alone(call: Call, x: Value, f: Reduction): Value {
  const column = call.tf.reshape(x.plain(), [x.size, 1]);
  return call.plain(call.tf.reshape(f(call.tf, column, [1], false), [...x.shape]));
}

/** ln Σ eˣ, shifted by the largest element so that nothing overflows. */
function logSumExp(tf: Library, x: DeviceTensor, axes: number[], keep: boolean): DeviceTensor {
  const largest = tf.max(x, axes, true);
  const finite = tf.where(tf.isFinite(largest), largest, tf.zerosLike(largest));
  const sum = tf.sum(tf.exp(tf.sub(x, finite)), axes, true);
  const result = tf.add(tf.log(sum), finite);
  return keep ? result : tf.squeeze(result, axes);
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const totalWhole = (values: readonly bigint[]): bigint => values.reduce((sum, value) => sum + value, 0n);
const squares = (values: readonly number[]): number => total(values.map((value) => value * value));

export const reductions: Family = {
  ReduceSum: reduction((tf, x, axes, keep) => tf.sum(x, axes, keep), { float: total, integer: totalWhole }),
  ReduceMean: reduction((tf, x, axes, keep) => tf.mean(x, axes, keep), {
    float: (values) => total(values) / values.length,
    integer: (values) => totalWhole(values) / BigInt(values.length),
  }),
  ReduceMax: reduction((tf, x, axes, keep) => tf.max(x, axes, keep), {
    float: (values) => Math.max(...values),
    integer: (values) => values.reduce((a, b) => (a > b ? a : b)),
  }),
  ReduceMin: reduction((tf, x, axes, keep) => tf.min(x, axes, keep), {
    float: (values) => Math.min(...values),
    integer: (values) => values.reduce((a, b) => (a < b ? a : b)),
  }),
  ReduceProd: reduction((tf, x, axes, keep) => tf.prod(x, axes, keep), {
    float: (values) => values.reduce((product, value) => product * value, 1),
    integer: (values) => values.reduce((product, value) => product * value, 1n),
  }),
  ReduceSumSquare: reduction((tf, x, axes, keep) => tf.sum(tf.square(x), axes, keep), {
    float: squares,
    integer: (values) => totalWhole(values.map((value) => value * value)),
  }),
  ReduceL1: reduction((tf, x, axes, keep) => tf.sum(tf.abs(x), axes, keep), {
    float: (values) => total(values.map(Math.abs)),
    integer: (values) => totalWhole(values.map((value) => (value < 0n ? -value : value))),
  }),
  ReduceL2: reduction((tf, x, axes, keep) => tf.sqrt(tf.sum(tf.square(x), axes, keep)), {
    float: (values) => Math.sqrt(squares(values)),
  }),
  ReduceLogSum: reduction((tf, x, axes, keep) => tf.log(tf.sum(x, axes, keep)), {
    float: (values) => Math.log(total(values)),
  }),
  ReduceLogSumExp: reduction(logSumExp, {
    float: (values) => {
      const largest = Math.max(...values);
      const shift = Number.isFinite(largest) ? largest : 0;
      return shift + Math.log(total(values.map((value) => Math.exp(value - shift))));
    },
  }),
};

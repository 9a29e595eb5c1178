import { int, ints } from "../../build";
import { range } from "../../differentiate/shapes";
import { sizeOf } from "../../tensor";
import type { Call, Decompositions } from "../call";
import type { Attributes, Name } from "../emitter";
import { paddingOf, windowsOf, type Padding, type Windows } from "./windows";

function attributesOf({ kernel, strides, dilations }: Windows, { before, after, beyond }: Padding): Attributes {
  return {
    kernel_shape: ints(...kernel),
    strides: ints(...strides),
    dilations: ints(...dilations),
    pads: ints(...before, ...after.map((count, axis) => count + beyond[axis]!)),
    ceil_mode: int(0),
  };
}

/** Always with the indices of the maxima, which derivatives need. */
function maxPool(call: Call): readonly Name[] {
  if (call.wants(1) && call.int("storage_order", 0) !== 0) throw call.refuse("with column-major indices");
  const windows = windowsOf(call);
  const attributes = attributesOf(windows, paddingOf(call, windows));
  return call.emit.nodes("MaxPool", [call.input(0)], ["MaxPool", "indices"], { ...attributes, storage_order: int(0) });
}

/** Means over the windows of x; windows that `ceil_mode` lets hang over do not count what lies beyond the padding. */
function averages(call: Call, x: Name, includesPadding: boolean): Name {
  const { emit } = call;
  const windows = windowsOf(call);
  const padding = paddingOf(call, windows);
  if (!includesPadding || padding.beyond.every((count) => count === 0)) {
    const attributes = { ...attributesOf(windows, padding), count_include_pad: int(includesPadding ? 1 : 0) };
    return emit.node("AveragePool", [x], attributes);
  }
  const { before, after, beyond } = padding;
  const nothing = before.map(() => 0);
  const padded = emit.pad(x, [0, 0, ...before, 0, 0, ...after]);
  const attributes = attributesOf(windows, { before: nothing, after: nothing, beyond });
  return emit.node("AveragePool", [padded], { ...attributes, count_include_pad: int(0) });
}

/** (Σ |x|^p)^(1/p) over each window: the mean with padding times the number of elements. */
function lpPool(call: Call): Name {
  const { emit } = call;
  const x = call.input(0);
  const p = call.int("p", 2);
  if (call.int("ceil_mode", 0) !== 0) throw call.refuse("with ceil_mode");
  const count = sizeOf(windowsOf(call).kernel);
  const sums = emit.scale(averages(call, power(call, x, p), true), count);
  return p === 1 ? sums : root(call, sums, p);
}

/** |x|^p */
function power(call: Call, x: Name, p: number): Name {
  const { emit } = call;
  if (p === 2) return emit.mul(x, x);
  const size = emit.node("Abs", [x]);
  return p === 1 ? size : emit.node("Pow", [size, emit.like(x, p)]);
}

function root(call: Call, x: Name, p: number): Name {
  return p === 2 ? call.emit.node("Sqrt", [x]) : call.emit.node("Pow", [x, call.emit.like(x, 1 / p)]);
}

function spatialAxes(call: Call): number[] {
  return range(call.rank(0)).slice(2);
}

/** Poolings over windows and over whole images. */
export const poolings: Decompositions = {
  MaxPool: maxPool,
  AveragePool: (call) => averages(call, call.input(0), call.int("count_include_pad", 0) === 1),
  LpPool: lpPool,
  GlobalAveragePool: (call) => call.emit.reduceMean(call.input(0), spatialAxes(call)),
  GlobalMaxPool: (call) => call.emit.reduceMax(call.input(0), spatialAxes(call)),
};

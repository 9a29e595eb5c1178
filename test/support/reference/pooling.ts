import { tap, windowsOf, type Windows } from "./convolution";
import { at, generate, indices, positionOf, type Call, type Operator, type Value } from "./values";

interface Window {
  /** Elements of the input inside the window. */
  readonly inside: readonly number[];
  /** Kernel positions that lie in the input or its padding. */
  readonly positions: number;
}

function windowAt(x: Value, windows: Windows, n: number, c: number, window: readonly number[]): Window {
  const spatial = x.shape.slice(2);
  const inside: number[] = [];
  let positions = 0;
  for (const offset of indices(windows.kernel)) {
    const place = offset.map((k, axis) => tap(windows, axis, window[axis]!, k));
    if (place.some((p, axis) => p >= spatial[axis]! + windows.after[axis]!)) continue;
    positions++;
    if (place.some((p, axis) => p < 0 || p >= spatial[axis]!)) continue;
    inside.push(at(x, [n, c, ...place]));
  }
  return { inside, positions };
}

function pool(call: Call, reduce: (window: Window) => number): Value[] {
  const x = call.input(0);
  const windows = windowsOf(call, x.shape.slice(2), call.ints("kernel_shape")!);
  return [
    generate(x.dtype, [x.shape[0]!, x.shape[1]!, ...windows.out], ([n, c, ...window]) =>
      reduce(windowAt(x, windows, n!, c!, window)),
    ),
  ];
}

function globalPool(call: Call, reduce: (values: readonly number[]) => number): Value[] {
  const x = call.input(0);
  const spatial = x.shape.slice(2);
  return [
    generate(x.dtype, [x.shape[0]!, x.shape[1]!, ...spatial.map(() => 1)], ([n, c]) =>
      reduce(Array.from(indices(spatial), (place) => at(x, [n!, c!, ...place]))),
    ),
  ];
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;
const largest = (values: readonly number[]): number => Math.max(...values);

/** The largest element of each window and where it lies in the whole of x; the first of several equal ones. */
function maxPool(call: Call): Value[] {
  const x = call.input(0);
  const spatial = x.shape.slice(2);
  const windows = windowsOf(call, spatial, call.ints("kernel_shape")!);
  const shape = [x.shape[0]!, x.shape[1]!, ...windows.out];
  const winners = generate("int64", shape, ([n, c, ...window]) => {
    const positions = Array.from(indices(windows.kernel), (offset) =>
      offset.map((k, axis) => tap(windows, axis, window[axis]!, k)),
    )
      .filter((place) => place.every((p, axis) => p >= 0 && p < spatial[axis]!))
      .map((place) => positionOf(x.shape, [n!, c!, ...place]));
    const values = positions.map((position) => x.data[position]!);
    const best = largest(values);
    return positions[values.findIndex((value) => Object.is(value, best))]!;
  });
  return [generate(x.dtype, shape, (index) => x.data[at(winners, index)]!), winners];
}

export const poolings: Readonly<Record<string, Operator>> = {
  MaxPool: maxPool,
  AveragePool: (call) =>
    call.int("count_include_pad", 0) === 1
      ? pool(call, ({ inside, positions }) => sumOf(inside) / positions)
      : pool(call, ({ inside }) => meanOf(inside)),
  LpPool: (call) => {
    const p = call.int("p", 2);
    return pool(call, ({ inside }) => sumOf(inside.map((value) => Math.abs(value) ** p)) ** (1 / p));
  },
  GlobalAveragePool: (call) => globalPool(call, meanOf),
  GlobalMaxPool: (call) => globalPool(call, largest),
};

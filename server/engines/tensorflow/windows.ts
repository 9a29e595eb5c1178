import type { GraphNode } from "../../graph/graph";
import { attributeOf } from "./call";

/** Where the windows of a convolution or pooling lie along each spatial axis. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding at the beginning and the end of each axis, as the node asks for it. */
  readonly pads: readonly (readonly [number, number])[];
  /** Further room behind the end padding that the last window needs when sizes are rounded up. */
  readonly overhang: readonly number[];
  /** Number of windows along each axis. */
  readonly count: readonly number[];
}

/** Extent that a dilated kernel covers: (k − 1)·d + 1. */
export function reach(kernel: number, dilation: number): number {
  return (kernel - 1) * dilation + 1;
}

/**
 * The windows of a Conv or pooling node over an input with the given spatial extents.
 * Number of windows: ⌊(n + p₀ + p₁ − reach)/s⌋ + 1, rounded up with `ceil_mode`, when a window that would begin in the
 * padding at the end is dropped (ONNX operator reference, MaxPool and AveragePool).
 */
export function windowsOf(node: GraphNode, spatial: readonly number[], kernel: readonly number[]): Windows {
  const ones = spatial.map(() => 1);
  const strides = attributeOf(node, "strides", "ints") ?? ones;
  const dilations = attributeOf(node, "dilations", "ints") ?? ones;
  const given = attributeOf(node, "pads", "ints") ?? [...spatial, ...spatial].map(() => 0);
  const automatic = attributeOf(node, "auto_pad", "string") ?? "NOTSET";
  const up = attributeOf(node, "ceil_mode", "int") === 1;

  const axes = spatial.map((extent, axis) => {
    const stride = strides[axis]!;
    const covered = reach(kernel[axis]!, dilations[axis]!);
    if (automatic === "SAME_UPPER" || automatic === "SAME_LOWER") {
      const count = Math.ceil(extent / stride);
      const total = Math.max(0, (count - 1) * stride + covered - extent);
      return { pads: halves(total, automatic === "SAME_UPPER"), count };
    }
    const pads: [number, number] = automatic === "VALID" ? [0, 0] : [given[axis]!, given[axis + spatial.length]!];
    const steps = (extent + pads[0] + pads[1] - covered) / stride;
    let count = (up ? Math.ceil(steps) : Math.floor(steps)) + 1;
    if (up && (count - 1) * stride >= extent + pads[0]) count--;
    if (count < 1) throw new Error(`a window of ${covered} does not fit into ${extent} with its padding`);
    return { pads, count };
  });
  return {
    kernel,
    strides,
    dilations,
    pads: axes.map(({ pads }) => pads),
    overhang: axes.map(({ pads, count }, axis) => {
      const needed = (count - 1) * strides[axis]! + reach(kernel[axis]!, dilations[axis]!);
      return Math.max(0, needed - (spatial[axis]! + pads[0] + pads[1]));
    }),
    count: axes.map(({ count }) => count),
  };
}

/** Where a transposed convolution puts its result inside the full one, along each spatial axis. */
export interface TransposedWindows {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** What is cut off the full result at its beginning; negative where zeros come in front. */
  readonly before: readonly number[];
  /** Extents of the result. */
  readonly out: readonly number[];
}

/**
 * Full result: (n − 1)·s + reach; `pads` are cut off it, `output_padding` is added at the end, or both follow from
 * `output_shape` (ONNX operator reference, ConvTranspose).
 */
export function transposedWindowsOf(
  node: GraphNode,
  spatial: readonly number[],
  kernel: readonly number[],
): TransposedWindows {
  const ones = spatial.map(() => 1);
  const strides = attributeOf(node, "strides", "ints") ?? ones;
  const dilations = attributeOf(node, "dilations", "ints") ?? ones;
  const given = attributeOf(node, "pads", "ints") ?? [...spatial, ...spatial].map(() => 0);
  const extra = attributeOf(node, "output_padding", "ints") ?? spatial.map(() => 0);
  const automatic = attributeOf(node, "auto_pad", "string") ?? "NOTSET";
  const asked =
    attributeOf(node, "output_shape", "ints") ??
    (automatic.startsWith("SAME") ? spatial.map((extent, axis) => extent * strides[axis]!) : undefined);

  const axes = spatial.map((extent, axis) => {
    const full = strides[axis]! * (extent - 1) + extra[axis]! + reach(kernel[axis]!, dilations[axis]!);
    // What is asked for beyond the full result are zeros at its end, as TensorFlow has it.
    const cut = asked ? Math.max(0, full - asked[axis]!) : 0;
    if (asked) return { before: halves(cut, automatic === "SAME_UPPER")[0], out: asked[axis]! };
    if (automatic === "VALID") return { before: 0, out: full };
    return { before: given[axis]!, out: full - given[axis]! - given[axis + spatial.length]! };
  });
  return { strides, dilations, before: axes.map(({ before }) => before), out: axes.map(({ out }) => out) };
}

/** Splits padding in two; the odd one goes to the end when `upper`. */
function halves(total: number, upper: boolean): [number, number] {
  const smaller = Math.floor(total / 2);
  return upper ? [smaller, total - smaller] : [total - smaller, smaller];
}

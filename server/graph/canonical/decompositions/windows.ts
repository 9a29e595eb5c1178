import type { Call } from "../call";

/** Where the windows of a convolution or pooling lie, one entry for each spatial axis, its padding aside. */
export interface Windows {
  /** Extents of the input's spatial axes. */
  readonly spatial: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Extents that the dilated kernel covers: (k − 1)·d + 1. */
  readonly reach: readonly number[];
}

export interface Padding {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** How far the last window of `ceil_mode` reaches beyond the padding that the node asks for. */
  readonly beyond: readonly number[];
}

/** @param weights the kernel's extents as the weights have them; pooling has an attribute only */
export function windowsOf(call: Call, weights?: readonly number[]): Windows {
  const kernel = weights ?? call.ints("kernel_shape");
  if (!kernel) throw new Error("There is no kernel_shape.");
  const ones = kernel.map(() => 1);
  const dilations = call.ints("dilations") ?? ones;
  return {
    spatial: call.shape(0).slice(2),
    kernel,
    strides: call.ints("strides") ?? ones,
    dilations,
    reach: kernel.map((extent, axis) => (extent - 1) * dilations[axis]! + 1),
  };
}

/**
 * The padding in numbers. SAME makes ⌈n/s⌉ windows, the odd element of padding at the end for SAME_UPPER, at the
 * beginning for SAME_LOWER. With `ceil_mode` the last window may reach beyond everything, but starts inside.
 */
export function paddingOf(call: Call, windows: Windows): Padding {
  const { spatial, strides, reach } = windows;
  const automatic = call.string("auto_pad", "NOTSET");
  const nothing = spatial.map(() => 0);
  if (automatic === "SAME_UPPER" || automatic === "SAME_LOWER") {
    const totals = spatial.map((extent, axis) => {
      const count = Math.ceil(extent / strides[axis]!);
      return Math.max(0, (count - 1) * strides[axis]! + reach[axis]! - extent);
    });
    const smaller = totals.map((total) => Math.floor(total / 2));
    const larger = totals.map((total, axis) => total - smaller[axis]!);
    const [before, after] = automatic === "SAME_UPPER" ? [smaller, larger] : [larger, smaller];
    return { before, after, beyond: nothing };
  }
  const pads = (automatic === "VALID" ? undefined : call.ints("pads")) ?? [...nothing, ...nothing];
  const [before, after] = [pads.slice(0, spatial.length), pads.slice(spatial.length)];
  if (call.int("ceil_mode", 0) === 0) return { before, after, beyond: nothing };
  const beyond = spatial.map((extent, axis) => {
    const padded = extent + before[axis]! + after[axis]!;
    let count = Math.ceil((padded - reach[axis]!) / strides[axis]!) + 1;
    if ((count - 1) * strides[axis]! >= extent + before[axis]!) count--;
    return Math.max(0, (count - 1) * strides[axis]! + reach[axis]! - padded);
  });
  return { before, after, beyond };
}

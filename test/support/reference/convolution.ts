import { at, generate, indices, positionOf, type Call, type Operator, type Value } from "./values";

/** Where a window of a convolution or pooling lies along each spatial axis. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Number of windows along each axis. */
  readonly out: readonly number[];
}

/** Extent that a dilated kernel covers. */
function reach(kernel: number, dilation: number): number {
  return (kernel - 1) * dilation + 1;
}

/** Reads strides, dilations and padding of a convolution or pooling node whose input has these spatial extents. */
export function windowsOf(call: Call, spatial: readonly number[], kernel: readonly number[]): Windows {
  const strides = call.ints("strides") ?? spatial.map(() => 1);
  const dilations = call.ints("dilations") ?? spatial.map(() => 1);
  const automatic = call.string("auto_pad", "NOTSET");
  const pads = call.ints("pads") ?? [...spatial, ...spatial].map(() => 0);
  const ceiling = call.int("ceil_mode", 0) === 1;
  const before: number[] = [];
  const after: number[] = [];
  const out: number[] = [];
  spatial.forEach((extent, axis) => {
    const stride = strides[axis]!;
    const covered = reach(kernel[axis]!, dilations[axis]!);
    if (automatic === "SAME_UPPER" || automatic === "SAME_LOWER") {
      const count = Math.ceil(extent / stride);
      const total = Math.max(0, (count - 1) * stride + covered - extent);
      const smaller = Math.floor(total / 2);
      before.push(automatic === "SAME_UPPER" ? smaller : total - smaller);
      after.push(total - before[axis]!);
      out.push(count);
      return;
    }
    before.push(automatic === "VALID" ? 0 : pads[axis]!);
    after.push(automatic === "VALID" ? 0 : pads[axis + spatial.length]!);
    const room = extent + before[axis]! + after[axis]! - covered;
    let count = (ceiling ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    // A window that would start in the padding at the end is dropped.
    if (ceiling && (count - 1) * stride >= extent + before[axis]!) count--;
    out.push(count);
  });
  return { kernel, strides, dilations, before, after, out };
}

/** Input position of kernel element `offset` of window `window` along `axis`; may lie in the padding. */
export function tap(windows: Windows, axis: number, window: number, offset: number): number {
  return window * windows.strides[axis]! - windows.before[axis]! + offset * windows.dilations[axis]!;
}

/** y[n,m,o] = b[m] + Σ_c Σ_k x[n, c + first(m), o·s − p + k·d] · w[m,c,k] */
function conv(call: Call): Value[] {
  const x = call.input(0);
  const w = call.input(1);
  const b = call.optional(2);
  const groups = call.int("group", 1);
  const spatial = x.shape.slice(2);
  const kernel = w.shape.slice(2);
  const perGroup = w.shape[0]! / groups;
  const windows = windowsOf(call, spatial, kernel);
  const y = generate(x.dtype, [x.shape[0]!, w.shape[0]!, ...windows.out], ([n, m, ...window]) => {
    const firstChannel = Math.floor(m! / perGroup) * w.shape[1]!;
    let sum = b ? b.data[m!]! : 0;
    for (const [c, ...offset] of indices([w.shape[1]!, ...kernel])) {
      const place = offset.map((k, axis) => tap(windows, axis, window[axis]!, k));
      if (place.some((p, axis) => p < 0 || p >= spatial[axis]!)) continue;
      sum += at(x, [n!, firstChannel + c!, ...place]) * at(w, [m!, c!, ...offset]);
    }
    return sum;
  });
  return [y];
}

/** y[n, m + first(c), i·s − p + k·d] += x[n,c,i] · w[c,m,k]: the adjoint of a convolution with the same attributes. */
function convTranspose(call: Call): Value[] {
  const x = call.input(0);
  const w = call.input(1);
  const b = call.optional(2);
  const groups = call.int("group", 1);
  const spatial = x.shape.slice(2);
  const kernel = w.shape.slice(2);
  const strides = call.ints("strides") ?? spatial.map(() => 1);
  const dilations = call.ints("dilations") ?? spatial.map(() => 1);
  const pads = call.ints("pads") ?? [...spatial, ...spatial].map(() => 0);
  const extra = call.ints("output_padding") ?? spatial.map(() => 0);
  const automatic = call.string("auto_pad", "NOTSET");
  const same = automatic === "SAME_UPPER" || automatic === "SAME_LOWER";
  const asked = call.ints("output_shape") ?? (same ? spatial.map((n, axis) => n * strides[axis]!) : undefined);

  const before: number[] = [];
  const out: number[] = [];
  spatial.forEach((extent, axis) => {
    const full = strides[axis]! * (extent - 1) + extra[axis]! + reach(kernel[axis]!, dilations[axis]!);
    if (asked) {
      // Zeros are added at the end where more is asked for than there is.
      const total = Math.max(0, full - asked[axis]!);
      const half = Math.floor(total / 2);
      before.push(automatic === "SAME_UPPER" ? half : total - half);
      out.push(asked[axis]!);
    } else {
      before.push(automatic === "VALID" ? 0 : pads[axis]!);
      out.push(automatic === "VALID" ? full : full - pads[axis]! - pads[axis + spatial.length]!);
    }
  });

  const perGroup = w.shape[1]!;
  const channelsPerGroup = x.shape[1]! / groups;
  const y = generate(x.dtype, [x.shape[0]!, perGroup * groups, ...out], ([, m]) => (b ? b.data[m!]! : 0));
  for (const [n, c, ...place] of indices(x.shape)) {
    const firstOutput = Math.floor(c! / channelsPerGroup) * perGroup;
    const value = at(x, [n!, c!, ...place]);
    for (const [m, ...offset] of indices([perGroup, ...kernel])) {
      const target = offset.map((k, axis) => place[axis]! * strides[axis]! - before[axis]! + k * dilations[axis]!);
      if (target.some((p, axis) => p < 0 || p >= out[axis]!)) continue;
      const position = positionOf(y.shape, [n!, firstOutput + m!, ...target]);
      y.data[position] = y.data[position]! + value * at(w, [c!, m!, ...offset]);
    }
  }
  return [y];
}

export const convolutions: Readonly<Record<string, Operator>> = { Conv: conv, ConvTranspose: convTranspose };

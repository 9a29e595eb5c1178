import { int, ints } from "../../../graph/build";
import {
  geometryOf,
  reachOf,
  shapeAttribute,
  windowCounts,
  type Geometry,
} from "../../../graph/differentiate/internal";
import type { GraphNode } from "../../../graph/graph";
import { sizeOf, type Tensor } from "../../../graph/tensor";
import type { Emitter, Range } from "./emitter";

/** The numbers that a ConvFilterGrad is about. */
interface Sizes {
  readonly geometry: Geometry;
  readonly batch: number;
  /** Spatial extents of x. */
  readonly spatial: readonly number[];
  /** Spatial extents of dy. */
  readonly windows: readonly number[];
  /** Channels of x in one group. */
  readonly channels: number;
  /** Filters in one group. */
  readonly filters: number;
}

/** Above this many kernel positions, a Slice for each of them costs more than a convolution over the batch. */
const mostSlices = 27;

/**
 * dw[m,c,k] = Σ_n Σ_o dy[n,m,o] · x[n,c,o·s − p + k·d]: one matrix product over all samples and windows, of shifted
 * copies of dy with shifted copies of x.
 *
 * Which way is fastest follows from the shape, closely enough that trying them out on the spot would gain nothing.
 * Milliseconds on one core, 64 samples:
 *
 * | filters                  | separable | every offset of x | convolution over the batch |
 * | ------------------------ | --------- | ----------------- | -------------------------- |
 * | 16 of 16×3×3, on 32×32   | **4.7**   | 9.4               | 10.7                       |
 * | 32 of 32×3×3, on 16×16   | **3.3**   | 6.2               | 6.3                        |
 * | 64 of 64×3×3, on 8×8     | **2.9**   | 4.8               | 4.1                        |
 * | 256 of 256×3×3, on 4×4   | **8.3**   | 11.7              | 8.5                        |
 * | 32 of 16×5×5, on 16×16   | **4.0**   | 8.7               | 6.9                        |
 * | 64 groups of 3×3         | **5.5**   | 8.8               | 10.6                       |
 * | 16 of 3×3×3, on 32×32    | 2.2       | **1.9**           | 2.7                        |
 * | 64 of 64×1×1, on 16×16   | –         | **1.5**           | 4.1                        |
 * | 32 of 16×3×3, stride 2   | –         | **5.1**           | 4.9                        |
 * | 64 of 3×7×7, stride 2    | –         | 21.5              | **13.4**                   |
 *
 * In bold is what is taken.
 */
export function convFilterGrad(emitter: Emitter, node: GraphNode): string {
  const sizes = sizesOf(node);
  const { kernel } = sizes.geometry;
  if (sizeOf(kernel) > mostSlices && kernel.length <= 2) return asConvolution(emitter, node, sizes);
  return asProduct(emitter, node, sizes, isSeparable(sizes));
}

function sizesOf(node: GraphNode): Sizes {
  const geometry = geometryOf(node);
  const [filters, channels] = shapeAttribute(node) as [number, number];
  const [batch, , ...spatial] = shapeAttribute(node, "input_shape") as [number, number, ...number[]];
  const windows = windowCounts(geometry, spatial);
  return { geometry, batch, spatial, windows, channels, filters: filters / geometry.group };
}

/**
 * With stride 1 along the first spatial axis, dy can be shifted along it instead of x: kh + kw copies instead of
 * kh · kw. Worth it unless x has few channels.
 */
function isSeparable({ geometry, channels, filters }: Sizes): boolean {
  const { kernel, strides } = geometry;
  if (kernel.length < 2 || strides[0] !== 1) return false;
  const [first, ...rest] = kernel as [number, ...number[]];
  const others = sizeOf(rest);
  return first * filters + others * channels <= first * others * channels && first > 1;
}

function asProduct(emitter: Emitter, node: GraphNode, sizes: Sizes, separable: boolean): string {
  const { geometry, batch, spatial, windows, channels, filters } = sizes;
  const { kernel, group } = geometry;
  const [x, dy] = node.inputs as [string, string];
  const ofDy = separable ? 1 : 0;
  // Positions that both operands are laid out over: samples, then rows of x or of dy, then windows.
  const length = batch * sizeOf(separable ? [spatial[0]!, ...windows.slice(1)] : windows);
  const offsets = sizeOf(kernel.slice(ofDy));
  const rows = separable ? kernel[0]! : 1;

  const left = separable
    ? shiftedRows(emitter, dy, sizes)
    : channelsFirst(emitter, dy, [batch, filters, ...windows], group);
  const right = columns(emitter, channelsFirst(emitter, x, [batch, channels, ...spatial], group), sizes, ofDy);
  const product = emitter.node("MatMul", [
    emitter.reshape(left, [group, filters * rows, length]),
    emitter.transpose(emitter.reshape(right, [group, offsets * channels, length]), [0, 2, 1]),
  ]);
  // [g, M, rows, offsets, C] → [g, M, C, rows, offsets]
  const apart = emitter.reshape(product, [group * filters, rows, offsets, channels]);
  return emitter.reshape(emitter.transpose(apart, [0, 3, 1, 2]), shapeAttribute(node));
}

/** [N, g·C, …] → [g, C, N, …] */
function channelsFirst(emitter: Emitter, x: string, shape: readonly number[], group: number): string {
  const [batch, channels, ...spatial] = shape as [number, number, ...number[]];
  const order = [1, 0, ...spatial.map((_, axis) => axis + 2)];
  return emitter.reshape(emitter.transpose(x, order), [group, channels, batch, ...spatial]);
}

/** Number of axes before the spatial ones in [g, C, N, …], and no padding for them. */
const leading = 3;
const still = [0, 0, 0];

/** For each offset of the kernel along the axes from `from` on, what the windows see of x there; [g, offsets·C, N, …]. */
function columns(emitter: Emitter, x: string, sizes: Sizes, from: number): string {
  const offsets = offsetsOf(sizes.geometry.kernel.slice(from)).map((own) => [...still.slice(0, from), ...own]);
  const shifts = offsets.map((offset) => shiftOf(sizes, from, offset));
  if (shifts.every((shift) => shift !== undefined)) {
    return emitter.concat(
      shifts.map(([begin, end]) => emitter.pad(x, [...still, ...begin, ...still, ...end])),
      1,
    );
  }
  return stridedColumns(emitter, x, sizes, from, offsets);
}

/**
 * Zeros before and after every axis of x (negative: what is cropped) that make a copy of x of the windows at one offset
 * of the kernel: one operator instead of two. Undefined with a stride, and where nothing of x would be left.
 */
function shiftOf(
  { geometry, spatial, windows }: Sizes,
  from: number,
  offset: readonly number[],
): readonly [number[], number[]] | undefined {
  const { strides, dilations, before } = geometry;
  const begin = spatial.map((_, axis) => (axis < from ? 0 : before[axis]! - offset[axis]! * dilations[axis]!));
  const end = spatial.map((extent, axis) => (axis < from ? 0 : windows[axis]! - extent - begin[axis]!));
  const fits = spatial.every(
    (extent, axis) => axis < from || (strides[axis] === 1 && -begin[axis]! < extent && -end[axis]! < extent),
  );
  return fits ? [begin, end] : undefined;
}

/** x with zeros around it, and a Slice for each offset of the kernel. */
function stridedColumns(
  emitter: Emitter,
  x: string,
  { geometry, spatial, windows }: Sizes,
  from: number,
  offsets: readonly (readonly number[])[],
): string {
  const { strides, dilations, before } = geometry;
  const last = windows.map((count, axis) => (count - 1) * strides[axis]!);
  const begin = spatial.map((_, axis) => (axis < from ? 0 : Math.max(0, before[axis]!)));
  const end = spatial.map((extent, axis) =>
    axis < from ? 0 : Math.max(0, last[axis]! + reachOf(geometry, axis) - before[axis]! - extent),
  );
  const padded = emitter.pad(x, [...still, ...begin, ...still, ...end]);
  const parts = offsets.map((offset) => {
    const ranges = offset.flatMap((k, axis): Range[] => {
      if (axis < from) return [];
      const start = begin[axis]! - before[axis]! + k * dilations[axis]!;
      const [stop, room] = [start + last[axis]! + 1, begin[axis]! + spatial[axis]! + end[axis]!];
      if (start === 0 && stop === room && strides[axis] === 1) return [];
      return [{ axis: axis + leading, start, end: stop, step: strides[axis] }];
    });
    return emitter.slice(padded, ranges);
  });
  return emitter.concat(parts, 1);
}

/**
 * For each kernel row k, dy moved along the first spatial axis to the rows of x that it meets; [g, M, kh, N, H, …].
 *
 * One Gather of whole rows does what would take a Transpose, a Slice for each kernel row and a Concat. Row h of x meets, at kernel row k, the row h + p − k·d of dy; where there is none, a row of zeros is taken.
 */
function shiftedRows(emitter: Emitter, dy: string, sizes: Sizes): string {
  const { geometry, batch, spatial, windows, filters } = sizes;
  const outputs = geometry.group * filters;
  const rows = batch * outputs * windows[0]!;
  const table = emitter.pad(emitter.reshape(dy, [rows, sizeOf(windows.slice(1))]), [0, 0, 1, 0]);
  const facts = [batch, outputs, windows[0], spatial[0], geometry.kernel[0], geometry.dilations[0], geometry.before[0]];
  const indices = emitter.shared(`rows/${facts.join(",")}`, () => rowsFor(sizes));
  return emitter.node("Gather", [table, indices], { axis: int(0) });
}

/** Which row of dy, counted through samples and filters, is taken for each filter, kernel row, sample and row of x. */
function rowsFor({ geometry, batch, spatial, windows, filters }: Sizes): Tensor {
  const [extent, count] = [spatial[0]!, windows[0]!];
  const [kernel, dilation, before] = [geometry.kernel[0]!, geometry.dilations[0]!, geometry.before[0]!];
  const outputs = geometry.group * filters;
  const data = new Int32Array(outputs * kernel * batch * extent);
  let at = 0;
  for (let m = 0; m < outputs; m++) {
    for (let k = 0; k < kernel; k++) {
      for (let n = 0; n < batch; n++) {
        for (let h = 0; h < extent; h++) {
          const row = h + before - k * dilation;
          data[at++] = row >= 0 && row < count ? (n * outputs + m) * count + row : batch * outputs * count;
        }
      }
    }
  }
  return { dtype: "int32", shape: [data.length], data };
}

/** Every position of a kernel in row-major order. */
function offsetsOf(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<number[][]>(
    (offsets, extent) => offsets.flatMap((offset) => Array.from({ length: extent }, (_, k) => [...offset, k])),
    [[]],
  );
}

/**
 * A convolution with one more spatial axis, for the channels: x as an image whose channels are the samples, dy as the
 * kernel, stride and dilation swapped. It is cropped to the kernel where the stride left elements over.
 */
function asConvolution(emitter: Emitter, node: GraphNode, sizes: Sizes): string {
  const { geometry, batch, spatial, windows, channels, filters } = sizes;
  const { kernel, strides, dilations, before, after, group } = geometry;
  const [x, dy] = node.inputs as [string, string];
  const axes = kernel.map((_, axis) => axis);

  const apart = group === 1 ? x : emitter.reshape(x, [batch, group, channels, ...spatial]);
  const grouped = group === 1 ? x : emitter.transpose(apart, [1, 0, 2, ...axes.map((axis) => axis + 3)]);
  const image = emitter.reshape(grouped, [1, group * batch, channels, ...spatial]);
  const swapped = emitter.transpose(dy, [1, 0, ...axes.map((axis) => axis + 2)]);
  const filter = emitter.reshape(swapped, [group * filters, batch, 1, ...windows]);

  const y = emitter.node("Conv", [image, filter], {
    kernel_shape: ints(1, ...windows),
    strides: ints(1, ...dilations),
    dilations: ints(1, ...strides),
    pads: ints(0, ...before, 0, ...after),
    group: int(group),
  });
  const cropped = emitter.slice(
    y,
    axes.map((axis) => ({ axis: axis + leading, start: 0, end: kernel[axis]! })),
  );
  return emitter.reshape(cropped, shapeAttribute(node));
}

import { int, ints } from "../../../graph/build";
import { geometryOf, shapeAttribute, windowCounts, type Geometry } from "../../../graph/differentiate/internal";
import type { GraphNode } from "../../../graph/graph";
import { sizeOf } from "../../../graph/tensor";
import type { Emitter } from "./emitter";

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

/** Above this many kernel positions, rows for each of them cost more than a convolution over the batch. */
const mostOffsets = 27;

/**
 * dw[m,c,k] = Σ_n Σ_o dy[n,m,o] · x[n,c,o·s − p + k·d]: one matrix product over all samples and windows, of shifted
 * copies of dy with shifted copies of x.
 *
 * Which way is fastest follows from the shape, closely enough that trying them out on the spot would gain nothing.
 * Milliseconds on one core, 64 samples:
 *
 * | filters                  | a product for each sample | samples last | convolution over the batch |
 * | ------------------------ | ------------------------- | ------------ | -------------------------- |
 * | 16 of 16×3×3, on 32×32   | **4.4**                   | 4.9          | 10.7                       |
 * | 64 of 64×3×3, on 32×32   | **31**                    | 34           | –                          |
 * | 32 of 32×3×3, on 16×16   | 3.4                       | **3.1**      | 6.3                        |
 * | 64 of 64×3×3, on 8×8     | 3.4                       | **2.3**      | 4.1                        |
 * | 256 of 256×3×3, on 4×4   | 18                        | **7.3**      | 8.5                        |
 * | 32 of 16×5×5, on 16×16   | 4.1                       | **3.5**      | 6.9                        |
 * | 64 groups of 3×3         | 6.4                       | **5.1**      | 10.6                       |
 * | 16 of 3×3×3, on 32×32    | –                         | **1.8**      | 2.7                        |
 * | 32 of 16×3×3, stride 2   | –                         | **2.9**      | 4.9                        |
 * | 64 of 64×1×1, on 16×16   | –                         | **1.1**      | 4.1                        |
 * | 64 of 3×7×7, stride 2    | –                         | –            | **3.2**                    |
 *
 * In bold is what is taken.
 */
export function convFilterGrad(emitter: Emitter, node: GraphNode): string {
  const sizes = sizesOf(node);
  const { kernel } = sizes.geometry;
  if (sizeOf(kernel) > mostOffsets && kernel.length <= 2) return asConvolution(emitter, node, sizes);
  const separable = isSeparable(sizes);
  const shifts = separable && isLong(sizes) ? shiftsOf(sizes) : undefined;
  return shifts ? bySamples(emitter, node, sizes, shifts) : samplesLast(emitter, node, sizes, separable);
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

/** Whether the elements of one channel of a sample are as many as the numbers of dw that they add to. */
function isLong({ geometry, spatial, filters }: Sizes): boolean {
  return geometry.group === 1 && sizeOf(spatial) >= sizeOf(geometry.kernel) * filters;
}

/** How an operand is moved along one axis: where each of its copies has, at each place, its elements from. */
interface Motion {
  /** Elements of the operand along the axis. */
  readonly extent: number;
  readonly copies: number;
  readonly places: number;
  /** A position outside of the operand stands for a zero. */
  from(copy: number, place: number): number;
}

const still = (extent: number): Motion => ({ extent, copies: 1, places: extent, from: (_, place) => place });

/** What every kernel position of one axis sees of x. */
function seen({ geometry, spatial, windows }: Sizes, axis: number): Motion {
  const { kernel, strides, dilations, before } = geometry;
  const [stride, dilation, start] = [strides[axis]!, dilations[axis]!, before[axis]!];
  return {
    extent: spatial[axis]!,
    copies: kernel[axis]!,
    places: windows[axis]!,
    from: (k, place) => place * stride - start + k * dilation,
  };
}

/** dy where every kernel position of the first axis, of stride 1, meets the elements of x. */
function met({ geometry, spatial, windows }: Sizes): Motion {
  const { kernel, dilations, before } = geometry;
  return {
    extent: windows[0]!,
    copies: kernel[0]!,
    places: spatial[0]!,
    from: (k, place) => place + before[0]! - k * dilations[0]!,
  };
}

/** One product for all samples, which are the innermost axis, so that whole rows of them are moved. */
function samplesLast(emitter: Emitter, node: GraphNode, sizes: Sizes, separable: boolean): string {
  const { geometry, batch, spatial, windows, channels, filters } = sizes;
  const { kernel, group } = geometry;
  const [x, dy] = node.inputs as [string, string];
  const ofDy = windows.map((count, axis) => (separable && axis === 0 ? met(sizes) : still(count)));
  const ofX = spatial.map((extent, axis) => (separable && axis === 0 ? still(extent) : seen(sizes, axis)));

  const rows = separable ? kernel[0]! : 1;
  const offsets = sizeOf(kernel) / rows;
  const length = batch * sizeOf(ofX.map(({ places }) => places));
  const moves = [...ofDy, ...ofX].some(isMotion);
  const laid = (value: string, outer: number, between: number, motions: readonly Motion[]): string => {
    const elements = sizeOf(motions.map(({ extent }) => extent));
    // Where nothing is moved, the elements of a channel stay together.
    if (!moves) return emitter.transpose(emitter.reshape(value, [batch, outer * between, elements]), [1, 0, 2]);
    const turned = emitter.transpose(emitter.reshape(value, [batch, outer * between * elements]), [1, 0]);
    return moved(emitter, turned, motions, { outer, between, inner: batch });
  };
  const left = laid(dy, group * filters, 1, ofDy);
  // With several rows the product is to be turned, for which channels are better innermost.
  const right = rows === 1 ? laid(x, group * channels, 1, ofX) : laid(x, group, channels, ofX);
  const product = emitter.node("MatMul", [
    emitter.reshape(left, [group, filters * rows, length]),
    emitter.transpose(emitter.reshape(right, [group, channels * offsets, length]), [0, 2, 1]),
  ]);
  if (rows === 1) return emitter.reshape(product, shapeAttribute(node));
  const apart = emitter.reshape(product, [group * filters, rows, offsets, channels]);
  return emitter.reshape(emitter.transpose(apart, [0, 3, 1, 2]), shapeAttribute(node));
}

/**
 * [outer, between, extents…, inner] → [outer, copies…, between, places…, inner]: one Gather of rows as long as they stay
 * whole, which does what would take a Pad or Slice for each copy and a Concat. Where there is nothing to be had, a row of
 * zeros is taken.
 */
function moved(
  emitter: Emitter,
  x: string,
  motions: readonly Motion[],
  { outer, between, inner }: { readonly outer: number; readonly between: number; readonly inner: number },
): string {
  const moving = motions.map(isMotion).lastIndexOf(true) + 1;
  if (moving === 0) return x;
  const axes = motions.slice(0, moving);
  const whole = motions.slice(moving);
  const row = inner * sizeOf(whole.map(({ extent }) => extent));
  const count = outer * between * sizeOf(axes.map(({ extent }) => extent));
  const indices = indicesOf(axes, outer, between);
  const table = emitter.reshape(x, [count, row]);
  const facts = axes.map(({ extent, copies, places, from }) => [
    extent,
    copies,
    places,
    from(0, 0),
    from(0, 1),
    from(1, 0),
  ]);
  return emitter.node(
    "Gather",
    [
      indices.includes(count) ? emitter.pad(table, [0, 0, 1, 0]) : table,
      emitter.shared(`rows/${outer}/${between}/${facts.join("/")}`, () => ({
        dtype: "int32",
        shape: [indices.length],
        data: indices,
      })),
    ],
    { axis: int(0) },
  );
}

function isMotion({ extent, copies, places, from }: Motion): boolean {
  return copies > 1 || places !== extent || from(0, 0) !== 0 || (extent > 1 && from(0, 1) !== 1);
}

/**
 * For every row of [outer, copies…, between, places…] the row of [outer, between, extents…] that it is; for zeros the one
 * behind all of them.
 */
function indicesOf(axes: readonly Motion[], outer: number, between: number): Int32Array {
  const copies = positions(axes.map((axis) => axis.copies));
  const places = positions(axes.map((axis) => axis.places));
  const span = sizeOf(axes.map(({ extent }) => extent));
  const own = copies.map((copy) => places.map((place) => rowOf(axes, copy, place)));
  const indices = new Int32Array(outer * copies.length * between * places.length);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const rows of own) {
      for (let b = 0; b < between; b++) {
        for (const row of rows) indices[at++] = row < 0 ? outer * between * span : (o * between + b) * span + row;
      }
    }
  }
  return indices;
}

/** The position in row-major order that one place of a copy is taken from; negative outside. */
function rowOf(axes: readonly Motion[], copy: readonly number[], place: readonly number[]): number {
  let row = 0;
  for (const [axis, { extent, from }] of axes.entries()) {
    const at = from(copy[axis]!, place[axis]!);
    if (at < 0 || at >= extent) return -1;
    row = row * extent + at;
  }
  return row;
}

/** Zeros before and after every spatial axis of x (negative: what is cropped). */
type Shift = readonly [before: readonly number[], after: readonly number[]];

/**
 * The shifts that make copies of x of the windows, one for each kernel position along all axes but the first. Undefined
 * with a stride along them, and where nothing of x would be left.
 */
function shiftsOf({ geometry, spatial, windows }: Sizes): readonly Shift[] | undefined {
  const { kernel, strides, dilations, before } = geometry;
  const shifts = positions(kernel.slice(1)).map((offset): Shift => {
    const begin = spatial.map((_, axis) => (axis === 0 ? 0 : before[axis]! - offset[axis - 1]! * dilations[axis]!));
    return [begin, spatial.map((extent, axis) => (axis === 0 ? 0 : windows[axis]! - extent - begin[axis]!))];
  });
  const fits = ([begin, end]: Shift): boolean =>
    spatial.every(
      (extent, axis) => axis === 0 || (strides[axis] === 1 && -begin[axis]! < extent && -end[axis]! < extent),
    );
  return shifts.every(fits) ? shifts : undefined;
}

/** Without groups: a product for every sample, and their sum. Where they are long, nothing need be transposed. */
function bySamples(emitter: Emitter, node: GraphNode, sizes: Sizes, shifts: readonly Shift[]): string {
  const { geometry, batch, spatial, windows, channels, filters } = sizes;
  const [x, dy] = node.inputs as [string, string];
  const [rows, offsets] = [geometry.kernel[0]!, shifts.length];
  const length = sizeOf([spatial[0]!, ...windows.slice(1)]);

  const motions = windows.map((count, axis) => (axis === 0 ? met(sizes) : still(count)));
  const left = moved(emitter, dy, motions, { outer: batch * filters, between: 1, inner: 1 });
  const copies = shifts.map(([begin, end]) => emitter.pad(x, [0, 0, ...begin, 0, 0, ...end]));
  const right = emitter.reshape(emitter.concat(copies, 1), [batch, offsets * channels, length]);
  const products = emitter.node("MatMul", [
    emitter.reshape(left, [batch, filters * rows, length]),
    emitter.transpose(right, [0, 2, 1]),
  ]);
  const apart = emitter.reshape(products, [batch, filters, rows, offsets, channels]);
  const sum = emitter.node("ReduceSum", [apart, emitter.integers([0])], { keepdims: int(0) });
  return emitter.reshape(emitter.transpose(sum, [0, 3, 1, 2]), shapeAttribute(node));
}

/** Every position within some extents in row-major order. */
function positions(extents: readonly number[]): readonly (readonly number[])[] {
  return extents.reduce<number[][]>(
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
    axes.map((axis) => ({ axis: axis + 3, start: 0, end: kernel[axis]! })),
  );
  return emitter.reshape(cropped, shapeAttribute(node));
}

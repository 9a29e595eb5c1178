import { sizeOf } from "../../../server/graph/tensor";
import { at, axisOf, broadcastAt, broadcastShape, fromTensor, generate, valueOf, type Call } from "./values";
import type { Operator, Value } from "./values";

/** 0 keeps the extent of the input (unless `allowzero`), −1 takes what is left. */
function reshape(call: Call): Value[] {
  const x = call.input(0);
  const asked = call.integers(1) ?? [...(call.ints("shape") ?? [])];
  const literalZero = call.int("allowzero", 0) === 1;
  const shape = asked.map((extent, axis) => (extent === 0 && !literalZero ? x.shape[axis]! : extent));
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  return [
    valueOf(
      x.dtype,
      shape.map((extent) => (extent === -1 ? x.data.length / known : extent)),
      x.data,
    ),
  ];
}

function flatten(call: Call): Value[] {
  const x = call.input(0);
  const given = call.int("axis", 1);
  const axis = given < 0 ? given + x.shape.length : given;
  return [valueOf(x.dtype, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))], x.data)];
}

function transpose(call: Call): Value[] {
  const x = call.input(0);
  const order = call.ints("perm") ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  return [
    generate(
      x.dtype,
      order.map((axis) => x.shape[axis]!),
      (index) => {
        const source = x.shape.map(() => 0);
        order.forEach((axis, k) => (source[axis] = index[k]!));
        return at(x, source);
      },
    ),
  ];
}

function squeeze(call: Call): Value[] {
  const x = call.input(0);
  const given = call.integers(1) ?? call.ints("axes");
  const axes = given?.map((axis) => axisOf(axis, x.shape.length));
  return [
    valueOf(
      x.dtype,
      x.shape.filter((extent, axis) => (axes ? !axes.includes(axis) : extent !== 1)),
      x.data,
    ),
  ];
}

function unsqueeze(call: Call): Value[] {
  const x = call.input(0);
  const given = call.integers(1) ?? [...(call.ints("axes") ?? [])];
  const rank = x.shape.length + given.length;
  const axes = given.map((axis) => axisOf(axis, rank));
  const extents = [...x.shape];
  return [
    valueOf(
      x.dtype,
      Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : extents.shift()!)),
      x.data,
    ),
  ];
}

function expand(call: Call): Value[] {
  const x = call.input(0);
  return [generate(x.dtype, broadcastShape(x.shape, call.integers(1)!), (index) => broadcastAt(x, index))];
}

function tile(call: Call): Value[] {
  const x = call.input(0);
  const repeats = call.integers(1)!;
  return [
    generate(
      x.dtype,
      x.shape.map((extent, axis) => extent * repeats[axis]!),
      (index) =>
        at(
          x,
          index.map((i, axis) => i % x.shape[axis]!),
        ),
    ),
  ];
}

function concat(call: Call): Value[] {
  const values = call.all;
  const axis = axisOf(call.int("axis", 0), values[0]!.shape.length);
  const shape = [...values[0]!.shape];
  shape[axis] = values.reduce((sum, value) => sum + value.shape[axis]!, 0);
  return [
    generate(values[0]!.dtype, shape, (index) => {
      let rest = index[axis]!;
      for (const value of values) {
        if (rest < value.shape[axis]!)
          return at(
            value,
            index.map((i, a) => (a === axis ? rest : i)),
          );
        rest -= value.shape[axis]!;
      }
      throw new Error("Concat: index beyond the end");
    }),
  ];
}

function split(call: Call): Value[] {
  const x = call.input(0);
  const axis = axisOf(call.int("axis", 0), x.shape.length);
  const parts = call.node.outputs.length;
  const chunk = Math.ceil(x.shape[axis]! / parts);
  const sizes =
    call.integers(1) ??
    call.ints("split") ??
    Array.from({ length: parts }, (_, k) => Math.min(chunk, x.shape[axis]! - k * chunk));
  let start = 0;
  return sizes.map((size) => {
    const from = start;
    start += size;
    const shape = x.shape.map((extent, a) => (a === axis ? size : extent));
    return generate(x.dtype, shape, (index) =>
      at(
        x,
        index.map((i, a) => (a === axis ? i + from : i)),
      ),
    );
  });
}

/** numpy slicing; from operator set 10 on the bounds are inputs, before they are attributes. */
function slice(call: Call): Value[] {
  const x = call.input(0);
  const starts = call.integers(1) ?? [...call.ints("starts")!];
  const ends = call.integers(2) ?? [...call.ints("ends")!];
  const axes = call.integers(3) ?? call.ints("axes") ?? starts.map((_, axis) => axis);
  const steps = call.integers(4) ?? starts.map(() => 1);
  const first = x.shape.map(() => 0);
  const step = x.shape.map(() => 1);
  const shape = [...x.shape];
  axes.forEach((given, k) => {
    const axis = axisOf(given, x.shape.length);
    const extent = x.shape[axis]!;
    const clamp = (bound: number, low: number, high: number): number =>
      Math.min(high, Math.max(low, bound < 0 ? bound + extent : bound));
    const by = steps[k]!;
    const from = by > 0 ? clamp(starts[k]!, 0, extent) : clamp(starts[k]!, 0, extent - 1);
    const to = by > 0 ? clamp(ends[k]!, 0, extent) : clamp(ends[k]!, -1, extent - 1);
    first[axis] = from;
    step[axis] = by;
    shape[axis] = Math.max(0, Math.ceil((to - from) / by));
  });
  return [
    generate(x.dtype, shape, (index) =>
      at(
        x,
        index.map((i, axis) => first[axis]! + i * step[axis]!),
      ),
    ),
  ];
}

/** Position inside 0 … extent−1 that padding by `mode` copies from; undefined where the constant stands. */
function paddedFrom(mode: string, position: number, extent: number): number | undefined {
  if (position >= 0 && position < extent) return position;
  switch (mode) {
    case "constant":
      return undefined;
    case "edge":
      return Math.min(extent - 1, Math.max(0, position));
    case "wrap":
      return ((position % extent) + extent) % extent;
    case "reflect": {
      const period = 2 * (extent - 1);
      const folded = ((position % period) + period) % period;
      return folded < extent ? folded : period - folded;
    }
    default:
      throw new Error(`Pad: mode ${mode} is unknown`);
  }
}

/** Negative pads cut off. */
function pad(call: Call): Value[] {
  const x = call.input(0);
  const rank = x.shape.length;
  const pads = call.integers(1) ?? [...call.ints("pads")!];
  const fill = call.optional(2)?.data[0] ?? call.float("value", 0);
  const axes = (call.integers(3) ?? x.shape.map((_, axis) => axis)).map((axis) => axisOf(axis, rank));
  const mode = call.string("mode", "constant");
  const before = x.shape.map(() => 0);
  const shape = [...x.shape];
  axes.forEach((axis, k) => {
    before[axis] = pads[k]!;
    shape[axis] = shape[axis]! + pads[k]! + pads[k + axes.length]!;
  });
  return [
    generate(x.dtype, shape, (index) => {
      const source = index.map((i, axis) => paddedFrom(mode, i - before[axis]!, x.shape[axis]!));
      return source.some((i) => i === undefined) ? fill : at(x, source as number[]);
    }),
  ];
}

/** Moves blocks of channels into space; DCR puts the block first in the channel axis, CRD last. */
function depthToSpace(call: Call): Value[] {
  const x = call.input(0);
  const size = call.int("blocksize", 1);
  const blockFirst = call.string("mode", "DCR") === "DCR";
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const channels = c / (size * size);
  return [
    generate(x.dtype, [n, channels, h * size, w * size], ([b, channel, row, column]) => {
      const block = (row! % size) * size + (column! % size);
      const source = blockFirst ? block * channels + channel! : channel! * size * size + block;
      return at(x, [b!, source, Math.floor(row! / size), Math.floor(column! / size)]);
    }),
  ];
}

function spaceToDepth(call: Call): Value[] {
  const x = call.input(0);
  const size = call.int("blocksize", 1);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return [
    generate(x.dtype, [n, c * size * size, h / size, w / size], ([b, channel, row, column]) => {
      const block = Math.floor(channel! / c);
      return at(x, [b!, channel! % c, row! * size + Math.floor(block / size), column! * size + (block % size)]);
    }),
  ];
}

function shapeOf(call: Call): Value[] {
  const { shape } = call.input(0);
  const part = shape.slice(call.int("start", 0), call.int("end", shape.length));
  return [valueOf("int64", [part.length], part)];
}

function constantOfShape(call: Call): Value[] {
  const given = call.tensor("value");
  const fill = given ? fromTensor(given) : valueOf("float32", [1], [0]);
  return [generate(fill.dtype, call.integers(0)!, () => fill.data[0]!)];
}

function range(call: Call): Value[] {
  const [start, limit, delta] = [0, 1, 2].map((position) => call.input(position).data[0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return [generate(call.input(0).dtype, [count], ([k]) => start + k! * delta)];
}

/** Inference: the identity, and a mask of ones where it is asked for. */
function dropout(call: Call): Value[] {
  const x = call.input(0);
  return [x, generate("bool", x.shape, () => 1)];
}

export const layouts: Readonly<Record<string, Operator>> = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Tile: tile,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Shape: shapeOf,
  Size: (call) => [valueOf("int64", [], [call.input(0).data.length])],
  ConstantOfShape: constantOfShape,
  Range: range,
  Dropout: dropout,
};

import type { Tensor } from "../../../graph/tensor";
import { sizeOf } from "../../../graph/tensor";
import { attributeOf, type Call, type Family } from "../call";
import { allocate, int64, pick, scalarOf, tensorOf } from "../host/arrays";
import { axisOf, broadcastShape, countTo, mappedPositions } from "../shapes";
import type { Value } from "../values";
import { lastAxis, reshape, same, surround, takeAlongAxes, transpose } from "./movement";

/** 0 keeps the extent of the input (unless `allowzero`), −1 takes what is left. */
function reshapeTo(call: Call): Value {
  const x = call.input(0);
  const literalZero = call.int("allowzero", 0) === 1;
  const asked = call.integersOf(1, "shape") ?? [];
  const shape = asked.map((extent, axis) => (extent === 0 && !literalZero ? x.shape[axis]! : extent));
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  return reshape(
    call,
    x,
    shape.map((extent) => (extent === -1 ? x.size / known : extent)),
  );
}

function flatten(call: Call): Value {
  const x = call.input(0);
  const given = call.int("axis", 1);
  const axis = given < 0 ? given + x.rank : given;
  return reshape(call, x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
}

function squeeze(call: Call): Value {
  const x = call.input(0);
  const axes = call.integersOf(1, "axes")?.map((axis) => axisOf(axis, x.rank));
  return reshape(
    call,
    x,
    x.shape.filter((extent, axis) => (axes ? !axes.includes(axis) : extent !== 1)),
  );
}

function unsqueeze(call: Call): Value {
  const x = call.input(0);
  const given = call.integersOf(1, "axes") ?? [];
  const rank = x.rank + given.length;
  const axes = given.map((axis) => axisOf(axis, rank));
  const extents = [...x.shape];
  return reshape(
    call,
    x,
    countTo(rank).map((axis) => (axes.includes(axis) ? 1 : extents.shift()!)),
  );
}

function expand(call: Call): Value {
  const x = call.input(0);
  const shape = broadcastShape(x.shape, call.integers(1)!);
  const own = [...shape.slice(x.rank).map(() => 1), ...x.shape];
  const widened = x.rank === shape.length ? same(x) : reshape(call, x, own);
  const expanded = takeAlongAxes(
    call,
    widened,
    shape.map((extent, axis) => (own[axis] === extent ? undefined : new Array<number>(extent).fill(0))),
  );
  widened.release();
  return expanded;
}

function tile(call: Call): Value {
  const x = call.input(0);
  const repeats = call.integers(1)!;
  if (!x.prefersHost && repeats.every((count) => count > 0)) return call.plain(call.tf.tile(x.plain(), repeats));
  return takeAlongAxes(
    call,
    x,
    x.shape.map((extent, axis) => countTo(extent * repeats[axis]!).map((i) => i % extent)),
  );
}

function concat(call: Call): Value {
  const values = call.all;
  const { rank } = values[0]!;
  const axis = axisOf(call.int("axis", 0), rank);
  if (values.every((value) => value.prefersHost)) {
    return call.onHost(
      concatOnHost(
        values.map((value) => value.host()),
        axis,
      ),
    );
  }
  const full = values.filter((value) => value.size > 0);
  if (full.length === 1) return same(full[0]!);
  if (rank > 2 && full.some((value) => value.isLast)) {
    return call.last(
      call.tf.concat(
        full.map((value) => value.last()),
        lastAxis(axis, rank),
      ),
    );
  }
  return call.plain(
    call.tf.concat(
      full.map((value) => value.plain()),
      axis,
    ),
  );
}

function concatOnHost(tensors: readonly Tensor[], axis: number): Tensor {
  const first = tensors[0]!;
  const shape = [...first.shape];
  shape[axis] = tensors.reduce((sum, tensor) => sum + tensor.shape[axis]!, 0);
  const data = allocate(first.dtype, sizeOf(shape));
  let start = 0;
  for (const tensor of tensors) {
    const places = shape.map((_, a) => (a === axis ? countTo(tensor.shape[axis]!).map((i) => i + start) : undefined));
    mappedPositions(shape, places).forEach((position, k) => (data[position] = tensor.data[k]!));
    start += tensor.shape[axis]!;
  }
  return { dtype: first.dtype, shape, data };
}

function split(call: Call): readonly Value[] {
  const x = call.input(0);
  const axis = axisOf(call.int("axis", 0), x.rank);
  const extent = x.shape[axis]!;
  const parts = call.node.outputs.length;
  const chunk = Math.ceil(extent / parts);
  const sizes = call.integersOf(1, "split") ?? countTo(parts).map((k) => Math.min(chunk, extent - k * chunk));
  let start = 0;
  return sizes.map((size) => {
    const from = start;
    start += size;
    return takeAlongAxes(
      call,
      x,
      x.shape.map((_, a) => (a === axis ? countTo(size).map((i) => i + from) : undefined)),
    );
  });
}

/** numpy slicing; from operator set 10 on the bounds are inputs, before they are attributes. */
function slice(call: Call): Value {
  const x = call.input(0);
  const starts = call.integersOf(1, "starts")!;
  const ends = call.integersOf(2, "ends")!;
  const axes = call.integersOf(3, "axes") ?? starts.map((_, axis) => axis);
  const steps = call.integers(4) ?? starts.map(() => 1);
  const maps: (number[] | undefined)[] = x.shape.map(() => undefined);
  axes.forEach((given, k) => {
    const axis = axisOf(given, x.rank);
    maps[axis] = sliced(x.shape[axis]!, starts[k]!, ends[k]!, steps[k]!);
  });
  return takeAlongAxes(call, x, maps);
}

function sliced(extent: number, start: number, end: number, step: number): number[] {
  const clamp = (bound: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, bound < 0 ? bound + extent : bound));
  const first = step > 0 ? clamp(start, 0, extent) : clamp(start, 0, extent - 1);
  const stop = step > 0 ? clamp(end, 0, extent) : clamp(end, -1, extent - 1);
  return countTo(Math.max(0, Math.ceil((stop - first) / step))).map((i) => first + i * step);
}

const padModes = ["constant", "edge", "reflect", "wrap"];

/** Negative pads cut off. */
function pad(call: Call): Value {
  const x = call.input(0);
  const pads = call.integersOf(1, "pads")!;
  const axes = (call.integers(3) ?? countTo(x.rank)).map((axis) => axisOf(axis, x.rank));
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  axes.forEach((axis, k) => {
    before[axis] = pads[k]!;
    after[axis] = pads[k + axes.length]!;
  });
  const mode = call.string("mode", "constant");
  if (mode !== "constant") {
    return takeAlongAxes(
      call,
      x,
      x.shape.map((extent, axis) =>
        countTo(before[axis]! + extent + after[axis]!).map((i) => paddedFrom(mode, i - before[axis]!, extent)),
      ),
    );
  }
  const value = call.optional(2);
  const fill = value && value.size > 0 ? scalarOf(value.host()) : call.float("value", 0);
  const cropped = takeAlongAxes(
    call,
    x,
    x.shape.map((extent, axis) => {
      const from = Math.max(0, -before[axis]!);
      return countTo(Math.max(0, extent - from - Math.max(0, -after[axis]!))).map((i) => i + from);
    }),
  );
  const added = x.shape.map((_, axis): [number, number] => [Math.max(0, before[axis]!), Math.max(0, after[axis]!)]);
  const padded = padConstant(call, cropped, added, fill);
  cropped.release();
  return padded;
}

function padConstant(call: Call, x: Value, pads: readonly (readonly [number, number])[], fill: number | bigint): Value {
  if (pads.every(([before, after]) => before + after === 0)) return same(x);
  if (!x.prefersHost) {
    if (!x.isLast) return call.plain(surround(call, x.plain(), pads, Number(fill)));
    const own = [pads[0]!, ...pads.slice(2), pads[1]!];
    return call.last(surround(call, x.last(), own, Number(fill)));
  }
  const shape = x.shape.map((extent, axis) => pads[axis]![0] + extent + pads[axis]![1]);
  const padded = tensorOf(x.dtype, shape, new Array<number | bigint>(sizeOf(shape)).fill(fill));
  const places = shape.map((_, axis) => countTo(x.shape[axis]!).map((i) => i + pads[axis]![0]));
  mappedPositions(shape, places).forEach((position, k) => (padded.data[position] = x.host().data[k]!));
  return call.onHost(padded);
}

/** Position inside 0 … extent−1 that padding by `mode` copies from. */
function paddedFrom(mode: string, position: number, extent: number): number {
  if (mode === "edge") return Math.min(extent - 1, Math.max(0, position));
  if (mode === "wrap") return ((position % extent) + extent) % extent;
  if (extent === 1) return 0;
  const period = 2 * (extent - 1);
  const folded = ((position % period) + period) % period;
  return folded < extent ? folded : period - folded;
}

/** Moves blocks of channels into space; DCR has the block first in the channel axis, CRD last. */
function depthToSpace(call: Call): Value {
  const x = call.input(0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const b = call.int("blocksize", 1);
  const channels = c / (b * b);
  const blockFirst = call.string("mode", "DCR") === "DCR";
  return regroup(
    call,
    x,
    blockFirst ? [n, b, b, channels, h, w] : [n, channels, b, b, h, w],
    blockFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3],
    [n, channels, h * b, w * b],
  );
}

function spaceToDepth(call: Call): Value {
  const x = call.input(0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const b = call.int("blocksize", 1);
  return regroup(call, x, [n, c, h / b, b, w / b, b], [0, 3, 5, 1, 2, 4], [n, c * b * b, h / b, w / b]);
}

function regroup(
  call: Call,
  x: Value,
  blocks: readonly number[],
  order: readonly number[],
  shape: readonly number[],
): Value {
  const seen = reshape(call, x, blocks);
  const moved = transpose(call, seen, order);
  const result = reshape(call, moved, shape);
  seen.release();
  moved.release();
  return result;
}

function shapeOf(call: Call): Value {
  const { shape } = call.input(0);
  const part = shape.slice(call.int("start", 0), call.int("end", shape.length));
  return call.onHost(int64([part.length], part));
}

function constantOfShape(call: Call): Tensor {
  const shape = call.integers(0)!;
  const fill = call.tensor("value") ?? tensorOf("float32", [1], [0]);
  return pick(fill, shape, new Int32Array(sizeOf(shape)));
}

function range(call: Call): Tensor {
  const [start, limit, delta] = [0, 1, 2].map((position) => scalarOf(call.input(position).host()));
  const { dtype } = call.input(0);
  const count = Math.max(0, Math.ceil((Number(limit) - Number(start)) / Number(delta)));
  const values =
    typeof start === "bigint"
      ? countTo(count).map((k) => start + BigInt(k) * (delta as bigint))
      : countTo(count).map((k) => Number(start) + k * Number(delta));
  return tensorOf(dtype, [count], values);
}

/** The forms in which a Constant node can carry its value. */
function constant(call: Call): Tensor {
  for (const [name, attribute] of Object.entries(call.node.attributes)) {
    if (name === "value" && attribute.type === "tensor") return attribute.value;
    if (attribute.type === "int") return int64([], [attribute.value]);
    if (attribute.type === "ints") return int64([attribute.value.length], attribute.value);
    if (attribute.type === "float") return tensorOf("float32", [], [attribute.value]);
    if (attribute.type === "floats") return tensorOf("float32", [attribute.value.length], attribute.value);
  }
  throw new Error("the constant has no value");
}

export const shapes: Family = {
  Reshape: { run: reshapeTo },
  Flatten: { run: flatten },
  Transpose: {
    run: (call) => {
      const x = call.input(0);
      return transpose(call, x, call.ints("perm") ?? countTo(x.rank).reverse());
    },
  },
  Squeeze: { run: squeeze },
  Unsqueeze: { run: unsqueeze },
  Expand: { run: expand },
  Tile: { run: tile },
  Concat: { run: concat },
  Split: { run: split },
  Slice: { run: slice },
  Pad: {
    run: pad,
    lacks: (node) => {
      const mode = attributeOf(node, "mode", "string") ?? "constant";
      return padModes.includes(mode) ? undefined : `mode ${mode}`;
    },
  },
  DepthToSpace: { run: depthToSpace },
  SpaceToDepth: { run: spaceToDepth },
  Identity: { run: (call) => same(call.input(0)) },
  Dropout: {
    run: (call) => same(call.input(0)),
    lacks: (node) => (node.outputs[1] ? "with its mask" : undefined),
  },
  Shape: { run: shapeOf },
  Size: { run: (call) => call.onHost(int64([], [call.input(0).size])) },
  ConstantOfShape: { host: constantOfShape },
  Range: { host: range },
  Constant: {
    host: constant,
    lacks: (node) =>
      Object.values(node.attributes).some(({ type }) => ["tensor", "int", "ints", "float", "floats"].includes(type))
        ? undefined
        : "of strings or sparse",
  },
};

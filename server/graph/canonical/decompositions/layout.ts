import { axisOf, broadcast, range } from "../../differentiate/shapes";
import { sizeOf } from "../../tensor";
import type { Call, Decompositions } from "../call";
import type { Name } from "../emitter";

/** 0 keeps the extent of the input (unless `allowzero`), −1 takes what is left. */
function reshape(call: Call): Name {
  const from = call.shape(0);
  const keepsZero = call.int("allowzero", 0) === 1;
  const asked = call.list(1, "shape") ?? [];
  const shape = asked.map((extent, axis) => (extent === 0 && !keepsZero ? (from[axis] ?? 0) : extent));
  const known = sizeOf(shape.filter((extent) => extent !== -1));
  return call.emit.reshape(
    call.input(0),
    shape.map((extent) => (extent === -1 ? sizeOf(from) / known : extent)),
  );
}

function flatten(call: Call): Name {
  const shape = call.shape(0);
  const axis = call.axis(1);
  return call.emit.reshape(call.input(0), [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]);
}

function squeeze(call: Call): Name {
  const shape = call.shape(0);
  const axes = call.list(1, "axes")?.map((axis) => axisOf(axis, shape.length));
  const kept = shape.filter((extent, axis) => (axes ? !axes.includes(axis) : extent !== 1));
  return call.emit.reshape(call.input(0), kept);
}

function unsqueeze(call: Call): Name {
  const given = call.list(1, "axes") ?? [];
  const rank = call.rank(0) + given.length;
  const axes = given.map((axis) => axisOf(axis, rank));
  const extents = [...call.shape(0)];
  const shape = range(rank).map((axis) => (axes.includes(axis) ? 1 : extents.shift()!));
  return call.emit.reshape(call.input(0), shape);
}

/** Each repeated axis is split into [1, n], expanded to [times, n] and joined again. */
function tile(call: Call): Name {
  const { emit } = call;
  const repeats = call.integers(1) ?? [];
  const shape = call.shape(0);
  const times = (axis: number): number => repeats[axis]!;
  const split = shape.flatMap((extent, axis) => (times(axis) === 1 ? [extent] : [1, extent]));
  const spread = shape.flatMap((extent, axis) => (times(axis) === 1 ? [extent] : [times(axis), extent]));
  if (spread.includes(0)) throw call.refuse("that leaves no element");
  const whole = shape.map((extent, axis) => extent * times(axis));
  return emit.reshape(emit.expand(emit.reshape(call.input(0), split), spread), whole);
}

/** Sizes are an input, an attribute, or equal parts of which the last may be smaller. */
function split(call: Call): readonly Name[] {
  const axis = call.axis(0);
  const extent = call.shape(0)[axis]!;
  const count = call.node.outputs.length;
  const size = Math.ceil(extent / count);
  const sizes = call.list(1, "split") ?? range(count).map((k) => Math.min(size, extent - k * size));
  let start = 0;
  return sizes.map((own) => {
    const from = start;
    start += own;
    return call.emit.part(call.input(0), axis, from, own);
  });
}

/** From operator set 10 on the bounds are inputs, before they are attributes. */
function slice(call: Call): Name {
  const starts = call.list(1, "starts") ?? [];
  const ends = call.list(2, "ends") ?? [];
  const axes = call.list(3, "axes") ?? range(starts.length);
  const steps = call.integers(4);
  return call.emit.slice(
    call.input(0),
    starts.map((start, k) => ({ axis: axes[k]!, start, end: ends[k]!, step: steps?.[k] ?? 1 })),
  );
}

/** [N, C·b², H, W] → [N, C, H·b, W·b] */
function depthToSpace(call: Call): Name {
  const { emit } = call;
  const [n = 1, depth = 1, h = 1, w = 1] = call.shape(0);
  const b = call.int("blocksize", 1);
  const c = depth / (b * b);
  const columnsFirst = call.string("mode", "DCR") === "CRD";
  const parts = emit.reshape(call.input(0), columnsFirst ? [n, c, b, b, h, w] : [n, b, b, c, h, w]);
  const turned = emit.transpose(parts, columnsFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]);
  return emit.reshape(turned, [n, c, h * b, w * b]);
}

/** [N, C, H, W] → [N, b²·C, H/b, W/b] */
function spaceToDepth(call: Call): Name {
  const { emit } = call;
  const [n = 1, c = 1, h = 1, w = 1] = call.shape(0);
  const b = call.int("blocksize", 1);
  const parts = emit.reshape(call.input(0), [n, c, h / b, b, w / b, b]);
  return emit.reshape(emit.transpose(parts, [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b]);
}

/** Operators that move elements or copy them. */
export const layouts: Decompositions = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: (call) => call.emit.transpose(call.input(0), call.ints("perm") ?? range(call.rank(0)).reverse()),
  Expand: (call) => call.emit.expand(call.input(0), broadcast(call.shape(0), call.integers(1) ?? [])),
  Tile: tile,
  Concat: (call) => call.emit.concat(call.all, call.axis(0)),
  Split: split,
  Slice: slice,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};

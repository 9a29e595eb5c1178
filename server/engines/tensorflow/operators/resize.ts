import type { GraphNode } from "../../../graph/graph";
import { attributeOf, type Call, type Family } from "../call";
import { axisOf, countTo } from "../shapes";
import type { Value } from "../values";
import { combine } from "./broadcast";
import { takeAlongAxes } from "./movement";

/** Position in the input that output position `i` samples (ONNX operator reference, Resize). */
const coordinates: Readonly<Record<string, (i: number, scale: number, from: number, to: number) => number>> = {
  half_pixel: (i, scale) => (i + 0.5) / scale - 0.5,
  pytorch_half_pixel: (i, scale, _, to) => (to > 1 ? (i + 0.5) / scale - 0.5 : 0),
  asymmetric: (i, scale) => i / scale,
  align_corners: (i, _, from, to) => (to > 1 ? (i * (from - 1)) / (to - 1) : 0),
};

const roundings: Readonly<Record<string, (position: number) => number>> = {
  round_prefer_floor: (position) => Math.ceil(position - 0.5),
  round_prefer_ceil: (position) => Math.floor(position + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** What each axis samples: undefined where it stays as it is. */
type Samples = readonly (readonly number[] | undefined)[];

function resized(
  call: Call,
  scales: readonly number[],
  shape: readonly number[],
  mode: string,
  rounding: string,
): Value {
  const x = call.input(0);
  const positionOf = coordinates[mode]!;
  const samples: Samples = x.shape.map((extent, axis) =>
    scales[axis] === 1 && shape[axis] === extent
      ? undefined
      : countTo(shape[axis]!).map((i) => positionOf(i, scales[axis]!, extent, shape[axis]!)),
  );
  if (call.string("mode", "nearest") === "nearest") return nearest(call, x, samples, roundings[rounding]!);
  return linear(call, x, samples);
}

function clamp(index: number, extent: number): number {
  return Math.min(extent - 1, Math.max(0, index));
}

function nearest(call: Call, x: Value, samples: Samples, round: (position: number) => number): Value {
  return takeAlongAxes(
    call,
    x,
    samples.map((positions, axis) => positions?.map((position) => clamp(round(position), x.shape[axis]!))),
  );
}

/** Interpolates along one axis after the other between the two neighbours. */
function linear(call: Call, x: Value, samples: Samples): Value {
  let result = x.retain();
  samples.forEach((positions, axis) => {
    if (!positions) return;
    const extent = x.shape[axis]!;
    const neighbour = (step: number): Value =>
      takeAlongAxes(
        call,
        result,
        result.shape.map((_, a) =>
          a === axis ? positions.map((p) => clamp(Math.floor(p) + step, extent)) : undefined,
        ),
      );
    const weights = call.onHost({
      dtype: "float32",
      shape: result.shape.map((_, a) => (a === axis ? positions.length : 1)),
      data: Float32Array.from(positions, (position) => position - Math.floor(position)),
    });
    const [below, above] = [neighbour(0), neighbour(1)];
    const { tf } = call;
    const mixed = combine(call, [below, above, weights], (a, b, w) => tf.add(a!, tf.mul(w!, tf.sub(b!, a!))));
    for (const value of [below, above, weights, result]) value.release();
    result = mixed;
  });
  return result;
}

function resize(call: Call): Value {
  const x = call.input(0);
  const axes = call.ints("axes")?.map((axis) => axisOf(axis, x.rank)) ?? countTo(x.rank);
  const full = (entries: readonly number[], others: readonly number[]): number[] => {
    const all = [...others];
    axes.forEach((axis, k) => (all[axis] = entries[k]!));
    return all;
  };
  const ones = x.shape.map(() => 1);
  const sizes = call.integers(3);
  const shape = sizes?.length ? full(sizes, x.shape) : undefined;
  const given = shape
    ? shape.map((extent, axis) => extent / x.shape[axis]!)
    : full(Array.from(call.input(2).host().data as Float32Array), ones);
  return resized(
    call,
    given,
    shape ?? x.shape.map((extent, axis) => Math.floor(extent * given[axis]!)),
    call.string("coordinate_transformation_mode", "half_pixel"),
    call.string("nearest_mode", "round_prefer_floor"),
  );
}

function upsample(call: Call): Value {
  const x = call.input(0);
  const scales = Array.from(call.input(1).host().data as Float32Array);
  const shape = x.shape.map((extent, axis) => Math.floor(extent * scales[axis]!));
  return resized(call, scales, shape, "asymmetric", "floor");
}

function lacks(node: GraphNode): string | undefined {
  const mode = attributeOf(node, "mode", "string") ?? "nearest";
  if (mode !== "nearest" && mode !== "linear") return `mode ${mode}`;
  const coordinate = attributeOf(node, "coordinate_transformation_mode", "string") ?? "half_pixel";
  if (!(coordinate in coordinates)) return `coordinates ${coordinate}`;
  if (attributeOf(node, "antialias", "int") === 1) return "with antialiasing";
  const policy = attributeOf(node, "keep_aspect_ratio_policy", "string") ?? "stretch";
  return policy === "stretch" ? undefined : `policy ${policy}`;
}

export const resizings: Family = {
  Resize: { run: resize, lacks: (node, { opset }) => (opset < 11 ? "before operator set 11" : lacks(node)) },
  Upsample: {
    run: upsample,
    lacks: (node, { opset }) => (opset < 9 ? "before operator set 9" : lacks(node)),
  },
};

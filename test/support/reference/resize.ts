import { at, axisOf, generate, indices, type Call, type Operator, type Value } from "./values";

/** Position in the input that output position `i` samples. */
function source(mode: string, i: number, scale: number, from: number, to: number): number {
  switch (mode) {
    case "half_pixel":
      return (i + 0.5) / scale - 0.5;
    case "pytorch_half_pixel":
      return to > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case "asymmetric":
      return i / scale;
    case "align_corners":
      return to > 1 ? (i * (from - 1)) / (to - 1) : 0;
    default:
      throw new Error(`Resize: coordinate mode ${mode} is unknown`);
  }
}

function nearest(mode: string, position: number): number {
  switch (mode) {
    case "round_prefer_floor":
      return Math.ceil(position - 0.5);
    case "round_prefer_ceil":
      return Math.floor(position + 0.5);
    case "floor":
      return Math.floor(position);
    case "ceil":
      return Math.ceil(position);
    default:
      throw new Error(`Resize: nearest mode ${mode} is unknown`);
  }
}

function resample(
  call: Call,
  scales: readonly number[],
  shape: readonly number[],
  coordinates: string,
  rounding: string,
): Value[] {
  const x = call.input(0);
  const mode = call.string("mode", "nearest");
  const inside = (position: number, axis: number): number => Math.min(x.shape[axis]! - 1, Math.max(0, position));
  return [
    generate(x.dtype, shape, (index) => {
      const places = index.map((i, axis) => source(coordinates, i, scales[axis]!, x.shape[axis]!, shape[axis]!));
      if (mode === "nearest")
        return at(
          x,
          places.map((place, axis) => inside(nearest(rounding, place), axis)),
        );
      if (mode !== "linear") throw new Error(`Resize: mode ${mode} is unknown`);
      let sum = 0;
      for (const corner of indices(places.map(() => 2))) {
        const weight = places.reduce((product, place, axis) => {
          const fraction = place - Math.floor(place);
          return product * (corner[axis] === 1 ? fraction : 1 - fraction);
        }, 1);
        if (weight !== 0)
          sum +=
            weight *
            at(
              x,
              places.map((p, axis) => inside(Math.floor(p) + corner[axis]!, axis)),
            );
      }
      return sum;
    }),
  ];
}

function resize(call: Call): Value[] {
  const x = call.input(0);
  const axes = call.ints("axes")?.map((axis) => axisOf(axis, x.shape.length)) ?? x.shape.map((_, axis) => axis);
  const all = (entries: readonly number[] | undefined, others: readonly number[]): number[] | undefined =>
    entries?.length
      ? others.map((other, axis) => (axes.includes(axis) ? entries[axes.indexOf(axis)]! : other))
      : undefined;
  const sizes = all(call.integers(3), x.shape);
  const ones = x.shape.map(() => 1);
  const scales = sizes ? sizes.map((size, axis) => size / x.shape[axis]!) : all(call.integers(2), ones)!;
  const shape = sizes ?? x.shape.map((extent, axis) => Math.floor(extent * scales[axis]!));
  return resample(
    call,
    scales,
    shape,
    call.string("coordinate_transformation_mode", "half_pixel"),
    call.string("nearest_mode", "round_prefer_floor"),
  );
}

function upsample(call: Call): Value[] {
  const scales = call.integers(1)!;
  const shape = call.input(0).shape.map((extent, axis) => Math.floor(extent * scales[axis]!));
  return resample(call, scales, shape, "asymmetric", "floor");
}

export const resizings: Readonly<Record<string, Operator>> = { Resize: resize, Upsample: upsample };

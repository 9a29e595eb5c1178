import { axisOf, range } from "../../differentiate/shapes";
import type { Call, Decompositions } from "../call";
import type { Emitter, Name } from "../emitter";
import { tensorOfNumbers } from "../folding/elements";

/** How one axis is resampled. */
interface Resampling {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  /** Extents afterwards to extents before; not always their exact ratio. */
  readonly scale: number;
}

/** The place in the input, as a real number of elements, that an element of the output samples. */
type Coordinates = (i: number, axis: Resampling) => number;

const coordinates: Readonly<Record<string, Coordinates>> = {
  half_pixel: (i, { scale }) => (i + 0.5) / scale - 0.5,
  /** The half pixels of an output whose extent was rounded down are spread evenly around the middle. */
  half_pixel_symmetric: (i, { from, to, scale }) => {
    return (from / 2) * (1 - to / (from * scale)) + (i + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (i, { to, scale }) => (to > 1 ? (i + 0.5) / scale - 0.5 : 0),
  asymmetric: (i, { scale }) => i / scale,
  align_corners: (i, { from, to }) => (to > 1 ? (i * (from - 1)) / (to - 1) : 0),
  tf_half_pixel_for_nn: (i, { scale }) => (i + 0.5) / scale,
};

const roundings: Readonly<Record<string, (place: number) => number>> = {
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Weights of the elements around a place, the first of them at offset `first` from the place rounded down. */
interface Kernel {
  readonly first: number;
  /** @param fraction of the place beyond the element before it */
  weights(fraction: number): readonly number[];
}

const linear: Kernel = { first: 0, weights: (fraction) => [1 - fraction, fraction] };

/** Keys's cubic convolution with the parameter a, which is negative. */
function cubic(a: number): Kernel {
  const near = (d: number): number => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number): number => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return { first: -1, weights: (t) => [far(1 + t), near(t), near(1 - t), far(2 - t)] };
}

/** What one output element is made of: weights by input element. Elements outside are those at the border. */
function mixture(place: number, from: number, kernel: Kernel, excludesOutside: boolean): number[] {
  const mixed = range(from).map(() => 0);
  const floor = Math.floor(place);
  let total = 0;
  kernel.weights(place - floor).forEach((weight, k) => {
    const source = floor + kernel.first + k;
    const isInside = source >= 0 && source < from;
    if (excludesOutside && !isInside) return;
    total += weight;
    mixed[Math.min(from - 1, Math.max(0, source))]! += weight;
  });
  return excludesOutside ? mixed.map((weight) => weight / total) : mixed;
}

/** x with an axis multiplied by a constant matrix, one row for each element afterwards. */
function mixed(emit: Emitter, x: Name, axis: number, rows: readonly (readonly number[])[]): Name {
  const rank = emit.shapeOf(x).length;
  const matrix = (shape: readonly number[], values: readonly number[]): Name =>
    emit.constant(tensorOfNumbers(emit.dtypeOf(x), shape, (k) => values[k]!));
  const [to, from] = [rows.length, rows[0]!.length];
  if (axis === rank - 2) return emit.matmul(matrix([to, from], rows.flat()), x);
  const columns = range(from).flatMap((k) => rows.map((row) => row[k]!));
  const order = [...range(rank).filter((each) => each !== axis), axis];
  const product = emit.matmul(emit.transpose(x, order), matrix([from, to], columns));
  return emit.transpose(
    product,
    range(rank).map((each) => order.indexOf(each)),
  );
}

interface Modes {
  readonly mode: string;
  readonly coordinates: string;
  readonly rounding: string;
}

function resampled(call: Call, axes: readonly Resampling[], modes: Modes): Name {
  const { emit } = call;
  const placeOf = coordinates[modes.coordinates];
  if (!placeOf) throw call.refuse(`with the coordinates ${modes.coordinates}`);
  const excludesOutside = call.int("exclude_outside", 0) === 1;
  return axes.reduce((x, each) => {
    const places = range(each.to).map((i) => placeOf(i, each));
    // An axis that keeps its extent may still be moved, by a scale that is not quite 1.
    if (places.every((place, i) => place === i) && each.from === each.to) return x;
    if (modes.mode === "nearest") {
      const round = roundings[modes.rounding];
      if (!round) throw call.refuse(`with the rounding ${modes.rounding}`);
      const sources = places.map((place) => Math.min(each.from - 1, Math.max(0, round(place))));
      return emit.gather(x, emit.integers(sources), each.axis);
    }
    if (modes.mode !== "linear" && modes.mode !== "cubic") throw call.refuse(`in the mode ${modes.mode}`);
    const kernel = modes.mode === "linear" ? linear : cubic(call.float("cubic_coeff_a", -0.75));
    const rows = places.map((place) => mixture(place, each.from, kernel, excludesOutside));
    return mixed(emit, x, each.axis, rows);
  }, call.input(0));
}

function axesOf(call: Call, scales: readonly number[] | undefined, sizes?: readonly number[]): readonly Resampling[] {
  const shape = call.shape(0);
  const axes = call.ints("axes")?.map((axis) => axisOf(axis, shape.length)) ?? range(shape.length);
  return axes.map((axis, k) => {
    const from = shape[axis]!;
    if (sizes) return { axis, from, to: sizes[k]!, scale: sizes[k]! / from };
    const scale = scales?.[k];
    if (scale === undefined) throw new Error("There is no scale.");
    return { axis, from, to: Math.floor(from * scale), scale };
  });
}

/** Each axis by itself: a Gather for the nearest element, a constant matrix for what is interpolated. */
function resize(call: Call): Name {
  const mode = call.string("mode", "nearest");
  if (call.opset < 11) {
    const modes = { mode, coordinates: "asymmetric", rounding: "floor" };
    return resampled(call, axesOf(call, call.numbers(1)), modes);
  }
  if (call.int("antialias", 0) !== 0) throw call.refuse("with antialiasing");
  const policy = call.string("keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch") throw call.refuse(`with the policy ${policy}`);
  // An input that is not used may be an empty tensor.
  const sizes = call.integers(3);
  const axes = sizes?.length ? axesOf(call, undefined, sizes) : axesOf(call, call.numbers(2));
  return resampled(call, axes, {
    mode,
    coordinates: call.string("coordinate_transformation_mode", "half_pixel"),
    rounding: call.string("nearest_mode", "round_prefer_floor"),
  });
}

function upsample(call: Call): Name {
  const scales = call.numbers(1) ?? call.floats("scales");
  return resampled(call, axesOf(call, scales), {
    mode: call.string("mode", "nearest"),
    coordinates: "asymmetric",
    rounding: "floor",
  });
}

export const resizings: Decompositions = { Resize: resize, Upsample: upsample };

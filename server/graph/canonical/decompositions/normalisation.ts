import { axisOf, range } from "../../differentiate/shapes";
import type { DataType } from "../../tensor";
import type { Call, Decompositions } from "../call";
import type { Emitter, Name } from "../emitter";
import { tensorOfNumbers } from "../folding/elements";

/** x − mean, and 1/√(variance + ε), over some axes, which are kept with extent 1. */
interface Standardised {
  readonly mean: Name;
  readonly centred: Name;
  readonly inverse: Name;
}

function standardised(emit: Emitter, x: Name, axes: readonly number[], epsilon: number): Standardised {
  const mean = emit.reduceMean(x, axes);
  const centred = emit.sub(x, mean);
  const variance = emit.reduceMean(emit.mul(centred, centred), axes);
  return { mean, centred, inverse: inverseRoot(emit, variance, epsilon) };
}

/** 1/√(x + ε) */
function inverseRoot(emit: Emitter, x: Name, epsilon: number): Name {
  return emit.node("Reciprocal", [emit.node("Sqrt", [emit.shift(x, epsilon)])]);
}

/** One value for each channel, of the shape that broadcasts to [N, C, …]. */
function perChannel(emit: Emitter, value: Name, rank: number): Name {
  return emit.reshape(value, [...emit.shapeOf(value), ...range(Math.max(0, rank - 2)).map(() => 1)]);
}

/**
 * y = a·x + b with a = scale / √(variance + ε), b = shift − mean·a, both computed in the graph, so that derivatives reach
 * scale and shift.
 */
function batchNormalization(call: Call): Name {
  const { emit } = call;
  const dtype = call.dtype(0);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((position) => emit.cast(call.input(position), dtype)) as [
    Name,
    Name,
    Name,
    Name,
  ];
  const a = emit.div(scale, emit.node("Sqrt", [emit.shift(variance, call.float("epsilon", 1e-5))]));
  const b = emit.sub(shift, emit.mul(mean, a));
  // Before operator set 9 every element of a sample could have statistics of its own.
  const each = (value: Name): Name => (emit.shapeOf(value).length > 1 ? value : perChannel(emit, value, call.rank(0)));
  return emit.add(emit.mul(call.input(0), each(a)), each(b));
}

/** Computes in single precision what is to be normalised in a 16-bit type, as `stash_type` says. */
function computedIn(call: Call): DataType {
  const dtype = call.dtype(0);
  const isSmall = dtype === "float16" || dtype === "bfloat16";
  return isSmall && call.int("stash_type", 1) === 1 ? "float32" : dtype;
}

/** y = (x − mean)·inverse·scale + shift over all axes from `axis` on; also gives the means and inverse deviations. */
function layerNormalization(call: Call): readonly Name[] {
  const { emit } = call;
  const axes = range(call.rank(0)).slice(call.axis(-1));
  const x = emit.cast(call.input(0), computedIn(call));
  const { mean, centred, inverse } = standardised(emit, x, axes, call.float("epsilon", 1e-5));
  const normalised = emit.cast(emit.mul(centred, inverse), call.dtype(0));
  const shift = call.optional(2);
  const scaled = emit.mul(normalised, call.input(1));
  return [shift === undefined ? scaled : emit.add(scaled, shift), mean, inverse];
}

/** y = x / √(mean of x² + ε) · scale over all axes from `axis` on. */
function rmsNormalization(call: Call): Name {
  const { emit } = call;
  const axes = range(call.rank(0)).slice(call.axis(-1));
  const x = emit.cast(call.input(0), computedIn(call));
  const square = emit.reduceMean(emit.mul(x, x), axes);
  const normalised = emit.mul(x, inverseRoot(emit, square, call.float("epsilon", 1e-5)));
  return emit.mul(emit.cast(normalised, call.dtype(0)), call.input(1));
}

function instanceNormalization(call: Call): Name {
  const { emit } = call;
  const rank = call.rank(0);
  const axes = range(rank).slice(2);
  const { centred, inverse } = standardised(emit, call.input(0), axes, call.float("epsilon", 1e-5));
  const scaled = emit.mul(emit.mul(centred, inverse), perChannel(emit, call.input(1), rank));
  return emit.add(scaled, perChannel(emit, call.input(2), rank));
}

/** Groups of channels of each sample. Operator set 18 had a scale for each group, 21 has one for each channel. */
function groupNormalization(call: Call): Name {
  const { emit } = call;
  const shape = call.shape(0);
  const [n = 1, c = 1] = shape;
  const groups = call.int("num_groups", 1);
  const members = [n, groups, c / groups, ...shape.slice(2)];
  const x = emit.reshape(emit.cast(call.input(0), computedIn(call)), members);
  const { centred, inverse } = standardised(emit, x, range(members.length).slice(2), call.float("epsilon", 1e-5));
  const normalised = emit.cast(emit.mul(centred, inverse), call.dtype(0));
  const each = (value: Name): Name => perChannel(emit, value, call.opset >= 21 ? shape.length : members.length);
  const grouped = call.opset >= 21 ? emit.reshape(normalised, shape) : normalised;
  return emit.reshape(emit.add(emit.mul(grouped, each(call.input(1))), each(call.input(2))), shape);
}

/** y = x / (bias + α/size · Σ x²)^β over `size` neighbouring channels, summed by a constant band matrix. */
function localResponse(call: Call): Name {
  const { emit } = call;
  const x = call.input(0);
  const shape = call.shape(0);
  const [n = 1, c = 1] = shape;
  const size = call.int("size", 1);
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const isNear = (position: number): number => {
    const offset = (position % c) - Math.floor(position / c);
    return Number(offset >= -before && offset <= after);
  };
  const band = emit.constant(tensorOfNumbers(emit.dtypeOf(x), [c, c], isNear));
  const squares = emit.reshape(emit.mul(x, x), [n, c, shape.slice(2).reduce((product, extent) => product * extent, 1)]);
  const sums = emit.reshape(emit.matmul(band, squares), shape);
  const base = emit.shift(emit.scale(sums, call.float("alpha", 1e-4) / size), call.float("bias", 1));
  return emit.div(x, emit.node("Pow", [base, emit.like(x, call.float("beta", 0.75))]));
}

/** x / ‖x‖ along one axis, the norm being the sum of sizes (p = 1) or Euclid's (p = 2). */
function lpNormalization(call: Call): Name {
  const { emit } = call;
  const x = call.input(0);
  const axes = [call.axis(-1)];
  if (call.int("p", 2) === 1) return emit.div(x, emit.reduceSum(emit.node("Abs", [x]), axes));
  return emit.div(x, emit.node("Sqrt", [emit.reduceSum(emit.mul(x, x), axes)]));
}

/** (x − mean) / (√variance + 1e-9) over samples and pixels, unless other axes are asked for. */
function meanVarianceNormalization(call: Call): Name {
  const { emit } = call;
  const x = call.input(0);
  const axes = (call.ints("axes") ?? [0, 2, 3]).map((axis) => axisOf(axis, call.rank(0)));
  const centred = emit.sub(x, emit.reduceMean(x, axes));
  const deviation = emit.node("Sqrt", [emit.reduceMean(emit.mul(centred, centred), axes)]);
  return emit.div(centred, emit.shift(deviation, 1e-9));
}

/** Normalisations in inference form. */
export const normalisations: Decompositions = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LRN: localResponse,
  LpNormalization: lpNormalization,
};

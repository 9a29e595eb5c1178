import { axisOf, range } from "../../differentiate/shapes";
import type { Call, Decompositions } from "../call";
import type { Name } from "../emitter";

/** Which element of an axis of `extent` stands at `place`, which may lie outside. */
type Source = (place: number, extent: number) => number;

const sources: Readonly<Record<string, Source>> = {
  edge: (place, extent) => Math.min(extent - 1, Math.max(0, place)),
  /** The end itself is not repeated; reflected as often as it takes. */
  reflect: (place, extent) => {
    const period = Math.max(1, 2 * extent - 2);
    const within = ((place % period) + period) % period;
    return within < extent ? within : period - within;
  },
  wrap: (place, extent) => ((place % extent) + extent) % extent,
};

/** Counts before every axis, then those after; negative ones cut off. */
function padsOf(call: Call): readonly number[] {
  const rank = call.rank(0);
  const given = call.list(1, "pads") ?? call.ints("paddings") ?? [];
  const axes = call.integers(3)?.map((axis) => axisOf(axis, rank)) ?? range(rank);
  const pads = range(2 * rank).map(() => 0);
  axes.forEach((axis, k) => {
    pads[axis] = given[k]!;
    pads[axis + rank] = given[k + axes.length]!;
  });
  return pads;
}

/** The elements that are left when negative pads are cut off, and the pads without them. */
function cropped(call: Call, pads: readonly number[]): Name {
  const shape = call.shape(0);
  const bounds = shape.map((extent, axis) => {
    const [before, after] = [Math.min(0, pads[axis]!), Math.min(0, pads[axis + shape.length]!)];
    return { axis, start: -before, end: extent + after };
  });
  return call.emit.slice(call.input(0), bounds);
}

/** A constant border is a Pad; a border made from the elements themselves is a Gather along each axis. */
function pad(call: Call): Name {
  const { emit } = call;
  const mode = call.string("mode", "constant");
  const pads = padsOf(call);
  const inner = cropped(call, pads);
  const added = pads.map((count) => Math.max(0, count));
  if (mode === "constant") {
    const given = call.optional(2);
    const value = given === undefined ? emit.like(inner, call.float("value", 0)) : emit.reshape(given, []);
    return emit.pad(inner, added, value);
  }
  const source = sources[mode];
  if (!source) throw call.refuse(`in the mode ${mode}`);
  // Whether the border repeats what was cut off is not said.
  if (pads.some((count) => count < 0)) throw call.refuse(`with negative pads in the mode ${mode}`);
  const shape = emit.shapeOf(inner);
  return shape.reduce((x, extent, axis) => {
    const [before, after] = [added[axis]!, added[axis + shape.length]!];
    if (before + after === 0) return x;
    const places = range(before + extent + after).map((place) => source(place - before, extent));
    return emit.gather(x, emit.integers(places), axis);
  }, inner);
}

export const paddings: Decompositions = { Pad: pad };

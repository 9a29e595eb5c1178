import { int, string } from "../../build";
import { integersIn } from "../../differentiate/constants";
import { sizeOf } from "../../tensor";
import type { Call, Decompositions } from "../call";
import type { Emitter, Name } from "../emitter";
import { fromBeginning, positionsAlong, positionsOfSlices } from "./indexing";

/** Updates of x at places along an axis, of the updates' shape. */
interface Scatter {
  readonly x: Name;
  readonly places: Name;
  readonly updates: Name;
  readonly axis: number;
}

/**
 * x with the updates added where the places say. To replace what is there it is set to 0 first: the places must differ
 * then, as ONNX requires; constant places are checked.
 */
function scattered(call: Call, { x, places, updates, axis }: Scatter): Name {
  const { emit } = call;
  const attributes = { axis: int(axis), reduction: string("add") };
  const onto = (target: Name, added: Name): Name => emit.node("ScatterElements", [target, places, added], attributes);
  const reduction = call.string("reduction", "none");
  if (reduction === "add") return onto(x, updates);
  if (reduction !== "none") throw call.refuse(`with the reduction ${reduction}`);
  if (hasRepeats(emit, places, emit.shapeOf(x), axis)) throw call.refuse("to the same place twice");
  const spread = (value: number, like: Name): Name => emit.expand(emit.like(x, value), emit.shapeOf(like));
  const isHit = emit.isAbove(onto(spread(0, x), spread(1, updates)), 0);
  return onto(emit.where(isHit, emit.like(x, 0), x), updates);
}

/** Whether places that are known now name an element twice. */
function hasRepeats(emit: Emitter, places: Name, shape: readonly number[], axis: number): boolean {
  if (!emit.constantOf(places)) return false;
  const known = emit.constantOf(positionsAlong(emit, places, shape, axis));
  const positions = known ? integersIn(known) : [];
  return new Set(positions).size < positions.length;
}

function scatterElements(call: Call): Name {
  const { emit } = call;
  const axis = call.axis(0);
  const places = fromBeginning(emit, call.input(1), emit.scalar(call.shape(0)[axis]!, "int64"));
  return scattered(call, { x: call.input(0), places, updates: call.input(2), axis });
}

/** Slices are rows of a matrix, which are scattered along its first axis. */
function scatterND(call: Call): Name {
  const { emit } = call;
  const shape = call.shape(0);
  const depth = call.shape(1).at(-1)!;
  const [slices, inner] = [sizeOf(shape.slice(0, depth)), sizeOf(shape.slice(depth))];
  const positions = positionsOfSlices(emit, call.input(1), shape, 0);
  const count = sizeOf(emit.shapeOf(positions));
  const matrix = scattered(call, {
    x: emit.reshape(call.input(0), [slices, inner]),
    places: emit.expand(emit.reshape(positions, [count, 1]), [count, inner]),
    updates: emit.reshape(call.input(2), [count, inner]),
    axis: 0,
  });
  return emit.reshape(matrix, shape);
}

/** Operators that put elements where indices say. */
export const scatterings: Decompositions = {
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
};

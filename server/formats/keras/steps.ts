import { floatTensor, int, intTensor } from "../../graph/build";
import { codeOf } from "../../graph/elements";
import { sizeOf } from "../../graph/tensor";
import type { LayerCall } from "./call";
import type { Emitter } from "./emitter";
import type { KerasValue } from "./value";

/** Most elements of a constant that is made up here, not read: extents are what a description says. */
const mostMade = 2 ** 20;

/** A constant of one number for each element. @throws Refusal when it would be unreasonably large. */
export function madeConstant(call: LayerCall, shape: readonly number[], valueOf: (k: number) => number): string {
  const count = sizeOf(shape);
  if (count > mostMade) throw call.refuse(`needs a constant of ${count} numbers`);
  const numbers = Array.from({ length: count }, (_, k) => valueOf(k));
  return call.emit.constant(floatTensor(shape, numbers));
}

/** The numbers 0, 1, … of the places along an axis, float32 [T], whether or not the model says how many there are. */
export function placesAlong(call: LayerCall, x: KerasValue, axis: number): string {
  const { emit } = call;
  const count = x.shape[axis];
  if (typeof count === "number") return madeConstant(call, [count], (t) => t);
  const place = emit.constant(intTensor([], [x.order.indexOf(axis)]));
  const extent = emit.op("Gather", [emit.op("Shape", [x.name]), place]);
  return emit.op("Range", [emit.scalar(0), toFloat(emit, extent), emit.scalar(1)]);
}

/** A value of the graph as float32. */
export function toFloat(emit: Emitter, name: string): string {
  return emit.op("Cast", [name], { to: int(codeOf("float32")) });
}

import { floatTensor, int, intTensor } from "../../../graph/build";
import { codeOf } from "../../../graph/elements";
import type { Emitter } from "../emitter";
import type { KerasValue } from "../value";

/** The numbers 0, 1, … of the places along an axis, float32 [T], whether or not the model says how many there are. */
export function placesAlong(emit: Emitter, x: KerasValue, axis: number): string {
  const count = x.shape[axis];
  if (typeof count === "number")
    return emit.constant(
      floatTensor(
        [count],
        Array.from({ length: count }, (_, t) => t),
      ),
    );
  const place = emit.constant(intTensor([], [x.order.indexOf(axis)]));
  const extent = emit.op("Gather", [emit.op("Shape", [x.name]), place]);
  return emit.op("Range", [emit.scalar(0), toFloat(emit, extent), emit.scalar(1)]);
}

/** A value of the graph as float32. */
export function toFloat(emit: Emitter, name: string): string {
  return emit.op("Cast", [name], { to: int(codeOf("float32")) });
}

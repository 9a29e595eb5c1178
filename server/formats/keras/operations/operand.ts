import type { LayerCall } from "../call";
import { numbersOf } from "../numbers";
import { axisOf, KerasValue } from "../value";

/** An argument of an operation as float32: a tensor, a number, an array. @throws Refusal when it is something else. */
export function operand(call: LayerCall, name: string, position: number): KerasValue {
  const { emit } = call;
  const given = call.argument(name, position);
  if (given instanceof KerasValue) return emit.floating(given);
  const tensor = numbersOf(given);
  if (!tensor) throw call.refuse(`has a ${name} that is neither a tensor nor a number`);
  return emit.value(emit.constant(tensor), tensor.shape);
}

/** The setting `axis`: one, a list, or all when absent; counted from the beginning, in ascending order. */
export function axesOf(call: LayerCall, rank: number): readonly number[] {
  const given = call.settings.raw("axis");
  const list: readonly unknown[] = given === undefined ? Array.from({ length: rank }, (_, k) => k) : [given].flat();
  const axes = list.map((axis) => (Number.isInteger(axis) ? axisOf(axis as number, rank) : -1));
  if (axes.some((axis) => axis < 0 || axis >= rank)) throw call.settings.fault("axis", `axes of ${rank}`);
  return [...new Set(axes)].sort((a, b) => a - b);
}

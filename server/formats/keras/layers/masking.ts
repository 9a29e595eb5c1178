import { int } from "../../../graph/build";
import type { LayerCall, Lowerings } from "../call";
import type { Emitter } from "../emitter";
import { KerasValue } from "../value";
import { toFloat } from "../steps";

/**
 * The mask that a call is given by name, or else that of a tensor; bool [N, steps].
 * @throws Refusal for one of other axes.
 */
export function maskOf(call: LayerCall, x: KerasValue = call.input(), name = "mask"): KerasValue | undefined {
  const given = call.argument(name);
  const mask = given instanceof KerasValue ? given : x.mask;
  if (mask && mask.rank !== 2) throw call.refuse(`has a mask of ${mask.rank} axes, where 2 were expected`);
  return mask && call.emit.cast(mask, "bool");
}

/** A value with a mask, where there is one. */
export function withMask({ emit }: LayerCall, x: KerasValue, mask: KerasValue | undefined): KerasValue {
  return mask ? emit.masked(x, mask) : x;
}

/** Where x is not `value`, element by element, as a name of the graph in Keras' order. */
export function differsFrom(emit: Emitter, x: KerasValue, value: number): string {
  return emit.op("Not", [emit.op("Equal", [emit.plain(emit.floating(x)), emit.scalar(value)])]);
}

/** Steps of which every feature is the mask value are 0 and masked. */
function masking(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.input();
  const given = settings.raw("mask_value") ?? 0;
  if (typeof given !== "number") throw call.refuse("has a mask_value that is no number");
  const differs = toFloat(emit, differsFrom(emit, x, given));
  const most = emit.op("ReduceMax", [differs, emit.integers([x.rank - 1])], { keepdims: int(1) });
  const counts = emit.op("Greater", [most, emit.scalar(0)]);
  const mask = emit.op("Reshape", [counts, emit.integers([0, ...x.shape.slice(1, -1).map((extent) => extent ?? -1)])]);
  const kept = emit.op("Where", [counts, emit.plain(x), emit.scalar(0)]);
  const steps = emit.value(mask, x.shape.slice(0, -1), { dtype: "bool" });
  return emit.value(kept, x.shape, { mask: steps });
}

/** Layers that say which steps count. */
export const maskingLayers: Lowerings = { Masking: masking };

import { float, int } from "../../../graph/build";
import type { LayerCall, Lowerings } from "../call";
import { madeConstant } from "../steps";
import { axisOf, type KerasValue } from "../value";

/** γ·(x − μ)/√(σ² + ε) + β along one axis, μ and σ² being the running statistics. */
function batchNormalisation(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.input();
  const [given, ...more] = axesOf(call, -1);
  if (given === undefined || more.length > 0) throw call.refuse("normalises along several axes");
  const units = call.extent(given, x);
  const order = [0, given, ...x.shape.map((_, axis) => axis).filter((axis) => axis > 0 && axis !== given)];
  const gamma = settings.flag("scale", true) ? call.weight("gamma", [units], "scale") : filled(call, units, 1);
  const beta = settings.flag("center", true) ? call.weight("beta", [units], "shift") : filled(call, units, 0);
  const mean = call.weight("moving_mean", [units], "mean");
  const variance = call.weight("moving_variance", [units], "variance");
  const attributes = { epsilon: float(settings.number("epsilon", 1e-3)) };
  const inputs = [emit.arranged(x, order), gamma, beta, mean, variance];
  return emit.value(emit.op("BatchNormalization", inputs, attributes), x.shape, { order });
}

/** γ·(x − μ)/√(σ² + ε) + β over some axes of each sample. */
function layerNormalisation(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  if (settings.flag("rms_scaling", false)) throw call.refuse("has rms_scaling");
  const x = call.input();
  const axes = axesOf(call, -1);
  const shape = axes.map((axis) => call.extent(axis, x));
  const gamma = settings.flag("scale", true) ? call.weight("gamma", shape, "scale") : filled(call, shape, 1);
  const beta = settings.flag("center", true) ? [call.weight("beta", shape, "shift")] : [];
  const order = [...x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)), ...axes];
  const attributes = { axis: int(x.rank - axes.length), epsilon: float(settings.number("epsilon", 1e-3)) };
  const name = emit.op("LayerNormalization", [emit.arranged(x, order), gamma, ...beta], attributes);
  return emit.value(name, x.shape, { order });
}

/** The setting `axis`, one or a list, in ascending order from the beginning. */
function axesOf(call: LayerCall, otherwise: number): readonly number[] {
  const { rank } = call.anyInput();
  const given = call.settings.raw("axis") ?? otherwise;
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const axes = list.map((axis) => (Number.isInteger(axis) ? axisOf(axis as number, rank) : -1));
  if (axes.some((axis) => axis < 1 || axis >= rank))
    throw call.settings.fault("axis", `axes of ${rank} behind the batch`);
  return [...new Set(axes)].sort((a, b) => a - b);
}

/** A constant in the place of a scale or shift that the layer does without. */
function filled(call: LayerCall, shape: number | readonly number[], value: number): string {
  return madeConstant(call, typeof shape === "number" ? [shape] : shape, () => value);
}

/** Normalisations by statistics of the samples or running ones. */
export const normalisationLayers: Lowerings = {
  BatchNormalization: batchNormalisation,
  LayerNormalization: layerNormalisation,
};

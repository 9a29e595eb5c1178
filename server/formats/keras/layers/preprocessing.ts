import type { LayerCall, Lowerings } from "../call";
import { numbersOf } from "../numbers";
import { axisOf, type KerasValue } from "../value";

/** x·scale + offset, single numbers or one for each channel. */
function rescaling(call: LayerCall): KerasValue {
  const { emit } = call;
  const scaled = emit.broadcast("Mul", [call.input(), constantOf(call, "scale", 1)]);
  return emit.broadcast("Add", [scaled, constantOf(call, "offset", 0)]);
}

function constantOf(call: LayerCall, setting: string, otherwise: number): KerasValue {
  const tensor = numbersOf(call.settings.raw(setting) ?? otherwise);
  if (!tensor) throw call.settings.fault(setting, "numbers");
  return call.emit.value(call.emit.constant(tensor), tensor.shape);
}

/** (x − mean) / max(√variance, 1e-7), or its inverse; the statistics are settings, or were found by `adapt`. */
function normalisation(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.input();
  const given = settings.raw("axis");
  const list = (given === undefined ? [] : [given].flat()) as readonly unknown[];
  const axes = list
    .map((axis) => (Number.isInteger(axis) ? axisOf(axis as number, x.rank) : NaN))
    .sort((a, b) => a - b);
  if (axes.some((axis) => !(axis >= 0 && axis < x.rank))) throw settings.fault("axis", "axes of the input");
  const shape = axes.map((axis) => call.extent(axis, x));
  const spread = x.shape.map((_, axis) => (axes.includes(axis) ? call.extent(axis, x) : 1));
  const statistic = (name: "mean" | "variance"): KerasValue => {
    if (settings.has("mean")) return constantOf(call, name, 0);
    return emit.reshape(emit.value(call.weight(name, shape, name), shape), spread);
  };
  const [mean, variance] = [statistic("mean"), statistic("variance")];
  const deviation = emit.op("Max", [emit.op("Sqrt", [emit.plain(variance)]), emit.scalar(1e-7)]);
  const divisor = emit.value(deviation, variance.shape);
  if (settings.flag("invert", false)) return emit.broadcast("Add", [mean, emit.broadcast("Mul", [x, divisor])]);
  return emit.broadcast("Div", [emit.broadcast("Sub", [x, mean]), divisor]);
}

/** Layers that scale samples. */
export const preprocessingLayers: Lowerings = { Normalization: normalisation, Rescaling: rescaling };

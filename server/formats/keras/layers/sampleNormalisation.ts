import { float, int } from "../../../graph/build";
import type { LayerCall, Lowerings } from "../call";
import { axisOf, type KerasValue } from "../value";
import { madeConstant } from "../steps";

/** The axes that a setting names, in order. */
function axesOf(call: LayerCall, rank: number): readonly number[] {
  const given = call.settings.raw("axis") ?? -1;
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (!list.every((axis): axis is number => Number.isInteger(axis))) throw call.settings.fault("axis", "axes");
  return list.map((axis) => axisOf(axis, rank)).sort((a, b) => a - b);
}

/** y = x / √(mean(x²) + ε) · s, over some axes. */
function rms(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.input();
  const axes = axesOf(call, x.rank);
  if (axes.some((axis, k) => axis !== x.rank - axes.length + k)) throw call.refuse("has other axes than the last ones");
  const scale = call.weight(
    "scale",
    axes.map((axis) => call.extent(axis, x)),
    "scale",
  );
  const plain = emit.plain(x);
  const mean = emit.op("ReduceMean", [emit.op("Mul", [plain, plain]), emit.integers(axes)], { keepdims: int(1) });
  const root = emit.op("Sqrt", [emit.op("Add", [mean, emit.scalar(settings.number("epsilon", 1e-6))])]);
  return emit.value(emit.op("Mul", [emit.op("Div", [plain, root]), scale]), x.shape);
}

/** y = x / max(‖x‖, 10⁻¹²), over some axes. */
function unit(call: LayerCall): KerasValue {
  const { emit } = call;
  const x = call.input();
  const plain = emit.plain(x);
  const axes = emit.integers(axesOf(call, x.rank));
  const square = emit.op("ReduceSum", [emit.op("Mul", [plain, plain]), axes], { keepdims: int(1) });
  const norm = emit.op("Max", [emit.op("Sqrt", [square]), emit.scalar(1e-12)]);
  return emit.value(emit.op("Div", [plain, norm]), x.shape);
}

/** y = (x − mean) / √(variance + ε) · γ + β over each group of channels and all other axes but the batch. */
function group(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.input();
  const channelAxis = axisOf(settings.integer("axis", -1), x.rank);
  const channels = call.extent(channelAxis, x);
  const given = settings.integer("groups", 32);
  const groups = given === -1 ? channels : given;
  if (groups < 1 || channels % groups !== 0) throw call.refuse(`has ${channels} channels in ${groups} groups`);
  const weight = (setting: string, name: string, role: "scale" | "shift"): string | undefined =>
    settings.flag(setting, true) ? call.weight(name, [channels], role) : undefined;
  const gamma = weight("scale", "gamma", "scale");
  const beta = weight("center", "beta", "shift");
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== channelAxis);
  const order = [0, channelAxis, ...others];
  const first = emit.arranged(x, order);
  const grouped = emit.op("Reshape", [first, emit.integers([0, groups, -1])]);
  const filled = (value: number): string => madeConstant(call, [groups], () => value);
  const epsilon = float(settings.number("epsilon", 1e-3));
  const normal = emit.op("InstanceNormalization", [grouped, filled(1), filled(0)], { epsilon });
  const back = emit.op("Reshape", [normal, emit.op("Shape", [first])]);
  const spread = (name: string): string =>
    others.length === 0 ? name : emit.op("Reshape", [name, emit.integers([channels, ...others.map(() => 1)])]);
  const scaled = gamma === undefined ? back : emit.op("Mul", [back, spread(gamma)]);
  const shifted = beta === undefined ? scaled : emit.op("Add", [scaled, spread(beta)]);
  return emit.value(shifted, x.shape, { order });
}

/** Normalisations that need nothing but the sample at hand. */
export const sampleNormalisationLayers: Lowerings = {
  GroupNormalization: group,
  RMSNormalization: rms,
  UnitNormalization: unit,
};

import { float, int } from "../../../graph/build";
import { activate, softmax } from "../activations";
import type { LayerCall, Lowerings } from "../call";
import { axisOf, type KerasValue } from "../value";

/** Between threshold and limit x itself, above the limit the limit, below the threshold slope·(x − threshold). */
function relu(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.input();
  const slope = settings.number("negative_slope", 0);
  const threshold = settings.number("threshold", 0);
  if (threshold < 0 || slope < 0) throw call.refuse("has a negative slope or threshold below 0");
  const limit = settings.has("max_value") ? settings.number("max_value") : undefined;
  if (threshold === 0 && limit === undefined && slope !== 0) return emit.unary("LeakyRelu", x, { alpha: float(slope) });
  const upper = threshold === 0 ? emit.unary("Relu", x) : emit.unary("ThresholdedRelu", x, { alpha: float(threshold) });
  const clipped = limit === undefined ? upper : emit.like(x, emit.op("Min", [upper.name, emit.scalar(limit)]));
  if (slope === 0) return clipped;
  const below = emit.op("Relu", [emit.op("Sub", [emit.scalar(threshold), x.name])]);
  return emit.like(x, emit.op("Sub", [clipped.name, emit.op("Mul", [below, emit.scalar(slope)])]));
}

/** x where x > 0, else α·x, with an α for each element or, along shared axes, one for all. */
function prelu(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.input();
  const given = settings.raw("shared_axes") ?? [];
  const shared = ([given].flat() as readonly unknown[]).map((axis) =>
    typeof axis === "number" ? axisOf(axis, x.rank) : 0,
  );
  const shape = x.shape.slice(1).map((_, k) => (shared.includes(k + 1) ? 1 : call.extent(k + 1, x)));
  const alpha = call.weight("alpha", shape, "scale");
  // The batch stays first in every order.
  const turned = emit.transposed(
    alpha,
    x.order.slice(1).map((axis) => axis - 1),
  );
  return emit.like(x, emit.op("PRelu", [x.name, turned]));
}

function softmaxLayer(call: LayerCall): KerasValue {
  const x = call.input();
  if (x.mask || call.inputs.length > 1) throw call.refuse("has a masked input");
  const given = call.settings.raw("axis") ?? -1;
  const list = [given].flat() as readonly unknown[];
  if (!list.every((axis): axis is number => Number.isInteger(axis))) throw call.settings.fault("axis", "axes");
  const [axis, ...more] = list.map((each) => axisOf(each, x.rank));
  return more.length === 0 ? softmax(call, x, axis) : softmaxOver(call, x, [axis!, ...more]);
}

/** Softmax over several axes at once. */
function softmaxOver({ emit }: LayerCall, x: KerasValue, axes: readonly number[]): KerasValue {
  const plain = emit.plain(x);
  const most = emit.op("ReduceMax", [plain, emit.integers(axes)], { keepdims: int(1) });
  const powers = emit.op("Exp", [emit.op("Sub", [plain, most])]);
  const sum = emit.op("ReduceSum", [powers, emit.integers(axes)], { keepdims: int(1) });
  return emit.value(emit.op("Div", [powers, sum]), x.shape);
}

/** Layers that apply a function element by element. */
export const activationLayers: Lowerings = {
  Activation: (call) => activate(call, call.input()),
  ELU: (call) => call.emit.unary("Elu", call.input(), { alpha: float(call.settings.number("alpha", 1)) }),
  LeakyReLU(call) {
    const { settings } = call;
    const slope = settings.number("negative_slope", settings.number("alpha", 0.3));
    return call.emit.unary("LeakyRelu", call.input(), { alpha: float(slope) });
  },
  PReLU: prelu,
  ReLU: relu,
  Softmax: softmaxLayer,
  ThresholdedReLU(call) {
    return call.emit.unary("ThresholdedRelu", call.input(), { alpha: float(call.settings.number("theta", 1)) });
  },
};

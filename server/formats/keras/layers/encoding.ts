import { floatTensor, int } from "../../../graph/build";
import type { LayerCall, Lowering, Lowerings } from "../call";
import type { KerasValue } from "../value";
import { madeConstant, toFloat } from "../steps";

/** Whether the words of the last axis are there, how often, or, for each one, which it is; as numbers of `depth` columns. */
function encoded(call: LayerCall, x: KerasValue, mode: string, depth: number): KerasValue {
  const { emit } = call;
  const columns = madeConstant(call, [depth], (k) => k);
  const words = emit.op("Unsqueeze", [emit.plain(emit.floating(x)), emit.integers([x.rank])]);
  const each = toFloat(emit, emit.op("Equal", [words, columns]));
  const axis = emit.integers([x.rank - 1]);
  const shape = [...x.shape.slice(0, -1), depth];
  switch (mode) {
    case "one_hot":
      if (x.shape.at(-1) !== 1) return emit.value(each, [...x.shape, depth]);
      return emit.value(emit.op("Squeeze", [each, axis]), shape);
    case "multi_hot":
    case "binary":
      return emit.value(emit.op("ReduceMax", [each, axis], { keepdims: int(0) }), shape);
    case "count":
      return emit.value(emit.op("ReduceSum", [each, axis], { keepdims: int(0) }), shape);
    default:
      throw call.refuse(`has the output_mode ${mode}`);
  }
}

const categories: Lowering = (call) => {
  if (call.inputs.length > 1) throw call.refuse("weighs what it counts");
  const { settings } = call;
  return encoded(call, call.input(), settings.text("output_mode", "multi_hot"), settings.integer("num_tokens"));
};

/** How many of the boundaries a number reaches. */
const discretization: Lowering = (call) => {
  const { emit, settings } = call;
  const x = call.input();
  const given = settings.raw("bin_boundaries");
  if (!Array.isArray(given) || !given.every((bound): bound is number => typeof bound === "number")) {
    throw settings.fault("bin_boundaries", "numbers");
  }
  const numbers = emit.op("Unsqueeze", [emit.plain(emit.floating(x)), emit.integers([x.rank])]);
  const reached = emit.op("GreaterOrEqual", [numbers, emit.constant(floatTensor([given.length], given))]);
  const axis = emit.integers([x.rank]);
  const bins = emit.value(emit.op("ReduceSum", [toFloat(emit, reached), axis], { keepdims: int(0) }), x.shape);
  const mode = settings.text("output_mode", "int");
  return mode === "int" ? emit.cast(bins, "int64") : encoded(call, bins, mode, given.length + 1);
};

/** Layers that make numbers of words, and words of numbers. */
export const encodingLayers: Lowerings = { CategoryEncoding: categories, Discretization: discretization };

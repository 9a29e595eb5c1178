import { sizeOf } from "../../../graph/tensor";
import type { LayerCall, Lowerings } from "../call";
import { plainOrder, type Extent, type KerasValue } from "../value";

/** [N, …] → [N, product of the others]. With `channels_first` the channels go last before, as Keras has it. */
function flatten(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.anyInput();
  const size = product(x.shape.slice(1));
  if (x.rank < 3 || settings.text("data_format", "channels_last") !== "channels_first") {
    return emit.reshape(x, [x.shape[0]!, size]);
  }
  const order = [0, ...plainOrder(x.rank).slice(2), 1];
  const last = emit.value(
    emit.arranged(x, order),
    order.map((axis) => x.shape[axis]!),
    { dtype: x.dtype },
  );
  return emit.reshape(last, [x.shape[0]!, size]);
}

/** The number of elements; null when an extent is open. */
function product(shape: readonly Extent[]): Extent {
  return shape.includes(null) ? null : sizeOf(shape as readonly number[]);
}

/** To a shape in which one extent may be −1, which is what the others leave. */
function reshape(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.anyInput();
  const given = settings.raw("target_shape");
  const isTarget = (value: unknown): value is readonly (number | null)[] =>
    Array.isArray(value) && value.every((n) => n === null || (Number.isInteger(n) && n >= -1));
  if (!isTarget(given)) throw settings.fault("target_shape", "a list of whole numbers");
  const size = product(x.shape.slice(1));
  const known = sizeOf(given.filter((n): n is number => n !== null && n !== -1));
  const rest = size === null ? null : size / known;
  const target = given.map((n) => (n === null || n === -1 ? rest : n));
  const isWhole = rest === null || Number.isInteger(rest);
  if (!isWhole || (size !== null && product(target) !== size)) {
    throw call.refuse(`makes [${given.join(", ")}] of [${x.shape.slice(1).join(", ")}], which has other elements`);
  }
  return emit.reshape(x, [x.shape[0]!, ...target]);
}

/** Permuted axes are another order of the same value. */
function permute(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.anyInput();
  const axes = [0, ...settings.integers("dims", x.rank - 1)];
  if (plainOrder(x.rank).some((axis) => !axes.includes(axis))) throw settings.fault("dims", "a permutation");
  return emit.permuted(x, axes);
}

/** [N, width] → [N, n, width] */
function repeatVector(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.anyInput();
  const count = settings.integer("n");
  if (x.rank !== 2 || count < 1) throw call.refuse(`repeats an input of ${x.rank} axes ${count} times`);
  const row = emit.reshape(x, [x.shape[0]!, 1, x.shape[1]!]);
  const name = emit.op("Expand", [row.name, emit.integers([1, count, 1])]);
  return emit.value(name, [x.shape[0]!, count, x.shape[1]!], { dtype: x.dtype });
}

/** Layers that give their input another shape. */
export const shapeLayers: Lowerings = {
  Flatten: flatten,
  Permute: permute,
  RepeatVector: repeatVector,
  Reshape: reshape,
};

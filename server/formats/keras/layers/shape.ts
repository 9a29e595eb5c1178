import { sizeOf } from "../../../graph/tensor";
import type { LayerCall, Lowerings } from "../call";
import type { Extent, KerasValue } from "../value";

/** [N, …] → [N, product of the others]. With `channels_first` the channels go last before, as Keras has it. */
function flatten(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.input();
  const size = product(x.shape.slice(1));
  if (x.rank < 3 || settings.text("data_format", "channels_last") !== "channels_first") {
    return emit.reshape(x, [x.shape[0]!, size]);
  }
  const order = [0, ...x.shape.map((_, axis) => axis).slice(2), 1];
  const last = emit.value(
    emit.arranged(x, order),
    order.map((axis) => x.shape[axis]!),
  );
  return emit.reshape(last, [x.shape[0]!, size]);
}

/** The number of elements; null when an extent is open. */
function product(shape: readonly Extent[]): Extent {
  return shape.includes(null) ? null : sizeOf(shape as readonly number[]);
}

/** Layers that give their input another shape. */
export const shapeLayers: Lowerings = { Flatten: flatten };

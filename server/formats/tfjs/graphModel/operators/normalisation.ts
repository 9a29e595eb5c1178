import { float, int } from "../../../../graph/build";
import type { Translation, Translations } from "../call";
import { listName } from "../layout";
import { layoutOf } from "../windows";

/** (x − mean)/√(variance + ε)·scale + offset for each channel. */
const batchNormalisation: Translation = (call) => {
  const { emit, attributes } = call;
  const x = call.input();
  const epsilon = attributes.float("epsilon", NaN);
  if (attributes.bool("is_training", true)) throw call.refuse("in its training mode");
  if (Number.isNaN(epsilon)) throw call.refuse("without an epsilon, of which TensorFlow.js has another default");
  const { order } = layoutOf(call, x.rank);
  const lists = [1, 2, 3, 4].map((position) => listName(call, position));
  const name = emit.op("BatchNormalization", [emit.arranged(x, order), ...lists], { epsilon: float(epsilon) });
  return emit.value(name, x.shape, { order });
};

/** x/(bias + α·Σx²)^β over neighbouring channels; ONNX takes their mean. */
const localResponse: Translation = (call) => {
  const { emit, attributes } = call;
  const x = call.input();
  const size = 2 * attributes.int("depth_radius", 5) + 1;
  const { order } = layoutOf(call, x.rank);
  const name = emit.op("LRN", [emit.arranged(x, order)], {
    size: int(size),
    alpha: float(attributes.float("alpha", 1) * size),
    beta: float(attributes.float("beta", 0.5)),
    bias: float(attributes.float("bias", 1)),
  });
  return emit.value(name, x.shape, { order });
};

const softmax =
  (op: string): Translation =>
  (call) => {
    const x = call.input();
    return call.emit.value(call.plain(op, [x], { axis: int(-1) }), x.shape);
  };

export const normalisations: Translations = {
  FusedBatchNorm: batchNormalisation,
  FusedBatchNormV2: batchNormalisation,
  FusedBatchNormV3: batchNormalisation,
  LRN: localResponse,
  Softmax: softmax("Softmax"),
  LogSoftmax: softmax("LogSoftmax"),
};

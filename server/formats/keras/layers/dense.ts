import { activate } from "../activations";
import type { LayerCall, Lowerings } from "../call";
import type { KerasValue } from "../value";

/** y = activation(x·W + b) along the last axis, W [in, out]. */
function dense(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.input();
  const units = settings.integer("units");
  const kernel = call.weight("kernel", [call.extent(-1), units], "kernel", [1]);
  const bias = settings.flag("use_bias", true) ? [call.weight("bias", [units], "bias")] : [];
  const shape = [...x.shape.slice(0, -1), units];
  if (x.rank === 2) return activate(call, emit.value(emit.op("Gemm", [emit.plain(x), kernel, ...bias]), shape));
  const product = emit.op("MatMul", [emit.plain(x), kernel]);
  const sum = bias.length > 0 ? emit.op("Add", [product, ...bias]) : product;
  return activate(call, emit.value(sum, shape));
}

/** Layers that are one matrix product. */
export const denseLayers: Lowerings = { Dense: dense };

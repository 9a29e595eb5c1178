import type { LayerCall, Lowerings } from "../call";
import type { KerasValue } from "../value";
import { differsFrom } from "./masking";

/** The table [vocabulary, width], a filter for each word. */
function tableOf(call: LayerCall): string {
  const { settings } = call;
  const shape = [settings.integer("input_dim"), settings.integer("output_dim")];
  return call.weight("embeddings", shape, "embedding", [0]);
}

/** y = E[x]; the word 0 may stand for padding, which is masked. */
function embedding(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const x = call.anyInput();
  const table = tableOf(call);
  const isWhole = x.dtype === "int32" || x.dtype === "int64";
  const indices = emit.plain(isWhole ? x : emit.cast(x, "int32"));
  const isMasked = settings.flag("mask_zero", false);
  const mask = isMasked ? emit.value(differsFrom(emit, x, 0), x.shape, { dtype: "bool" }) : undefined;
  return emit.value(emit.op("Gather", [table, indices]), [...x.shape, settings.integer("output_dim")], { mask });
}

/** The embedding, or, `reverse`, its transposition: y = x·Eᵀ, c·tanh(y/c) with a soft cap c. */
function reversible(call: LayerCall): KerasValue {
  const { emit, settings } = call;
  const words = settings.integer("input_dim");
  const table = tableOf(call);
  const own = settings.flag("tie_weights", true)
    ? emit.transposed(table, [1, 0])
    : call.weight("reverse_embeddings", [settings.integer("output_dim"), words], "kernel", [1]);
  if (call.argument("reverse", 1) !== true) return embedding(call);
  const x = call.input();
  const scores = emit.op("MatMul", [emit.plain(x), own]);
  const shape = [...x.shape.slice(0, -1), words];
  if (!settings.has("logit_soft_cap")) return emit.value(scores, shape);
  const cap = emit.scalar(settings.number("logit_soft_cap"));
  return emit.value(emit.op("Mul", [emit.op("Tanh", [emit.op("Div", [scores, cap])]), cap]), shape);
}

/** Layers that look rows up in a table. */
export const embeddingLayers: Lowerings = { Embedding: embedding, ReversibleEmbedding: reversible };

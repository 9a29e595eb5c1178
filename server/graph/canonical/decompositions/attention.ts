import { range } from "../../differentiate/shapes";
import { tensorOfWholes } from "../folding/elements";
import type { Call, Decompositions } from "../call";
import type { Name } from "../emitter";

/** Queries, keys or values [batch, heads, length, size]; three axes have the heads side by side in the last one. */
function byHead(call: Call, position: number, attribute: string): Name {
  const { emit } = call;
  const x = call.input(position);
  const shape = call.shape(position);
  if (shape.length === 4) return x;
  const heads = call.int(attribute, 1);
  const [batch = 1, length = 1, width = 1] = shape;
  return emit.transpose(emit.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** Each head of keys or values as often as there are heads of queries for it, one after the other. */
function repeated(call: Call, x: Name, heads: number): Name {
  const { emit } = call;
  const [batch = 1, own = 1, ...rest] = emit.shapeOf(x);
  if (own === heads) return x;
  const spread = emit.expand(emit.reshape(x, [batch, own, 1, ...rest]), [batch, own, heads / own, ...rest]);
  return emit.reshape(spread, [batch, heads, ...rest]);
}

/** Scores with −∞ where a query must not look: by a mask of truth values or one that is added, and ahead of itself. */
function masked(call: Call, scores: Name): Name {
  const { emit } = call;
  const [, , length = 1, keys = 1] = emit.shapeOf(scores);
  const mask = call.optional(3);
  let result = scores;
  if (mask !== undefined && emit.dtypeOf(mask) !== "bool") result = emit.add(result, mask);
  const hidden = emit.like(scores, -Infinity);
  if (mask !== undefined && emit.dtypeOf(mask) === "bool") result = emit.where(mask, result, hidden);
  if (call.int("is_causal", 0) === 0) return result;
  const isBefore = tensorOfWholes("bool", [length, keys], (k) => BigInt(k % keys <= Math.floor(k / keys) ? 1 : 0));
  return emit.where(emit.constant(isBefore), result, hidden);
}

/** softmax(scale · Q·Kᵀ + mask) · V for every head (operator set 23), without a cache of earlier keys. */
function attention(call: Call): Name {
  const { emit } = call;
  if (range(3).some((k) => call.optional(k + 4) !== undefined)) throw call.refuse("with a cache of earlier keys");
  if (range(3).some((k) => call.wants(k + 1))) throw call.refuse("that gives more than its result");
  if (call.float("softcap", 0) !== 0) throw call.refuse("with capped scores");
  const q = byHead(call, 0, "q_num_heads");
  const [batch = 1, heads = 1, length = 1, size = 1] = emit.shapeOf(q);
  const [k, v] = [1, 2].map((position) => repeated(call, byHead(call, position, "kv_num_heads"), heads)) as [
    Name,
    Name,
  ];
  const factor = call.float("scale", 1 / Math.sqrt(size));
  const scores = masked(call, emit.scale(emit.matmul(q, emit.swap(k)), factor));
  const shares = emit.node("Softmax", [scores], { axis: { type: "int", value: 3 } });
  const result = emit.matmul(shares, v);
  if (call.rank(0) === 4) return result;
  const width = heads * emit.shapeOf(v)[3]!;
  return emit.reshape(emit.transpose(result, [0, 2, 1, 3]), [batch, length, width]);
}

export const attentions: Decompositions = { Attention: attention };

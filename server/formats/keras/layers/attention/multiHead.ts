import { int } from "../../../../graph/build";
import type { LayerCall, Lowering, Lowerings } from "../../call";
import { sizeOf } from "../../../../graph/tensor";
import { KerasValue } from "../../value";
import { project } from "../einsumDense";
import { maskOf, withMask } from "../masking";
import { allOf, isNear, isPast, keyCounts, queryCounts } from "./conditions";

/** The tensors that an attention layer is called with. */
interface Tensors {
  readonly query: KerasValue;
  readonly value: KerasValue;
  readonly key: KerasValue;
}

function tensorsOf(call: LayerCall): Tensors {
  const tensor = (name: string, position: number): KerasValue | undefined => {
    const given = call.argument(name, position);
    return given instanceof KerasValue ? given : undefined;
  };
  const [query, value] = [tensor("query", 0), tensor("value", 1)];
  if (!query || !value) throw call.refuse("is called without a query and a value");
  return { query, value, key: tensor("key", 2) ?? value };
}

/** Which keys each query may look at, bool broadcast to [N, T, S]; undefined when all. */
function visible(call: LayerCall, { query, value, key }: Tensors): string | undefined {
  const { emit, settings } = call;
  const given = call.argument("attention_mask");
  const queryMask = maskOf(call, query, "query_mask");
  const valueMask = maskOf(call, value, "value_mask");
  const keyMask = call.argument("key", 2) instanceof KerasValue ? maskOf(call, key, "key_mask") : undefined;
  if (given instanceof KerasValue && given.rank !== 3) throw call.refuse(`has an attention_mask of ${given.rank} axes`);
  const isRow = query.rank === 3 && value.rank === 3;
  const conditions = [
    ...(given instanceof KerasValue ? [emit.plain(emit.cast(given, "bool"))] : []),
    ...(queryMask ? [queryCounts(call, queryMask)] : []),
    ...(valueMask ? [keyCounts(call, valueMask)] : []),
    ...(keyMask ? [keyCounts(call, keyMask)] : []),
    ...(call.argument("use_causal_mask") === true ? [isPast(call, query, value)] : []),
    ...(settings.has("sliding_window") ? [isNear(call, query, value, settings.integer("sliding_window"))] : []),
  ];
  if (conditions.length > 0 && !isRow) throw call.refuse("has masks over more than one axis");
  return allOf(call, conditions);
}

/** Heads of queries, and of keys and values, and what a head holds. */
interface Heads {
  readonly queries: number;
  readonly keys: number;
  readonly keyWidth: number;
  readonly valueWidth: number;
}

/**
 * Softmax of the scores over the keys. Where no key may be seen, Keras 3's own kernel makes all keys alike, and its separate
 * softmax, which it takes when there is dropout or when scores are returned, makes them 0; Keras 2 lets them count less.
 */
function weightsOf(call: LayerCall, scores: string, visibility: string | undefined, isFused: boolean): string {
  const { emit, context } = call;
  const softmax = (name: string): string => emit.op("Softmax", [name], { axis: int(-1) });
  if (visibility === undefined) return softmax(scores);
  const condition = emit.op("Unsqueeze", [visibility, emit.integers([1])]);
  // The constants are Keras' own.
  if (context.generation === 2) {
    return softmax(emit.op("Where", [condition, scores, emit.op("Sub", [scores, emit.scalar(1e9)])]));
  }
  const hidden = emit.op("Where", [condition, scores, emit.scalar(isFused ? -0.7 * 3.38953e38 : -1e9)]);
  return isFused ? softmax(hidden) : emit.op("Where", [condition, softmax(hidden), emit.scalar(0)]);
}

/** y = concat over heads of softmax(q·kᵀ/√d)·v, projected back; with a gate, times σ(x·W + b) before that. */
function attend(call: LayerCall, heads: Heads, outputShape: readonly number[]): readonly KerasValue[] {
  const { emit, settings } = call;
  const tensors = tensorsOf(call);
  const { query } = tensors;
  const visibility = visible(call, tensors);
  const [q0, v0, k0] = [query, tensors.value, tensors.key].map((x) => inOneRow(call, x)) as [
    KerasValue,
    KerasValue,
    KerasValue,
  ];
  const usesBias = settings.flag("use_bias", true);
  const headed = (part: string, x: KerasValue, count: number, width: number): KerasValue => {
    const equation = { input: "abc", kernel: "cde", result: "abde" };
    const owner = call.part(`${part}_dense`, part);
    return project(call, owner, x, { equation, extents: { d: count, e: width }, biasAxes: usesBias ? "de" : "" });
  };
  const q = headed("query", q0, heads.queries, heads.keyWidth);
  const k = headed("key", k0, heads.keys, heads.keyWidth);
  const usesGate = settings.flag("use_gate", false);
  const gate = usesGate ? headed("gate", q0, heads.queries, heads.valueWidth) : undefined;
  const v = headed("value", v0, heads.keys, heads.valueWidth);
  const returnsScores = call.argument("return_attention_scores") === true;
  const isFused = settings.number("dropout", 0) === 0 && !returnsScores;
  const repeated = (x: KerasValue, order: readonly number[]): string => repeatHeads(call, x, order, heads);
  const product = emit.op("MatMul", [emit.arranged(q, [0, 2, 1, 3]), repeated(k, [0, 2, 3, 1])]);
  const scores = emit.op("Mul", [product, emit.scalar(1 / Math.sqrt(heads.keyWidth))]);
  const weights = weightsOf(call, scores, visibility, isFused);
  const [batch, steps] = q0.shape as [number | null, number | null];
  const context = emit.op("MatMul", [weights, repeated(v, [0, 2, 1, 3])]);
  const attended = emit.value(context, [batch, steps, heads.queries, heads.valueWidth], { order: [0, 2, 1, 3] });
  const gated = gate ? emit.broadcast("Mul", [attended, emit.unary("Sigmoid", gate)]) : attended;
  const letters = [..."efghij"].slice(0, outputShape.length).join("");
  const y = project(call, call.part("output_dense", "attention_output"), gated, {
    equation: { input: "abcd", kernel: `cd${letters}`, result: `ab${letters}` },
    extents: Object.fromEntries(outputShape.map((extent, i) => [letters[i]!, extent])),
    biasAxes: usesBias ? letters : "",
  });
  const back = query.rank === 3 ? y : emit.reshape(y, [...query.shape.slice(0, -1), ...outputShape]);
  const output = withMask(call, back, query.mask);
  if (!returnsScores) return [output];
  if (query.rank !== 3) throw call.refuse("puts out its scores over more than one axis");
  return [output, emit.value(weights, [batch, heads.queries, steps, k0.shape[1]!])];
}

/** All steps of a tensor of several axes in one row: [N, a, b, C] → [N, a·b, C]. */
function inOneRow(call: LayerCall, x: KerasValue): KerasValue {
  if (x.rank === 3) return x;
  const steps = x.shape.slice(1, -1).map((_, k) => call.extent(k + 1, x));
  return call.emit.reshape(x, [x.shape[0]!, sizeOf(steps), call.extent(-1, x)]);
}

/** Keys or values with each head as often as queries share it, as a name of the graph in an order that has heads second. */
function repeatHeads({ emit }: LayerCall, x: KerasValue, order: readonly number[], { queries, keys }: Heads): string {
  const name = emit.arranged(x, order);
  if (queries === keys) return name;
  const indices = Array.from({ length: queries }, (_, head) => Math.floor((head * keys) / queries));
  return emit.op("Gather", [name, emit.integers(indices)], { axis: int(1) });
}

const multiHead: Lowering = (call) => {
  const { settings } = call;
  const { query, value, key } = tensorsOf(call);
  const count = settings.integer("num_heads");
  const keyWidth = settings.integer("key_dim");
  const axes = settings.raw("attention_axes");
  const all = call
    .input()
    .shape.slice(1, -1)
    .map((_, k) => k + 1);
  if (axes !== undefined && JSON.stringify(axes) !== JSON.stringify(all))
    throw call.refuse("attends over some axes only");
  const given = settings.raw("output_shape");
  const shape: readonly unknown[] = given === undefined ? [call.extent(-1)] : Array.isArray(given) ? given : [given];
  if (!shape.every((extent): extent is number => Number.isInteger(extent)))
    throw settings.fault("output_shape", "numbers");
  const valueWidth = settings.integer("value_dim", keyWidth);
  const results = attend(call, { queries: count, keys: count, keyWidth, valueWidth }, shape);
  // Keras 3's layer takes the masks off its inputs, so that what is added to its result, say, has none.
  if (call.context.generation === 3) for (const input of [query, value, key]) input.forgetMask();
  return results;
};

const grouped: Lowering = (call) => {
  const { settings } = call;
  const queries = settings.integer("num_query_heads");
  const keys = settings.integer("num_key_value_heads");
  const width = settings.integer("head_dim");
  if (keys < 1 || queries % keys !== 0) throw call.refuse(`shares ${keys} heads among ${queries}`);
  return attend(call, { queries, keys, keyWidth: width, valueWidth: width }, [call.extent(-1)]);
};

/** Attention of several heads with projections of their own. */
export const multiHeadLayers: Lowerings = {
  MultiHeadAttention: multiHead,
  GroupQueryAttention: grouped,
  GroupedQueryAttention: grouped,
};

import { int } from "../../../../graph/build";
import { tensorsIn, type LayerCall, type Lowering, type Lowerings } from "../../call";
import { KerasValue } from "../../value";
import { withMask } from "../masking";
import { allOf, isPast, keyCounts, queryCounts } from "./conditions";

/** What a score is made from: queries [N, T, D] and keys [N, S, D]. */
type Score = (call: LayerCall, query: KerasValue, key: KerasValue) => string;

/** Σ over the features of scale ∘ tanh(factor · (q + k)), for every query and key. */
function summed({ emit }: LayerCall, query: KerasValue, key: KerasValue, factor?: string, scale?: string): string {
  const sum = emit.op("Add", [
    emit.op("Unsqueeze", [emit.plain(query), emit.integers([2])]),
    emit.op("Unsqueeze", [emit.plain(key), emit.integers([1])]),
  ]);
  const bent = emit.op("Tanh", [factor === undefined ? sum : emit.op("Mul", [factor, sum])]);
  const scaled = scale === undefined ? bent : emit.op("Mul", [scale, bent]);
  return emit.op("ReduceSum", [scaled, emit.integers([3])], { keepdims: int(0) });
}

/** q·kᵀ, or, score_mode `concat`, w·Σ tanh(s·(q + k)); a scale s is one number. */
const dot: Score = (call, query, key) => {
  const { emit, settings } = call;
  const scale = settings.flag("use_scale", false) ? call.weight("scale", [], "scale") : undefined;
  const mode = settings.text("score_mode", "dot");
  if (mode === "concat") {
    const weight = call.weight("concat_score_weight", [], "scale");
    return emit.op("Mul", [weight, summed(call, query, key, scale)]);
  }
  if (mode !== "dot") throw call.refuse(`has the score_mode ${mode}`);
  const product = emit.op("MatMul", [emit.plain(query), emit.arranged(key, [0, 2, 1])]);
  return scale === undefined ? product : emit.op("Mul", [product, scale]);
};

/** Σ s ∘ tanh(q + k), s of a number for each feature. */
const additive: Score = (call, query, key) => {
  const scaled = call.settings.flag("use_scale", true);
  const scale = scaled ? call.weight("scale", [call.extent(-1, query)], "scale") : undefined;
  return summed(call, query, key, undefined, scale);
};

/** The mask of the k-th tensor: as the call gives it in a list, or else its own. */
function maskAt(call: LayerCall, x: KerasValue, k: number): KerasValue | undefined {
  const given = call.argument("mask");
  if (!Array.isArray(given)) return x.mask;
  const mask: unknown = given[k];
  return mask instanceof KerasValue ? mask : undefined;
}

/** softmax(scores)·v, called with [query, value] or [query, value, key]. */
const attention =
  (score: Score): Lowering =>
  (call) => {
    const { emit } = call;
    const [query, value, key = value] = tensorsIn(call.given.args);
    if (!query || !value || !key) throw call.refuse("is called without a query and a value");
    if ([query, value, key].some(({ rank }) => rank !== 3)) throw call.refuse("has inputs that have not 3 axes");
    const scores = score(call, query, key);
    const [mask, valueMask] = [query, value].map((x, k) => maskAt(call, x, k));
    const conditions = [
      ...(valueMask ? [keyCounts(call, valueMask)] : []),
      ...(call.argument("use_causal_mask") === true ? [isPast(call, query, key)] : []),
    ];
    const visible = allOf(call, conditions);
    // Keras' own constant: keys that may not be seen count less by it.
    const hidden = (): string => emit.op("Where", [visible!, scores, emit.op("Sub", [scores, emit.scalar(1e9)])]);
    const weights = emit.op("Softmax", [visible === undefined ? scores : hidden()], { axis: int(2) });
    const product = emit.op("MatMul", [weights, emit.plain(value)]);
    const kept = mask ? emit.op("Where", [queryCounts(call, mask), product, emit.scalar(0)]) : product;
    const output = emit.value(kept, [...query.shape.slice(0, -1), value.shape.at(-1)!]);
    const result = withMask(call, output, mask);
    if (call.argument("return_attention_scores") !== true) return result;
    return [result, emit.value(weights, [...query.shape.slice(0, -1), key.shape[1]!])];
  };

/** Attention without projections. */
export const plainAttentionLayers: Lowerings = { Attention: attention(dot), AdditiveAttention: attention(additive) };

import type { GraphNode, ParameterRole } from "../../graph/graph";
import { intOf } from "./weightFlow";

/** What an operator makes of a weight at one of its inputs; axes are those of the value at the input. */
export interface Position {
  readonly role: ParameterRole;
  readonly filterAxes: readonly number[];
}

type Shape = readonly (number | null)[];
type Rule = (shape: Shape, node: GraphNode) => Position | undefined;
/** Rules by input position. */
type Rules = Readonly<Record<number, Rule>>;

const all = (shape: Shape): readonly number[] => shape.map((_, axis) => axis);

/** One entry, one output unit: every element is a filter of its own. */
const entries =
  (role: ParameterRole): Rule =>
  (shape) => ({ role, filterAxes: all(shape) });

const kernel =
  (...axes: readonly number[]): Rule =>
  () => ({ role: "kernel", filterAxes: axes });

const [bias, scale, shift, mean, variance] = (["bias", "scale", "shift", "mean", "variance"] as const).map(entries) as [
  Rule,
  Rule,
  Rule,
  Rule,
  Rule,
];

/** Convolution [out, in/groups, …k]. */
const convolution = kernel(0);

/**
 * Transposed convolution [in, out/groups, …k]. With one group the output unit is axis 1. With several it is the pair of
 * a group, which is a stretch of axis 0, and axis 1. Whole axes cannot name a stretch, so every (in, out) slice counts as
 * a filter then: exact for depthwise kernels, finer than the unit otherwise, and as invariant to rescaling units.
 */
const transposedConvolution: Rule = (_, node) => ({
  role: "kernel",
  filterAxes: intOf(node, "group", 1) > 1 ? [0, 1] : [1],
});

/** The matrix product's right factor […batch, in, out]: batches and columns; a vector has one output. */
const rightFactor: Rule = (shape) => {
  const rank = shape.length;
  return { role: "kernel", filterAxes: rank < 2 ? [] : [...all(shape).slice(0, rank - 2), rank - 1] };
};

/** The matrix product's left factor […batch, out, in]: batches and rows. */
const leftFactor: Rule = (shape) => ({ role: "kernel", filterAxes: all(shape).slice(0, -1) });

/** A factor whose last two axes an attribute may swap. */
const swapped =
  (attribute: string, plain: Rule, turned: Rule): Rule =>
  (shape, node) =>
    intOf(node, attribute, 0) ? turned(shape, node) : plain(shape, node);

/** Recurrent kernels [directions, gates · units, in]. */
const recurrent = kernel(0, 1);

/** The looked-up axis of a table. */
const embedding: Rule = (shape, node) => {
  const axis = intOf(node, "axis", 0);
  return { role: "embedding", filterAxes: [axis < 0 ? axis + shape.length : axis] };
};

const rows: Rule = () => ({ role: "embedding", filterAxes: [0] });

const normalisation: Rules = { 1: scale, 2: shift };
const linear: Rules = { 1: convolution, 2: bias };
const recurrence: Rules = { 1: recurrent, 2: recurrent, 3: bias, 7: scale };
const product: Rules = {
  0: swapped("transA", leftFactor, rightFactor),
  1: swapped("transB", rightFactor, leftFactor),
  2: bias,
};

/** Operators of the ONNX domain that take weights, by input position. */
const standard: ReadonlyMap<string, Rules> = new Map<string, Rules>([
  ["Conv", linear],
  ["ConvTranspose", { 1: transposedConvolution, 2: bias }],
  ["DeformConv", { 1: convolution, 3: bias }],
  ["Gemm", product],
  ["MatMul", product],
  ["BatchNormalization", { 1: scale, 2: shift, 3: mean, 4: variance }],
  ["InstanceNormalization", normalisation],
  ["GroupNormalization", normalisation],
  ["LayerNormalization", normalisation],
  ["RMSNormalization", normalisation],
  ["SimplifiedLayerNormalization", normalisation],
  ["Gather", { 0: embedding }],
  ["LSTM", recurrence],
  ["GRU", recurrence],
  ["RNN", recurrence],
  ["PRelu", { 1: scale }],
]);

/** Operators that ONNX Runtime's optimiser puts in the place of several standard ones. */
const fused: ReadonlyMap<string, Rules> = new Map<string, Rules>([
  ["FusedConv", linear],
  ["FusedGemm", product],
  ["FusedMatMul", product],
  ["GroupNorm", normalisation],
  ["SkipLayerNormalization", { 2: scale, 3: shift, 4: bias }],
  ["SkipSimplifiedLayerNormalization", { 2: scale, 3: bias }],
  ["EmbedLayerNormalization", { 2: rows, 3: rows, 4: rows, 5: scale, 6: shift }],
  ["BiasGelu", { 1: bias }],
  ["FastGelu", { 1: bias }],
  ["Attention", { 1: rightFactor, 2: bias }],
]);

/** Operators whose constant inputs set how they work, or stand beside the samples as they are; never weights. */
const settings: ReadonlySet<string> = new Set(
  (
    "Resize Upsample Clip Pad Pow Range OneHot ConstantOfShape Where Equal Greater Less GreaterOrEqual LessOrEqual Max Min " +
    "Mod TopK NonMaxSuppression Dropout QuantizeLinear DequantizeLinear DynamicQuantizeLinear Shape Size RandomNormalLike " +
    "RandomUniformLike EyeLike MatMulNBits MatMulIntegerToFloat"
  ).split(" "),
);

/** Quantised kernels: their floating inputs are scales of a number format. */
const quantised = /^(QLinear|Q[A-Z]|DynamicQuantize|QOrdered)|Integer$/;

/**
 * What a node makes of a weight at one of its inputs.
 * @returns a position; "setting" when what stands there is never a weight; undefined when we cannot tell.
 */
export function positionAt(node: GraphNode, input: number, shape: Shape): Position | "setting" | undefined {
  if (settings.has(node.op) || quantised.test(node.op)) return "setting";
  if (node.op === "Einsum" && node.domain === "") return einsum(node, input, shape);
  const rules = node.domain === "" ? standard.get(node.op) : node.domain === "com.microsoft" && fused.get(node.op);
  if (!rules) return undefined;
  // Initial states of a recurrence are usually zeros that an exporter wrote down.
  if (rules === recurrence && input > 3 && input < 7) return "setting";
  return rules[input]?.(shape, node);
}

/** A factor of an Einsum: its output units are indexed by the letters that are in the result. */
function einsum(node: GraphNode, input: number, shape: Shape): Position | undefined {
  const equation = node.attributes["equation"];
  if (equation?.type !== "string") return undefined;
  const [terms, result] = equation.value.replaceAll(" ", "").split("->");
  const term = terms?.split(",")[input];
  if (term?.length !== shape.length || result === undefined) return undefined;
  return { role: "kernel", filterAxes: all(shape).filter((axis) => result.includes(term[axis]!)) };
}

/** A kernel for what we know nothing of: output units first, as in most layouts. */
export function unknownPosition(shape: readonly number[]): Position {
  return shape.length >= 2 ? { role: "kernel", filterAxes: [0] } : { role: "bias", filterAxes: all(shape) };
}

import { int } from "../build";
import type { Canonical, ValueType } from "../canonical/canonical";
import { ProblemError } from "../../protocol/problem";
import type { LossName, LossSpec } from "../../protocol/study";
import { isFloating } from "../elements";
import { clippingEpsilon } from "../logits";
import { sizeOf } from "../tensor";
import { GraphBuilder } from "./builder";
import { foldScales } from "./foldScales";
import type { Name } from "./rule";
import { range } from "./shapes";

/** Graph inputs that a loss adds. */
export const lossInputs = { targets: "loss/targets", weights: "loss/weights" } as const;

/** What the losses are made of. */
interface Parts {
  readonly build: GraphBuilder;
  /** The model's output; [B, …], float32 or float64. */
  readonly z: Name;
  /** The targets, of the shape of `z`. */
  readonly t: Name;
  readonly spec: LossSpec;
}

/** The losses of the samples, [B]. */
type Losses = (parts: Parts) => Name;

/**
 * Appends the loss to a model: the first output becomes the scalar (shape `[]`) `loss` = Σ_i weights_i · ℓ_i, the only
 * output. New graph inputs, of the output's float type (float32 for 16-bit floats):
 *
 * - `loss/weights` [B]: 1/N for the mean over N samples, 0 for padding;
 * - `loss/targets`: of the output's shape, trailing extents of 1 dropped for crossEntropy and kullbackLeibler.
 *
 * With z the output and t the targets of a sample:
 *
 * - crossEntropy: −Σ t·log softmax z over [C]; t is one-hot (or a distribution).
 * - sequenceCrossEntropy: the same summed over the tokens of [T, C]; rows of zeros are masked.
 * - binaryCrossEntropy: mean over the elements of log(1 + e^z) − z·t, as the cross-entropy of the pair (z, 0): smooth and
 *   without overflow for every z.
 * - meanSquaredError (z − t)², meanAbsoluteError |z − t|, huber (δ = `delta` or 1) ½(z − t)² up to |z − t| = δ, then
 *   δ|z − t| − ½δ²: each the mean over the elements.
 * - kullbackLeibler: Σ t·(log t − log softmax z) with the softmax over the last axis, summed over all.
 *
 * Label smoothing by s makes targets (1 − s)·t + s/C of the last axis' C classes (rows of zeros stay masked), of
 * binaryCrossEntropy (1 − s)·t + s/2. With `fromLogits: false` the output holds probabilities p; with ε = 1e-7:
 *
 * - crossEntropy, sequenceCrossEntropy: −Σ t·log p̂, p̂ = p / Σ p within ε … 1 − ε.
 * - binaryCrossEntropy: mean of −t·log p̂ − (1 − t)·log(1 − p̂), p̂ = p within ε … 1 − ε.
 * - kullbackLeibler: Σ t·(log t − log p̂), p̂ = p within ε … 1.
 *
 * A class of target 0 adds nothing, even where its logit is −∞. Weight decay is no part of the graph: it adds λθ to the
 * gradient and λv to H·v.
 *
 * @throws ProblemError `study-invalid` when the loss does not fit the shape of the output.
 */
export function withLoss(model: Canonical, spec: LossSpec): Canonical {
  const build = new GraphBuilder(foldScales(model));
  const output = model.graph.outputs[0];
  if (!output) throw new Error("The model has no output.");
  const type = build.typeOf(output.name);
  const dtype = type.dtype === "float64" ? "float64" : "float32";
  const shape = shapeFor(spec.name, type);
  const z = build.reshape(build.cast(output.name, dtype), shape);
  const t = smoothed(build, build.input(lossInputs.targets, { dtype, shape }), spec);
  const weights = build.input(lossInputs.weights, { dtype, shape: [shape[0]!] });
  const losses = lossesBy[spec.name]({ build, z, t, spec });
  return build.finish([{ name: "loss", value: build.reduceSum(build.mul(losses, weights), [0], false) }]);
}

const lossesBy: Readonly<Record<LossName, Losses>> = {
  crossEntropy: (parts) => sumOfSample(parts, crossEntropyTerms(parts)),
  sequenceCrossEntropy: (parts) => sumOfSample(parts, crossEntropyTerms(parts)),
  binaryCrossEntropy: (parts) => meanOfSample(parts, binaryTerms(parts)),
  meanSquaredError: (parts) => {
    const difference = parts.build.sub(parts.z, parts.t);
    return meanOfSample(parts, parts.build.mul(difference, difference));
  },
  meanAbsoluteError: (parts) => {
    const { build, z, t } = parts;
    return meanOfSample(parts, build.node("Abs", [build.sub(z, t)]));
  },
  huber: (parts) => meanOfSample(parts, huberTerms(parts)),
  kullbackLeibler: (parts) => {
    const { build, z, t } = parts;
    const { dtype } = build.typeOf(z);
    const isPositive = build.node("Greater", [t, build.scalar(0, dtype)]);
    const logTarget = build.node("Log", [build.where(isPositive, t, build.scalar(1, dtype))]);
    const terms = build.add(build.mul(t, logTarget), crossEntropyTerms(parts));
    return sumOfSample(parts, terms);
  },
};

/** Targets of the loss's own smoothing. */
function smoothed(build: GraphBuilder, t: Name, { name, labelSmoothing: s = 0 }: LossSpec): Name {
  if (s === 0) return t;
  const kept = build.scale(t, 1 - s);
  if (name === "binaryCrossEntropy") return build.shift(kept, s / 2);
  const { shape } = build.typeOf(t);
  const axis = shape.length - 1;
  // A row of zeros is masked and stays so.
  const share = build.scale(build.reduceSum(t, [axis]), s / shape[axis]!);
  return build.add(kept, build.expand(share, shape));
}

/** log p̂ of probabilities: those of a row divided by their sum where the loss normalises them. */
function logProbabilities({ build, z, spec }: Parts): Name {
  const { dtype, shape } = build.typeOf(z);
  const axis = shape.length - 1;
  const divides = spec.name === "crossEntropy" || spec.name === "sequenceCrossEntropy";
  const p = divides ? build.div(z, build.expand(build.reduceSum(z, [axis]), shape)) : z;
  const most = spec.name === "kullbackLeibler" ? 1 : 1 - clippingEpsilon;
  const above = build.node("Max", [p, build.scalar(clippingEpsilon, dtype)]);
  return build.node("Log", [build.node("Min", [above, build.scalar(most, dtype)])]);
}

/** −t·log softmax z over the last axis, or −t·log p̂. */
function crossEntropyTerms(parts: Parts): Name {
  const { build, z, t, spec } = parts;
  const { dtype, shape } = build.typeOf(z);
  const zero = build.scalar(0, dtype);
  const logs =
    spec.fromLogits === false
      ? logProbabilities(parts)
      : build.node("LogSoftmax", [z], { axis: int(shape.length - 1) });
  // A logit of −∞ has a logarithm of −∞, which 0 would make NaN.
  const counted = build.where(build.node("Equal", [t, zero]), zero, logs);
  return build.neg(build.mul(t, counted));
}

function binaryTerms(parts: Parts): Name {
  const { build, z, t, spec } = parts;
  const { dtype, shape } = build.typeOf(z);
  const complement = (x: Name): Name => build.sub(build.scalar(1, dtype), x);
  if (spec.fromLogits === false) {
    const no = { ...parts, z: complement(z), t: complement(t) };
    return build.add(crossEntropyTerms(parts), crossEntropyTerms(no));
  }
  const rank = shape.length;
  const column = (x: Name): Name => build.reshape(x, [...shape, 1]);
  const pads = range(2 * rank + 2).map((k) => (k === 2 * rank + 1 ? 1 : 0));
  const logits = build.pad(column(z), pads);
  const targets = build.concat([column(t), column(complement(t))], rank);
  return build.reduceSum(crossEntropyTerms({ build, z: logits, t: targets, spec }), [rank], false);
}

function huberTerms({ build, z, t, spec }: Parts): Name {
  const delta = spec.delta ?? 1;
  const difference = build.sub(z, t);
  const size = build.node("Abs", [difference]);
  const isSmall = build.node("LessOrEqual", [size, build.scalar(delta, build.typeOf(z).dtype)]);
  const square = build.scale(build.mul(difference, difference), 0.5);
  return build.where(isSmall, square, build.shift(build.scale(size, delta), (-delta * delta) / 2));
}

function sumOfSample({ build }: Parts, terms: Name): Name {
  return build.reduceSum(terms, range(build.typeOf(terms).shape.length).slice(1), false);
}

function meanOfSample(parts: Parts, terms: Name): Name {
  const { shape } = parts.build.typeOf(terms);
  return parts.build.scale(sumOfSample(parts, terms), 1 / sizeOf(shape.slice(1)));
}

/** The output's shape as the loss needs it. */
function shapeFor(loss: LossName, { shape, dtype }: ValueType): readonly number[] {
  const over = { crossEntropy: "classes", kullbackLeibler: "classes", sequenceCrossEntropy: "tokens" } as const;
  const kind = loss in over ? over[loss as keyof typeof over] : "elements";
  const rank = { classes: 2, tokens: 3, elements: 1 }[kind];
  const needed = { classes: "[batch, classes]", tokens: "[batch, tokens, classes]", elements: "[batch, …]" }[kind];
  const kept = [...shape];
  if (kind === "classes") while (kept.length > 2 && kept.at(-1) === 1) kept.pop();
  const fits = loss === "kullbackLeibler" || kind === "elements" ? kept.length >= rank : kept.length === rank;
  if (isFloating(dtype) && fits) return kept;
  throw new ProblemError({
    reason: "study-invalid",
    title: "The loss does not fit the model",
    message: `The loss ${loss} needs an output of real numbers of the shape ${needed}, but the model's output is ${dtype} [${shape.join(", ")}].`,
    advice: "Choose another loss in the study.",
    facts: [loss, `output [${shape.join(", ")}]`],
  });
}

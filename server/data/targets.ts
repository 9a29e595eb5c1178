import type { LossName } from "../protocol/study";
import { sizeOf } from "../graph/tensor";
import type { LabelledData, Samples } from "./dataset";
import { numberReader } from "./elements";
import { readLabels } from "./labels";
import { labelsMismatch } from "./problems";

const tokenAdvice = "Save one class for every token; negative classes are left out of the loss.";

/** What the outputs for all samples of a file are compared with. */
export interface Labels {
  /** A number for each sample; samples with the same one belong to the same stratum. */
  readonly strata: Int32Array;
  /** The labels of the chosen samples. */
  pick(selected: Uint32Array): Pick<Samples, "y" | "targets">;
}

/**
 * The labels of a file, read as the loss needs them: classes of samples, classes of tokens, or numbers. All of them are
 * looked at, chosen or not.
 * @param classes number of the model's outputs, or null when it is unknown
 * @param model how to call the model in messages
 * @throws ProblemError `labels-mismatch`
 */
export function readTargets(data: LabelledData, loss: LossName, classes: number | null, model: string): Labels {
  switch (loss) {
    case "crossEntropy": {
      const labels = readLabels(data, classes, model);
      return { strata: labels, pick: (selected) => ({ y: Int32Array.from(selected, (index) => labels[index]!) }) };
    }
    case "sequenceCrossEntropy":
      return readTokens(data, classes, model);
    default:
      return readValues(data, loss);
  }
}

/** Whole numbers [N, T]; negative ones are masked. */
function readTokens(data: LabelledData, classes: number | null, model: string): Labels {
  const { path, y, names } = data;
  requireSamples(data);
  if (y.shape.length !== 2) {
    const found = `has labels ${names.y} of shape [${y.shape.join(", ")}] where [samples, tokens] was expected`;
    throw labelsMismatch(path, found, tokenAdvice);
  }
  const tokens = y.shape[1]!;
  const at = numberReader(y);
  const all = Int32Array.from({ length: y.data.length }, (_, i) => {
    const label = at(i);
    if ((label | 0) === label) return label;
    const why = Number.isInteger(label) ? "too large for a class" : "not a whole number";
    throw labelsMismatch(path, `has the label ${label} ${placeOf(i, tokens, names.y)}, which is ${why}`, tokenAdvice);
  });
  const large = classes === null ? -1 : all.findIndex((label) => label >= classes);
  if (large >= 0) {
    const found = `has the label ${all[large]} ${placeOf(large, tokens, names.y)}, but ${model} tells ${classes} classes apart`;
    throw labelsMismatch(path, found, "Choose data for this model, or number the classes from 0.");
  }
  if (all.every((label) => label < 0)) {
    throw labelsMismatch(path, `has no token in ${names.y} that is not masked`, tokenAdvice);
  }
  return {
    strata: new Int32Array(y.shape[0]!),
    pick: (selected) => {
      const picked = new Int32Array(selected.length * tokens);
      selected.forEach((index, i) => picked.set(all.subarray(index * tokens, (index + 1) * tokens), i * tokens));
      return { y: picked };
    },
  };
}

/** Numbers [N, …]. */
function readValues(data: LabelledData, loss: LossName): Labels {
  const { path, y, names } = data;
  requireSamples(data);
  const shape = y.shape.slice(1);
  const size = sizeOf(shape);
  const at = numberReader(y);
  const bounded = loss === "binaryCrossEntropy" || loss === "kullbackLeibler";
  const all = Float32Array.from({ length: y.data.length }, (_, i) => at(i));
  all.forEach((value, i) => {
    const place = placeOf(i, size, names.y);
    if (!Number.isFinite(value)) {
      const found = `has the target ${at(i)} ${place}, which is no finite number in single precision`;
      throw labelsMismatch(path, found, "Leave out samples without a target, or scale the targets.");
    }
    if (bounded && (value < 0 || value > 1)) {
      const found = `has the target ${value} ${place}, but targets of ${loss} lie in 0 … 1`;
      throw labelsMismatch(path, found, "Save probabilities, or choose another loss.");
    }
  });
  return {
    strata: new Int32Array(y.shape[0]!),
    pick: (selected) => {
      const values = new Float32Array(selected.length * size);
      selected.forEach((index, i) => values.set(all.subarray(index * size, (index + 1) * size), i * size));
      return {
        y: new Int32Array(0),
        targets: { dtype: "float32", shape: [selected.length, ...shape], data: values },
      };
    },
  };
}

/** Where an element of `size` per sample lies, in words. */
function placeOf(element: number, size: number, name: string): string {
  return `at sample ${Math.floor(element / size)} of ${name}`;
}

function requireSamples({ path, x, y, names }: LabelledData): void {
  if (x.shape[0] === y.shape[0]) return;
  const facts = [`${names.x} [${x.shape.join(", ")}]`, `${names.y} [${y.shape.join(", ")}]`];
  const advice = "Choose labels and samples that belong together.";
  throw labelsMismatch(path, `has ${x.shape[0] ?? 0} samples but ${y.shape[0] ?? 0} labels`, advice, facts);
}

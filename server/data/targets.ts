import type { LossName } from "../protocol/study";
import { sizeOf } from "../graph/tensor";
import type { LabelledData, Samples } from "./dataset";
import { numberReader } from "./elements";
import { readLabels } from "./labels";
import { labelsMismatch } from "./problems";

/** What the outputs for all samples of a file are compared with. */
export interface Labels {
  /** A number for each sample; samples with the same one belong to the same stratum. */
  readonly strata: Int32Array;
  /** The labels of the chosen samples. */
  pick(selected: Uint32Array): Pick<Samples, "y" | "targets">;
}

/**
 * The labels of a file, read as the loss needs them: classes of samples, classes of tokens, or numbers.
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
      return readTokens(data);
    default:
      return readValues(data, loss);
  }
}

/** Whole numbers [N, T]; negative ones are masked. */
function readTokens(data: LabelledData): Labels {
  const { path, y, names } = data;
  requireSamples(data);
  if (y.shape.length !== 2) {
    const found = `has labels ${names.y} of shape [${y.shape.join(", ")}] where [samples, tokens] was expected`;
    throw labelsMismatch(path, found, "Save one class for every token; negative classes are left out of the loss.");
  }
  const tokens = y.shape[1]!;
  const at = numberReader(y);
  return {
    strata: new Int32Array(y.shape[0]!),
    pick: (selected) => {
      const classes = new Int32Array(selected.length * tokens);
      selected.forEach((index, i) => {
        for (let j = 0; j < tokens; j++) classes[i * tokens + j] = at(index * tokens + j);
      });
      return { y: classes };
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
  return {
    strata: new Int32Array(y.shape[0]!),
    pick: (selected) => {
      const values = new Float32Array(selected.length * size);
      selected.forEach((index, i) => {
        for (let j = 0; j < size; j++) {
          const value = at(index * size + j);
          if (bounded && !(value >= 0 && value <= 1)) {
            const found = `has the target ${value} at sample ${index} of ${names.y}, but targets of ${loss} lie in 0 … 1`;
            throw labelsMismatch(path, found, "Save probabilities, or choose another loss.");
          }
          values[i * size + j] = value;
        }
      });
      return {
        y: new Int32Array(0),
        targets: { dtype: "float32", shape: [selected.length, ...shape], data: values },
      };
    },
  };
}

function requireSamples({ path, x, y, names }: LabelledData): void {
  if (x.shape[0] === y.shape[0]) return;
  const facts = [`${names.x} [${x.shape.join(", ")}]`, `${names.y} [${y.shape.join(", ")}]`];
  const advice = "Choose labels and samples that belong together.";
  throw labelsMismatch(path, `has ${x.shape[0] ?? 0} samples but ${y.shape[0] ?? 0} labels`, advice, facts);
}

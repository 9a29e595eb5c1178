import { numberReader } from "./elements";
import type { LabelledData } from "./dataset";
import { labelsMismatch } from "./problems";

const labelAdvice =
  'Save one whole number per sample, 0 for the first class, or one-hot rows; other targets need another "loss", such as "meanSquaredError" or, for probabilities, "kullbackLeibler".';

/**
 * The class of every sample of the file.
 * @param data labels as integers [N] or [N, 1] of any type (floats when whole), or one-hot [N, C]
 * @param classes number of the model's outputs, or null when it is unknown
 * @param model how to call the model in messages
 * @throws ProblemError `labels-mismatch`
 */
export function readLabels(data: LabelledData, classes: number | null, model: string): Int32Array {
  const { path, x, y, names } = data;
  const samples = x.shape[0] ?? 0;
  const count = y.shape[0] ?? 0;
  const facts = [`${names.x} [${x.shape.join(", ")}]`, `${names.y} [${y.shape.join(", ")}]`];
  if (count !== samples) {
    const advice = "Choose labels and samples that belong together.";
    throw labelsMismatch(path, `has ${samples} samples but ${count} labels`, advice, facts);
  }
  if (y.shape.length > 2 || (samples > 0 && y.data.length === 0)) {
    throw labelsMismatch(
      path,
      `has labels of shape [${y.shape.join(", ")}], where a class of every sample was expected`,
      labelAdvice,
      facts,
    );
  }
  const columns = y.shape[1] ?? 1;
  const labels = columns > 1 ? fromOneHot(data, samples, columns) : fromNumbers(data, samples);
  const [low, high] = columns > 1 ? [0, columns - 1] : rangeOf(labels);
  if (low < 0) throw labelsMismatch(path, `has the negative label ${low}`, labelAdvice);
  if (classes !== null && high >= classes) {
    const range = low === high ? `the label ${low} only` : `labels ${low}–${high}`;
    const outputs = classes === 1 ? "1 output" : `${classes} outputs`;
    const found = `has ${range} but ${model} has ${outputs}`;
    throw labelsMismatch(path, found, adviceFor(low, high, classes), [range, outputs]);
  }
  return labels;
}

function adviceFor(low: number, high: number, classes: number): string {
  if (classes === 1)
    return 'A model with one output needs another loss: set "loss" to "binaryCrossEntropy" for labels 0 and 1.';
  if (low > 0 && high - low < classes) {
    return `If the first class has the label ${low} in the file, set "preprocess": { "labels": { "offset": ${low} } } in the study; else choose data for this model.`;
  }
  return 'Choose data for this model, or give the labels in the order of its outputs as "order" of "preprocess.labels".';
}

function fromNumbers({ path, y, names }: LabelledData, samples: number): Int32Array {
  const at = numberReader(y);
  const labels = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    const value = at(i);
    labels[i] = value;
    if (labels[i] !== value) {
      const why = Number.isInteger(value) ? "too large for a class" : "not a whole number";
      throw labelsMismatch(path, `has the label ${value} at sample ${i} of ${names.y}, which is ${why}`, labelAdvice);
    }
  }
  return labels;
}

function fromOneHot({ path, y, names }: LabelledData, samples: number, columns: number): Int32Array {
  const at = numberReader(y);
  const labels = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    let ones = 0;
    let zeros = 0;
    for (let j = 0; j < columns; j++) {
      const value = at(i * columns + j);
      if (value === 0) zeros += 1;
      if (value !== 1) continue;
      ones += 1;
      labels[i] = j;
    }
    if (ones !== 1 || zeros !== columns - 1) {
      const found = `has labels in ${names.y} that are not one-hot: row ${i} is not a single 1 among zeros`;
      throw labelsMismatch(path, found, labelAdvice);
    }
  }
  return labels;
}

/** Smallest and largest label; [0, −1] when there is none. */
function rangeOf(labels: Int32Array): readonly [number, number] {
  if (labels.length === 0) return [0, -1];
  let low = Infinity;
  let high = -Infinity;
  for (const label of labels) {
    low = Math.min(low, label);
    high = Math.max(high, label);
  }
  return [low, high];
}

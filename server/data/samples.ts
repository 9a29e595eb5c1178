import { basename } from "node:path";
import { ProblemError } from "../protocol/problem";
import type { DataSelection, LossName, Preprocess } from "../protocol/study";
import { sizeOf } from "../graph/tensor";
import type { LabelledData, Samples } from "./dataset";
import { numberReader } from "./elements";
import { fitShape, times } from "./fit";
import type { Fit } from "./fit";
import { mismatch } from "./problems";
import { selectSamples } from "./select";
import { readTargets } from "./targets";

const identity: Preprocess = { scale: 1, mean: [], std: [] };

/**
 * Selects, converts and preprocesses the samples of a study: x ← (x · scale − mean) / std in float64, rounded to
 * float32, in the model's layout. Only the selected samples are converted.
 *
 * @param inputShape the model's input without its batch axis; null for unknown dimensions
 * @param classes number of the model's outputs, or null when it is unknown
 * @param model how to call the model in messages, e.g. `resnet.onnx`
 * @param loss what the labels are for
 * @throws ProblemError `data-mismatch` (shapes), `labels-mismatch`, `study-invalid` (preprocessing that does not suit
 *   the channels)
 */
export function prepareSamples(
  data: LabelledData,
  selection: DataSelection,
  preprocess: Preprocess | undefined,
  inputShape: readonly (number | null)[],
  classes: number | null,
  model = "the model",
  loss: LossName = "crossEntropy",
): Samples {
  const [available = 0, ...sampleShape] = data.x.shape;
  if (available === 0) {
    throw mismatch(data.path, "There are no samples", "holds no samples", "Choose a file with labelled samples.");
  }
  const fit = fitShape(sampleShape, inputShape);
  if (!fit) {
    throw mismatch(
      data.path,
      "The data do not fit the model",
      `holds samples of ${times(sampleShape)} but ${model} wants ${times(inputShape)}`,
      "Choose the data that the model was trained on, or save them in the shape that it wants.",
      [`${data.names.x} [${data.x.shape.join(", ")}]`, `input [N, ${inputShape.map((d) => d ?? "?").join(", ")}]`],
    );
  }
  const labels = readTargets(data, loss, classes, model);
  const selected = selectSamples(labels.strata, selection);
  const chosen = preprocess ?? identity;
  return {
    x: {
      dtype: "float32",
      shape: [selected.length, ...fit.shape],
      data: convert(data, selected, fit, affineOf(chosen, fit.shape, data.path)),
    },
    ...labels.pick(selected),
    available,
    preprocessing: [fit.words, ...describe(chosen)].filter(Boolean).join("; "),
  };
}

/** Mean and standard deviation for every element of a sample; absent when they are 0 and 1 throughout. */
interface Affine {
  readonly scale: number;
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

function affineOf({ scale, mean, std }: Preprocess, shape: readonly number[], path: string): Affine | undefined {
  const trivial = scale === 1 && mean.every((value) => value === 0) && std.every((value) => value === 1);
  return trivial ? undefined : { scale, mean: spread(mean, 0, shape, path), std: spread(std, 1, shape, path) };
}

/**
 * One value for every element of a sample: none given, one for all, or one for each channel. The channel axis is the
 * first whose extent is the number of values, or the last.
 */
function spread(values: readonly number[], none: number, shape: readonly number[], path: string): Float64Array {
  const size = sizeOf(shape);
  if (values.length <= 1) return new Float64Array(size).fill(values[0] ?? none);
  const first = shape[0] === values.length;
  if (!first && shape.at(-1) !== values.length) {
    throw new ProblemError({
      reason: "study-invalid",
      title: "The preprocessing does not fit the data",
      message: `The study gives ${values.length} values of mean or std, but the samples of ${basename(path)} are ${times(shape)}.`,
      advice: 'Give "mean" and "std" of "preprocess" one value for each channel, one for all, or none.',
      file: path,
      facts: [`${values.length} values`, times(shape)],
    });
  }
  const inner = first ? size / values.length : 1;
  return Float64Array.from({ length: size }, (_, i) => values[Math.floor(i / inner) % values.length]!);
}

function convert(data: LabelledData, selected: Uint32Array, fit: Fit, affine: Affine | undefined): Float32Array {
  const { order } = fit;
  const size = sizeOf(fit.shape);
  const result = new Float32Array(selected.length * size);
  const source = data.x.data;
  if (!order && !affine && source instanceof Float32Array) {
    selected.forEach((index, i) => result.set(source.subarray(index * size, (index + 1) * size), i * size));
    return result;
  }
  const at = numberReader(data.x);
  selected.forEach((index, i) => {
    for (let j = 0; j < size; j++) {
      const value = at(index * size + (order ? order[j]! : j));
      result[i * size + j] = affine ? (value * affine.scale - affine.mean[j]!) / affine.std[j]! : value;
    }
  });
  return result;
}

function describe({ scale, mean, std }: Preprocess): readonly string[] {
  const factor = Number.isInteger(1 / scale) ? `1/${1 / scale}` : `${scale}`;
  return [
    scale === 1 ? "" : `multiplied by ${factor}`,
    mean.some((value) => value !== 0) ? `mean ${mean.join(", ")} subtracted` : "",
    std.some((value) => value !== 1) ? `divided by the standard deviation ${std.join(", ")}` : "",
  ];
}

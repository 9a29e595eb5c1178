import { basename } from "node:path";
import { tooLarge } from "../files/faults";
import { ProblemError } from "../protocol/problem";
import type { DataSelection, Layout, LossName, Preprocess } from "../protocol/study";
import { sizeOf, type Tensor } from "../graph/tensor";
import { byteValues, mayStayBytes, runOf } from "./bytes";
import type { LabelledData, Samples } from "./dataset";
import { numberReader } from "./elements";
import { fitShape, times } from "./fit";
import type { Fit } from "./fit";
import { misfit } from "./misfit";
import { canConvert, inColor, pictureAxes, pictureOf, type PictureAxes } from "./picture";
import { mismatch } from "./problems";
import { describeLabels, relabelled } from "./relabel";
import { resized } from "./resize";
import { selectSamples } from "./select";
import { readTargets } from "./targets";

const identity: Preprocess = { scale: 1, mean: [], std: [] };

/**
 * Selects, reads and preprocesses the samples of a study: pictures are converted in colour and resized; then
 * x ← (x · scale − mean) / std in float64, rounded to float32, in the model's layout. Only the selected samples are read.
 *
 * @param inputShape the model's input without its batch axis; null for unknown dimensions
 * @param classes number of the model's outputs, or null when it is unknown
 * @param model how to call the model in messages, e.g. `resnet.onnx`
 * @param loss what the labels are for
 * @param asBytes whether samples stay the bytes of their file where `mayStayBytes` approves; the same to the last bit
 * @throws ProblemError `data-mismatch` (shapes), `labels-mismatch`, `study-invalid` (preprocessing that does not suit
 *   the channels), `too-large` (more samples than fit into memory), and what reading the file throws
 */
export async function prepareSamples(
  data: LabelledData,
  selection: DataSelection,
  preprocess: Preprocess | undefined,
  inputShape: readonly (number | null)[],
  classes: number | null,
  model = "the model",
  loss: LossName = "crossEntropy",
  asBytes = false,
): Promise<Samples> {
  const [available = 0] = data.x.shape;
  if (available === 0 || sizeOf(data.x.shape) === 0) {
    throw mismatch(data.path, "There are no samples", "holds no samples", "Choose a file with labelled samples.");
  }
  const chosen = preprocess ?? identity;
  const shaping = shapingOf(data, selection.layout, chosen);
  const fit = fitShape(shaping.shape, inputShape, shaping.layout);
  if (!fit) throw misfit(data, shaping.shape, inputShape, model, chosen);
  const affine = affineOf(chosen, fit.shape, data.path);
  const labels = readTargets(relabelled(data, chosen.labels), loss, classes, model);
  const selected = selectSamples(labels.strata, selection);
  const shape = [selected.length, ...fit.shape];
  const staysBytes = asBytes && mayStayBytes(data, chosen);
  return {
    ...(staysBytes
      ? {
          x: { dtype: "uint8", shape, data: await gather(data, selected, fit) },
          byteValues: byteValues(chosen, fit.shape),
        }
      : { x: { dtype: "float32", shape, data: await convert(data, selected, shaping, fit, affine) } }),
    ...labels.pick(selected),
    available,
    preprocessing: [...shaping.words, fit.words, ...describe(chosen), describeLabels(data, chosen.labels)]
      .filter(Boolean)
      .join("; "),
  };
}

/**
 * Looks at the labels alone.
 * @throws ProblemError `labels-mismatch` when they do not suit the model
 */
export function checkLabels(
  data: LabelledData,
  preprocess: Preprocess,
  classes: number | null,
  model: string,
  loss: LossName,
): void {
  readTargets(relabelled(data, preprocess.labels), loss, classes, model);
}

/** What becomes of a sample before its elements are put into the model's order. */
interface Shaping {
  readonly shape: readonly number[];
  readonly layout: Layout | undefined;
  /** Present when samples are treated as pictures. */
  readonly picture?: {
    readonly axes: (sample: readonly number[]) => PictureAxes;
    readonly color: Preprocess["color"];
    readonly size: readonly [number, number];
    readonly resize: boolean;
  };
  readonly words: readonly string[];
}

function shapingOf({ path, x, pictures }: LabelledData, layout: Layout | undefined, chosen: Preprocess): Shaping {
  const sample = x.shape.slice(1);
  const { resize, color } = chosen;
  const known = pictures ? "NHWC" : layout;
  if (resize === undefined && color === undefined && !pictures) return { shape: sample, layout: known, words: [] };
  const axes = (shape: readonly number[]): PictureAxes => {
    const found = pictureAxes(shape, known);
    if (found === undefined || found === "ambiguous") throw noPicture(path, shape, found === "ambiguous");
    if (color !== undefined && !canConvert(found.channels)) throw noPicture(path, shape, false);
    return found;
  };
  const { height, width, channels } = axes(sample);
  const size = resize ?? [height, width];
  const wanted = color === undefined ? channels : color === "grey" ? 1 : 3;
  const shrinks = size[0] < height || size[1] < width;
  return {
    shape: [...size, wanted],
    layout: "NHWC",
    picture: { axes, color, size, resize: resize !== undefined },
    words: [
      color === undefined || (channels === wanted && !pictures)
        ? ""
        : color === "grey"
          ? "converted to grey"
          : "converted to RGB",
      resize === undefined || (size[0] === height && size[1] === width && !pictures)
        ? ""
        : `resized ${pictures ? "" : `from ${height}×${width} `}to ${size[0]}×${size[1]} (bilinear${shrinks || pictures ? ", antialiased" : ""})`,
    ],
  };
}

function noPicture(path: string, shape: readonly number[], ambiguous: boolean): Error {
  const found = `holds samples of ${times(shape)}, which cannot be resized or converted in colour`;
  return ambiguous
    ? mismatch(
        path,
        "It is unclear where the channels are",
        `${found} unless it is known which axis has the channels`,
        'Set "layout" of "data" in the study to "NHWC" (channels last) or "NCHW" (channels first).',
      )
    : mismatch(
        path,
        "The samples are no pictures",
        `${found}: height × width with 1, 3 or 4 channels was expected`,
        'Remove "resize" and "color" from "preprocess".',
      );
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
  const inner = runOf(values.length, shape);
  return Float64Array.from({ length: size }, (_, i) => values[Math.floor(i / inner) % values.length]!);
}

async function convert(
  data: LabelledData,
  selected: Uint32Array,
  shaping: Shaping,
  fit: Fit,
  affine: Affine | undefined,
): Promise<Float32Array> {
  const size = sizeOf(fit.shape);
  const result = allocate(data.path, selected.length, size, Float32Array);
  const { order } = fit;
  let i = 0;
  for await (const sample of data.samples(selected)) {
    const to = i * size;
    if (!order && !affine && !shaping.picture && sample.data instanceof Float32Array) {
      result.set(sample.data, to);
    } else {
      const at = shaping.picture ? pictureReader(data, selected[i]!, sample, shaping) : numberReader(sample);
      for (let j = 0; j < size; j++) {
        const value = at(order ? order[j]! : j);
        result[to + j] = affine ? (value * affine.scale - affine.mean[j]!) / affine.std[j]! : value;
      }
    }
    i += 1;
  }
  return result;
}

/** The samples' bytes in the model's order. */
async function gather(data: LabelledData, selected: Uint32Array, { order, shape }: Fit): Promise<Uint8Array> {
  const size = sizeOf(shape);
  const result = allocate(data.path, selected.length, size, Uint8Array);
  let to = 0;
  for await (const sample of data.samples(selected)) {
    const bytes = sample.data as Uint8Array;
    if (order) for (let j = 0; j < size; j++) result[to + j] = bytes[order[j]!]!;
    else result.set(bytes, to);
    to += size;
  }
  return result;
}

function pictureReader(
  data: LabelledData,
  index: number,
  sample: Tensor,
  { picture, shape }: Shaping,
): (index: number) => number {
  const { axes, color, size, resize } = picture!;
  const own = pictureOf(sample, axes(sample.shape));
  const coloured = color === undefined ? own : inColor(own, color);
  const { height, width, channels, values } = resize ? resized(coloured, size) : coloured;
  if (height === size[0] && width === size[1] && channels === shape[2] && sample.dtype === data.x.dtype) {
    return (element) => values[element]!;
  }
  const first = data.x.shape.slice(1);
  const isSize = height !== size[0] || width !== size[1];
  throw mismatch(
    data.path,
    "The pictures differ",
    `has a picture (number ${index}) of ${times(sample.shape)} in ${sample.dtype}, but the first is ${times(first)} in ${data.x.dtype}`,
    isSize
      ? `Set "resize" of "preprocess" to the size that the model takes, e.g. "resize": [${size[0]}, ${size[1]}].`
      : channels !== shape[2]
        ? 'Set "color" of "preprocess" to "grey" or "rgb".'
        : "Save all pictures with the same number of bits.",
  );
}

function allocate<T extends Float32Array | Uint8Array>(
  path: string,
  samples: number,
  size: number,
  Numbers: { new (length: number): T; readonly BYTES_PER_ELEMENT: number },
): T {
  try {
    if (samples * size <= 2 ** 31) return new Numbers(samples * size);
  } catch {
    // Reported like what is beyond any machine's memory.
  }
  const bytes = ((samples * size * Numbers.BYTES_PER_ELEMENT) / 2 ** 30).toFixed(1);
  const advice = 'Use fewer samples ("samples" of "data"), or smaller ones ("resize" of "preprocess").';
  throw tooLarge(path, `needs ${bytes} GiB of memory for ${samples} samples of ${size} numbers`, advice);
}

function describe({ scale, mean, std }: Preprocess): readonly string[] {
  const factor = Number.isInteger(1 / scale) ? `1/${1 / scale}` : `${scale}`;
  return [
    scale === 1 ? "" : `multiplied by ${factor}`,
    mean.some((value) => value !== 0) ? `mean ${mean.join(", ")} subtracted` : "",
    std.some((value) => value !== 1) ? `divided by the standard deviation ${std.join(", ")}` : "",
  ];
}

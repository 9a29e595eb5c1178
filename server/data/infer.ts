import { isFloating } from "../graph/elements";
import type { InputUse } from "../graph/inputUse";
import { sizeOf, type DataType } from "../graph/tensor";
import type { Preprocess } from "../protocol/study";
import type { LabelledData } from "./dataset";
import { numberReader } from "./elements";
import { colorFor } from "./misfit";

/** What a model says of the samples that it takes. */
export interface ModelInput {
  /** Without the batch axis; null for unknown dimensions. */
  readonly shape: readonly (number | null)[];
  readonly dtype: DataType;
  readonly use: InputUse;
}

/** What is done to samples when the study does not say. */
export interface Inferred {
  readonly preprocess: Preprocess;
  /** What was inferred and why, as sentences. */
  readonly notices: readonly string[];
}

/** Values of so many samples are looked at. */
const looked = 32;
/** Whole numbers that are not of a type of bytes are taken for pixels from so many per sample, and from so large on. */
const fewestPixels = 64;
const brightest = 128;
/**
 * A model that stretches its input by less than this takes bytes: 1/255 of a rescaling and 1/60 of a normalisation are
 * well below, 1 of a rescaling of 0…1 and 4 of its normalisation well above.
 */
const steepestOfBytes = 0.1;
/** Means and deviations of channels beyond this are those of bytes. */
const largestOfUnit = 2;

/**
 * The usual preprocessing for samples, told by their type and values and by what the model does first:
 * bytes (by type, or whole numbers 0…255 of pictures) are scaled to 0…1, unless the model scales them itself or the
 * study's own mean and deviation are those of bytes; 16-bit pictures alike; all else, indices above all, is taken as it
 * is. Decoded pictures get as many channels as the model takes.
 * @param given what the study says; what it fixes is not inferred
 * @throws ProblemError as reading the samples does
 */
export async function inferPreprocess(
  data: LabelledData,
  model: ModelInput,
  given: Partial<Preprocess> = {},
): Promise<Inferred> {
  const color = data.pictures && given.color === undefined ? colorFor(model.shape) : undefined;
  const { scale, notice } =
    given.scale === undefined ? scaleFor(data, await valuesOf(data), model, given) : { scale: 1, notice: "" };
  return {
    preprocess: { scale, mean: [], std: [], ...(color === undefined ? {} : { color }) },
    notices: notice === "" ? [] : [notice],
  };
}

interface Values {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
}

async function valuesOf(data: LabelledData): Promise<Values> {
  const indices = Uint32Array.from({ length: Math.min(looked, data.x.shape[0] ?? 0) }, (_, i) => i);
  let [low, high, whole] = [Infinity, -Infinity, true];
  for await (const sample of data.samples(indices)) {
    const at = numberReader(sample);
    for (let i = 0; i < sample.data.length; i++) {
      const value = at(i);
      if (value < low) low = value;
      if (value > high) high = value;
      whole &&= Number.isInteger(value);
    }
  }
  return { low, high, whole };
}

interface Scaling {
  readonly scale: number;
  readonly notice: string;
}

function scaleFor(data: LabelledData, values: Values, model: ModelInput, given: Partial<Preprocess>): Scaling {
  const { dtype, shape } = data.x;
  const asIs = (notice = ""): Scaling => ({ scale: 1, notice });
  if (model.use.indices || !isFloating(model.dtype)) return asIs();
  const { slope, centre = 0 } = model.use;
  const isFlat = slope !== undefined && slope < steepestOfBytes;
  const selfScaling = isFlat || centre > largestOfUnit;
  const itself = isFlat
    ? `scales its input itself (by about ${short(slope)})`
    : `centres its input itself (at about ${short(centre)})`;
  const isDeep = data.pictures === true && dtype === "uint16";
  const pixels =
    values.whole &&
    values.low >= 0 &&
    values.high <= 255 &&
    values.high >= brightest &&
    sizeOf(shape.slice(1)) >= fewestPixels;
  if (dtype !== "uint8" && !isDeep && !pixels) {
    if (!selfScaling || values.high > largestOfUnit) return asIs();
    return asIs(
      `The model ${itself}, as for bytes, but the samples lie in ${range(values)}: ` +
        'if they were divided by 255 when they were saved, set "scale" of "preprocess" to 255.',
    );
  }
  const what = dtype === "uint8" ? "bytes" : isDeep ? "16-bit pictures" : `whole numbers in ${range(values)}`;
  const full = isDeep ? 65535 : 255;
  if (values.high <= 1) return asIs(`The samples are ${what} of 0 and 1 and are taken as they are.`);
  if ([...(given.mean ?? []), ...(given.std ?? [])].some((value) => Math.abs(value) > largestOfUnit)) {
    return asIs(
      `The samples are ${what} and are not scaled, because the study's mean and std are those of such values.`,
    );
  }
  if (selfScaling) {
    return asIs(
      `The samples are ${what} and are taken as they are, because the model ${itself}; ` +
        `if it was trained on samples divided by ${full}, set "scale" of "preprocess" to ${1 / full}.`,
    );
  }
  const despite =
    slope === undefined ? "" : ` (the model's own scaling, by about ${short(slope)}, is for small values)`;
  return {
    scale: 1 / full,
    notice: `The samples are ${what}: they are multiplied by 1/${full}${despite}, which "scale" of "preprocess" may change.`,
  };
}

function range({ low, high }: Values): string {
  return `${short(low)} … ${short(high)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

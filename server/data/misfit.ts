import type { Preprocess } from "../protocol/study";
import type { LabelledData } from "./dataset";
import { times } from "./fit";
import { pictureAxes, type PictureAxes } from "./picture";
import { mismatch } from "./problems";

type InputShape = readonly (number | null)[];

/**
 * The problem of samples that do not fit a model's input, with the fields of the study that would make them fit.
 * @param sample shape of a sample after what the study asks for already
 */
export function misfit(
  { path, x, names }: LabelledData,
  sample: readonly number[],
  input: InputShape,
  model: string,
  asked: Pick<Preprocess, "resize" | "color">,
): Error {
  const changed =
    asked.resize !== undefined || asked.color !== undefined ? ` (after "preprocess": ${times(sample)})` : "";
  return mismatch(
    path,
    "The data do not fit the model",
    `holds samples of ${times(x.shape.slice(1))}${changed} but ${model} wants ${times(input)}`,
    adviceFor(sample, input, asked) ??
      "Choose the data that the model was trained on, or save them in the shape that it wants.",
    [`${names.x} [${x.shape.join(", ")}]`, `input [N, ${input.map((d) => d ?? "?").join(", ")}]`],
  );
}

function adviceFor(
  sample: readonly number[],
  input: InputShape,
  asked: Pick<Preprocess, "resize" | "color">,
): string | undefined {
  const wanted = inputPicture(input);
  if (wanted === undefined) return undefined;
  const { height, width, channels } = wanted;
  if (sample.length === 1 && sample[0] === Number(height) * Number(width) * Number(channels)) {
    return 'Say how the numbers of a picture follow each other: set "layout" of "data" to "NCHW" (one channel after the other) or "NHWC" (the channels of a pixel together).';
  }
  const found = pictureAxes(sample);
  if (found === "ambiguous") {
    return 'Say where the channels of the pictures are: set "layout" of "data" to "NHWC" (last) or "NCHW" (first).';
  }
  if (found === undefined) return undefined;
  const fields = [resizing(found, wanted), colouring(found, wanted)].filter((field) => field !== "");
  if (fields.length === 0 || asked.resize !== undefined) return undefined;
  return `If the pictures are what the model was trained on but for that, set "preprocess": { ${fields.join(", ")} } in the study; else choose other data.`;
}

interface InputPicture {
  readonly height: number | null;
  readonly width: number | null;
  readonly channels: number | null;
}

function inputPicture(input: InputShape): InputPicture | undefined {
  const [first = null, second = null, third = null] = input;
  if (input.length === 2) return { height: first, width: second, channels: 1 };
  if (input.length !== 3) return undefined;
  const axes = pictureAxes(input.map((extent) => extent ?? 0));
  if (axes === undefined || axes === "ambiguous") return undefined;
  return axes.channelsFirst
    ? { channels: first, height: second, width: third }
    : { height: first, width: second, channels: third };
}

function resizing(found: PictureAxes, { height, width }: InputPicture): string {
  const fits = (height ?? found.height) === found.height && (width ?? found.width) === found.width;
  return fits ? "" : `"resize": [${height ?? found.height}, ${width ?? found.width}]`;
}

function colouring(found: PictureAxes, { channels }: InputPicture): string {
  if (channels === null || channels === found.channels || (channels !== 1 && channels !== 3)) return "";
  return `"color": "${channels === 1 ? "grey" : "rgb"}"`;
}

/** The colour mode that pictures need for a model, told by the channels of its input; undefined when it cannot be told. */
export function colorFor(input: InputShape): "grey" | "rgb" | undefined {
  const channels = inputPicture(input)?.channels;
  return channels === 1 ? "grey" : channels === 3 ? "rgb" : undefined;
}

import { sizeOf, type DataType, type Tensor } from "../graph/tensor";
import type { Layout } from "../protocol/study";
import { numberReader } from "./elements";

/** Where height, width and channels of a picture are among the axes of a sample. */
export interface PictureAxes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Whether the channels are the first axis; otherwise they are the last one, or there is no axis of them. */
  readonly channelsFirst: boolean;
}

/** A picture as numbers, row by row from the top, the channels of a pixel together. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float64Array;
  /** Whether the values are bytes, which grey is rounded to again. */
  readonly bytes: boolean;
}

/** Numbers of channels by which the axis of channels is known: grey, RGB, RGBA. */
const usualChannels: ReadonlySet<number> = new Set([1, 3, 4]);

/**
 * How a sample is a picture: [height, width], or with channels last or first.
 * @param layout where the channels are; when absent it is told by their number, 1, 3 or 4.
 * @returns "ambiguous" when it cannot be told where the channels are, undefined when the shape is that of no picture.
 */
export function pictureAxes(shape: readonly number[], layout?: Layout): PictureAxes | "ambiguous" | undefined {
  const [first, second, third] = shape;
  if (shape.length === 2) return { height: first!, width: second!, channels: 1, channelsFirst: false };
  if (shape.length !== 3) return undefined;
  const mayBeFirst = layout === undefined ? usualChannels.has(first!) : layout === "NCHW";
  const mayBeLast = layout === undefined ? usualChannels.has(third!) : layout === "NHWC";
  if (mayBeFirst === mayBeLast) return "ambiguous";
  return mayBeFirst
    ? { channels: first!, height: second!, width: third!, channelsFirst: true }
    : { height: first!, width: second!, channels: third!, channelsFirst: false };
}

/** A sample whose axes are known as a picture. */
export function pictureOf(sample: Tensor, { height, width, channels, channelsFirst }: PictureAxes): Picture {
  const at = numberReader(sample);
  const values = new Float64Array(sizeOf(sample.shape));
  const pixels = height * width;
  for (let i = 0; i < values.length; i++) {
    const from = channelsFirst ? (i % channels) * pixels + Math.floor(i / channels) : i;
    values[i] = at(from);
  }
  return { height, width, channels, values, bytes: sample.dtype === "uint8" };
}

/** Whether pictures of so many channels can be made grey or coloured. */
export function canConvert(channels: number): boolean {
  return usualChannels.has(channels);
}

/**
 * A picture in another colour mode; of four channels the last, opacity, is left out. Grey is the luma of ITU-R BT.601,
 * 0.299 R + 0.587 G + 0.114 B. For bytes it is rounded to a byte, with the weights in 65536ths as PIL has them, so that
 * it is the same number as PIL's mode "L".
 */
export function inColor(picture: Picture, color: "grey" | "rgb"): Picture {
  const { height, width, channels, values, bytes } = picture;
  const wanted = color === "grey" ? 1 : 3;
  if (channels === wanted) return picture;
  const result = new Float64Array(height * width * wanted);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const [r, g, b] = [0, 1, 2].map((c) => values[pixel * channels + (channels === 1 ? 0 : c)]!) as [
      number,
      number,
      number,
    ];
    if (color === "rgb") result.set([r, g, b], pixel * 3);
    else if (bytes) result[pixel] = (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16;
    else result[pixel] = 0.299 * r + 0.587 * g + 0.114 * b;
  }
  return { height, width, channels: wanted, values: result, bytes };
}

/** A decoded picture as a sample [height, width, channels]. */
export function sampleOf(height: number, width: number, channels: number, data: Uint8Array | Uint16Array): Tensor {
  const dtype: DataType = data instanceof Uint16Array ? "uint16" : "uint8";
  return { dtype, shape: [height, width, channels], data };
}

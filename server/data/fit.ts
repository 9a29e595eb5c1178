import type { Layout } from "../protocol/study";
import { pictureAxes } from "./picture";

/** How the elements of a sample become a model's input. */
export interface Fit {
  /** Shape of one sample as the model takes it; unknown dimensions filled in from the data. */
  readonly shape: readonly number[];
  /** For each element of the result its place in the file's sample; absent when the order stays. */
  readonly order?: Uint32Array;
  /** What is done, in words; empty when nothing. */
  readonly words: string;
}

/**
 * Finds how samples of shape `sample` fit an input of shape `input` (both without the batch axis):
 * as they are; with axes of extent 1 added or dropped; a plain two-dimensional picture laid out row by row for a flat
 * input, or the other way round; or with the channel axis moved between last and first. Pictures with several channels
 * are not flattened, because models differ in which axis comes first; they are put together from flat samples only
 * where the layout of these is known.
 * @param input null stands for any extent
 * @param layout where the channels are in the file; both are tried when it is absent
 * @returns undefined when they do not fit
 */
export function fitShape(
  sample: readonly number[],
  input: readonly (number | null)[],
  layout?: Layout,
): Fit | undefined {
  if (agrees(sample, input)) return { shape: sample, words: "" };
  const reshaped = withoutSingletons(sample, input);
  if (reshaped) return { shape: reshaped, words: `reshaped from ${times(sample)} to ${times(reshaped)}` };
  const extents = sample.filter((extent) => extent !== 1);
  if (extents.length === 2 && agrees([extents[0]! * extents[1]!], input)) {
    const flat = [extents[0]! * extents[1]!];
    return { shape: flat, words: `flattened from ${times(sample)} to ${times(flat)}` };
  }
  if (sample.length === 1) return unflattened(sample[0]!, input, layout);
  if (sample.length < 2) return undefined;
  const last = sample.length - 1;
  const channelsFirst = [sample[last]!, ...sample.slice(0, last)];
  if (layout !== "NCHW" && agrees(channelsFirst, input)) {
    const words = `channels moved from last to first (${times(sample)} to ${times(channelsFirst)})`;
    return { shape: channelsFirst, order: transposed(sample, [last, ...sample.keys()].slice(0, last + 1)), words };
  }
  const channelsLast = [...sample.slice(1), sample[0]!];
  if (layout !== "NHWC" && agrees(channelsLast, input)) {
    const words = `channels moved from first to last (${times(sample)} to ${times(channelsLast)})`;
    return { shape: channelsLast, order: transposed(sample, [...[...sample.keys()].slice(1), 0]), words };
  }
  return undefined;
}

/** A picture that lies in the file as one row of numbers. */
function unflattened(size: number, input: readonly (number | null)[], layout?: Layout): Fit | undefined {
  if (input.includes(null) || input.reduce<number>((product, extent) => product * extent!, 1) !== size)
    return undefined;
  const shape = input as readonly number[];
  const words = `reshaped from ${size} to ${times(shape)}`;
  if (shape.filter((extent) => extent !== 1).length <= 2) return { shape, words };
  const axes = pictureAxes(shape);
  if (layout === undefined || axes === undefined || axes === "ambiguous") return undefined;
  const { channels, height, width, channelsFirst } = axes;
  const file = layout === "NCHW" ? [channels, height, width] : [height, width, channels];
  if (channelsFirst === (layout === "NCHW")) return { shape, words };
  return fitShape(file, shape, layout);
}

/** A shape for people: 28×28×1, or "a single number" for a scalar. */
export function times(shape: readonly (number | null)[]): string {
  return shape.length ? shape.map((extent) => extent ?? "?").join("×") : "a single number";
}

function agrees(shape: readonly number[], input: readonly (number | null)[]): boolean {
  return shape.length === input.length && shape.every((extent, axis) => input[axis] === null || input[axis] === extent);
}

/** The input's shape, when it and the sample's are the same but for axes of extent 1. */
function withoutSingletons(sample: readonly number[], input: readonly (number | null)[]): number[] | undefined {
  const kept = sample.filter((extent) => extent !== 1);
  const wanted = input.filter((extent) => extent !== 1);
  // A row of numbers is no picture of one line, which unknown extents would make of it.
  const isRow = kept.length === 1 && wanted.length > 1;
  const filled = kept.length <= wanted.length && !isRow ? fillUnknown(kept, wanted) : undefined;
  if (!filled) return undefined;
  let next = 0;
  return input.map((extent) => (extent === 1 ? 1 : filled[next++]!));
}

/** Extents for `wanted`: its own, or from `kept` in order where unknown; surplus unknown ones become 1 from the left. */
function fillUnknown(kept: readonly number[], wanted: readonly (number | null)[]): number[] | undefined {
  let surplus = wanted.length - kept.length;
  let next = 0;
  const filled: number[] = [];
  for (const extent of wanted) {
    if (extent === null && surplus > 0) {
      surplus -= 1;
      filled.push(1);
      continue;
    }
    const found = kept[next++];
    if (found === undefined || (extent !== null && extent !== found)) return undefined;
    filled.push(found);
  }
  return filled;
}

/** Source index of every element when the axes of a row-major array are put into the order `axes`. */
function transposed(shape: readonly number[], axes: readonly number[]): Uint32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  let order = [0];
  for (const axis of axes) {
    const extent = shape[axis]!;
    order = order.flatMap((base) => Array.from({ length: extent }, (_, i) => base + i * strides[axis]!));
  }
  return Uint32Array.from(order);
}

import { sizeOf } from "../graph/tensor";
import type { Preprocess } from "../protocol/study";
import type { LabelledData } from "./dataset";

/** What the bytes of samples stand for. */
export interface ByteValues {
  /** float32, 256 for each table. */
  readonly values: Float32Array;
  /** How many elements of a sample that follow one another have the same table; the tables take turns. */
  readonly run: number;
}

/** Whether bytes of a file are told by a table for each channel what they stand for, so that they may stay bytes. */
export function mayStayBytes(
  { x, pictures }: Pick<LabelledData, "x" | "pictures">,
  { resize, color, mean, std }: Preprocess,
): boolean {
  const isPlain = pictures === undefined && resize === undefined && color === undefined;
  const isByChannel = mean.length <= 1 || std.length <= 1 || mean.length === std.length;
  return x.dtype === "uint8" && isPlain && isByChannel;
}

/**
 * The tables of preprocessing that `mayStayBytes` approves of, to the same bits as when every element is computed.
 * @param shape of a sample; its axis of channels is that of `runOf`.
 */
export function byteValues({ scale, mean, std }: Preprocess, shape: readonly number[]): ByteValues {
  const tables = Math.max(1, mean.length, std.length);
  const values = new Float32Array(256 * tables);
  for (let table = 0; table < tables; table++) {
    const shift = mean.length > 1 ? mean[table]! : (mean[0] ?? 0);
    const width = std.length > 1 ? std[table]! : (std[0] ?? 1);
    for (let byte = 0; byte < 256; byte++) values[256 * table + byte] = (byte * scale - shift) / width;
  }
  return { values, run: runOf(tables, shape) };
}

/**
 * How many elements of a sample that follow one another belong to one channel. The channel axis is the first whose extent
 * is the number of channels, or the last.
 */
export function runOf(channels: number, shape: readonly number[]): number {
  if (channels === 1) return sizeOf(shape);
  return shape[0] === channels ? sizeOf(shape) / channels : 1;
}

/** Writes what the bytes of whole samples stand for. */
export function decodeBytes(bytes: Uint8Array, { values, run }: ByteValues, into: Float32Array): void {
  let at = 0;
  while (at < bytes.length) {
    for (let table = 0; table < values.length; table += 256) {
      for (const end = at + run; at < end; at++) into[at] = values[table + bytes[at]!]!;
    }
  }
}

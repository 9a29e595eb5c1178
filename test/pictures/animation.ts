import UPNG from "upng-js";
import { PNG } from "pngjs";

/** One picture of an animation and how long it stays, in milliseconds. */
export interface Frame {
  /** As a browser's screenshot gives it. */
  readonly png: Buffer;
  readonly delay: number;
}

/** An animated PNG of frames of the same size, with `colours` colours in all. */
export function animated(frames: readonly Frame[], colours: number): Buffer {
  const pictures = frames.map(({ png }) => PNG.sync.read(png));
  const [{ width, height } = { width: 0, height: 0 }] = pictures;
  const pixels = pictures.map(({ data }) => data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  const delays = frames.map(({ delay }) => delay);
  return Buffer.from(UPNG.encode(pixels as ArrayBuffer[], width, height, colours, delays));
}

/** A still picture with at most 256 colours: a third of the size, and no difference that one would see. */
export function still(png: Buffer): Buffer {
  return animated([{ png, delay: 0 }], 256);
}

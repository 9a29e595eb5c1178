import { createRequire } from "node:module";
import { PNG } from "pngjs";

/** The package has neither types nor names that an ES module could import. */
interface Upng {
  /** Frames as RGBA; 0 colours for lossless; delays in milliseconds. */
  encode(
    frames: readonly ArrayBufferLike[],
    width: number,
    height: number,
    colours: number,
    delays: readonly number[],
  ): ArrayBuffer;
}

const upng = createRequire(import.meta.url)("upng-js") as Upng;

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
  return Buffer.from(upng.encode(pixels, width, height, colours, delays));
}

/** A still picture with at most 256 colours: a third of the size, and no difference that one would see. */
export function still(png: Buffer): Buffer {
  return animated([{ png, delay: 0 }], 256);
}

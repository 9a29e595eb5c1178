import { inflateSync } from "node:zlib";
import { decode as decodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import { corrupt, tooLarge, unsupported } from "../files/faults";
import { largestExpansion } from "../files/inflate";
import type { Tensor } from "../graph/tensor";

/** Pictures of more pixels are not decoded. */
const largestPixels = 2 ** 25;
/** A JPEG cannot hold more pixels than this for every byte: a block of 64 takes a bit at least. */
const mostPixelsPerByte = 512;
const toPng = "Convert the pictures to PNG or JPEG of 8 bits.";

/** Whether bytes start like a picture that can be decoded. */
export function isPicture(head: Uint8Array): boolean {
  return isPng(head) || isJpeg(head);
}

/**
 * Decodes a PNG or JPEG: [height, width, 1] where it is grey, else [height, width, 3]. Opacity is left out, and palettes
 * are looked up. Grey of 16 bits is uint16; colours of 16 bits are cut to their upper 8, as PIL does. All else is uint8.
 * @param name of the picture, for messages
 * @param file that holds it
 * @throws ProblemError `file-corrupt`, `file-unsupported`, `too-large`
 */
export function decodePicture(bytes: Uint8Array, name: string, file: string): Tensor {
  const damaged = (why: string): Error => corrupt(file, `holds the damaged picture ${name}: ${why}`);
  try {
    if (isPng(bytes)) return fromPng(bytes, name, file);
    if (isJpeg(bytes)) return fromJpeg(bytes, name, file);
  } catch (error) {
    if (error instanceof Error && error.name === "ProblemError") throw error;
    throw damaged(error instanceof Error ? error.message.split("\n")[0]! : String(error));
  }
  throw unsupported(file, `holds ${name}, which is neither a PNG nor a JPEG`, toPng);
}

function isPng(head: Uint8Array): boolean {
  return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => head[i] === byte);
}

function isJpeg(head: Uint8Array): boolean {
  return head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
}

function requireSize(height: number, width: number, name: string, file: string): void {
  if (height < 1 || width < 1)
    throw corrupt(file, `holds the damaged picture ${name}: it claims ${height}×${width} pixels`);
  if (height * width <= largestPixels) return;
  const advice = "Make the pictures smaller, e.g. to the size that the model takes.";
  throw tooLarge(file, `holds ${name}, which claims ${height}×${width} pixels`, advice);
}

/** A picture of `channels` in which every pixel takes four numbers, with the first ones kept. */
function packed(data: ArrayLike<number>, pixels: number, stride: number, channels: 1 | 3, shift = 0): Uint8Array {
  const result = new Uint8Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < channels; c++) result[pixel * channels + c] = data[pixel * stride + c]! >> shift;
  }
  return result;
}

const greyTypes: ReadonlySet<number> = new Set([0, 4]);
const samplesPerPixel: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function fromPng(bytes: Uint8Array, name: string, file: string): Tensor {
  const chunks = chunksOf(bytes);
  const header = chunks[0];
  if (header?.type !== "IHDR" || header.data.length !== 13) throw new Error("it has no header");
  const view = new DataView(header.data.buffer, header.data.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, type, interlaced] = [header.data[8]!, header.data[9]!, header.data[12] !== 0];
  requireSize(height, width, name, file);
  const content = chunks.filter((chunk) => chunk.type === "IDAT").map(({ data }) => data);
  const unpacked = height * (1 + Math.ceil((width * depth * (samplesPerPixel[type] ?? 4)) / 8));
  const length = content.reduce((sum, { length }) => sum + length, 0);
  if (unpacked > (length + 1) * largestExpansion)
    throw new Error(`it claims ${height}×${width} pixels, more than it can hold`);
  // Interlaced content is unpacked without a limit below; the passes take at most seven more rows' marks each.
  if (interlaced) inflateSync(Buffer.concat(content), { maxOutputLength: 2 * unpacked + 64 + 8 * (height + width) });
  const { data } = PNG.sync.read(withoutTransparency(bytes, chunks, type), { skipRescale: depth === 16 });
  const pixels = height * width;
  const channels = greyTypes.has(type) ? 1 : 3;
  const numbers = data as unknown as ArrayLike<number>;
  if (numbers.length !== pixels * 4) throw new Error("its content does not fill it");
  if (depth === 16 && type === 0) {
    const values = Uint16Array.from({ length: pixels }, (_, i) => numbers[4 * i]!);
    return { dtype: "uint16", shape: [height, width, 1], data: values };
  }
  const shift = depth === 16 ? 8 : 0;
  return { dtype: "uint8", shape: [height, width, channels], data: packed(numbers, pixels, 4, channels, shift) };
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  readonly start: number;
  readonly end: number;
}

function chunksOf(bytes: Uint8Array): readonly Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) throw new Error("it is cut short");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length), start: at, end });
    if (type === "IEND") break;
    at = end;
  }
  return chunks;
}

/** Without the colour that stands for "transparent", which the decoder would make black. */
function withoutTransparency(bytes: Uint8Array, chunks: readonly Chunk[], type: number): Buffer {
  const transparent = type === 0 || type === 2 ? chunks.find((chunk) => chunk.type === "tRNS") : undefined;
  if (!transparent) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Buffer.concat([bytes.subarray(0, transparent.start), bytes.subarray(transparent.end)]);
}

function fromJpeg(bytes: Uint8Array, name: string, file: string): Tensor {
  const { height, width, components } = frameOf(bytes);
  requireSize(height, width, name, file);
  if (components !== 1 && components !== 3) {
    throw unsupported(file, `holds ${name}, a JPEG of ${components} colour channels (such as CMYK)`, toPng);
  }
  if (height * width > bytes.length * mostPixelsPerByte)
    throw new Error(`it claims ${height}×${width} pixels, more than it can hold`);
  const { data } = decodeJpeg(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: largestPixels / 1e6 + 1,
    maxMemoryUsageInMB: 1024,
  });
  const pixels = height * width;
  if (data.length !== pixels * 3) throw new Error("its content does not fill it");
  const channels = components === 1 ? 1 : 3;
  return { dtype: "uint8", shape: [height, width, channels], data: packed(data, pixels, 3, channels) };
}

/** Size and number of channels, from the header of the frame. */
function frameOf(bytes: Uint8Array): { readonly height: number; readonly width: number; readonly components: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 10 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw new Error("its marks are broken");
    const mark = bytes[at + 1]!;
    const isFrame = mark >= 0xc0 && mark <= 0xcf && mark !== 0xc4 && mark !== 0xc8 && mark !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components: bytes[at + 9]! };
    at += mark === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  throw new Error("it has no frame");
}

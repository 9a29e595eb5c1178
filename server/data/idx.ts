import { access } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { corrupt, unsupported } from "../files/faults";
import { inflatePart, largestExpansion } from "../files/inflate";
import { swapBytes } from "../files/npy";
import { headOf, type Source } from "../files/source";
import { viewAs } from "../graph/elements";
import { sizeOf } from "../graph/tensor";
import type { DataType, Tensor } from "../graph/tensor";
import { ProblemError } from "../protocol/problem";
import type { DataFormat } from "./dataset";
import { withFile } from "./file";
import { mismatch } from "./problems";

/** Element type and width by the third byte of an IDX file. */
const types: Readonly<Record<number, readonly [DataType, number]>> = {
  0x08: ["uint8", 1],
  0x09: ["int8", 1],
  0x0b: ["int16", 2],
  0x0c: ["int32", 4],
  0x0d: ["float32", 4],
  0x0e: ["float64", 8],
};

const maximumRank = 8;

/**
 * IDX, the format of MNIST and its relatives, plain or gzipped: one file of samples and one of labels. The labels' file
 * is the one that the study names (beside the samples, or by its absolute path), else it is found by its name:
 * `train-images-idx3-ubyte` → `train-labels-idx1-ubyte`, gzipped or not.
 */
export const idxFormat: DataFormat = {
  label: "IDX",
  match: (path, head) => isGzip(head) || /idx\d/i.test(basename(path)) || isIdx(head),
  async open(path, names) {
    const x = await readIdx(path);
    if (x.shape.length < 2) {
      const advice = "Choose the file of samples; the labels are found beside it.";
      const found = `holds one number per sample ([${x.shape.join(", ")}]), so it is a file of labels`;
      throw mismatch(path, "This file holds labels", found, advice);
    }
    const labels = names.y === undefined ? await findLabels(path) : resolve(dirname(path), names.y);
    const y = await readIdx(labels);
    return { path, files: [path, labels], x, y, names: { x: basename(path), y: basename(labels) } };
  },
};

async function findLabels(path: string): Promise<string> {
  const name = basename(path);
  const renamed = name.replace(/images?/i, "labels").replace(/idx\d/i, "idx1");
  const plain = renamed.replace(/\.gz$/i, "");
  const candidates = [...new Set([renamed, plain, `${plain}.gz`])].filter((candidate) => candidate !== name);
  for (const candidate of candidates) {
    const file = join(dirname(path), candidate);
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  throw new ProblemError({
    reason: "data-missing",
    title: "The labels were not found",
    message: `${name} holds samples only, and beside it there is no ${candidates[0] ?? "file of labels"}.`,
    advice: 'Put the file of labels into the same folder, or name it in the study as "y" of "data".',
    file: path,
  });
}

/**
 * Reads one IDX file, plain or gzipped, into a tensor of its own type.
 * @throws ProblemError `data-missing`, `file-corrupt`, `file-unsupported`, `too-large`
 */
function readIdx(path: string): Promise<Tensor> {
  return withFile(path, async (file) => {
    const packed = isGzip(await headOf(file, 2));
    const read = packed ? gzipReader(file) : plainReader(file);
    const headBytes = 4 + 4 * maximumRank;
    const header = parseHeader(await read(headBytes, false), path);
    const bytes = await read(header.offset + header.byteLength, true);
    const elements = bytes.subarray(header.offset);
    swapBytes(elements, header.width);
    return { dtype: header.dtype, shape: header.shape, data: viewAs(header.dtype, elements) };
  });
}

/** Gives the first `length` bytes of the content; with `whole`, also checks that there are exactly so many. */
type ContentReader = (length: number, whole: boolean) => Promise<Uint8Array<ArrayBuffer>>;

function plainReader(file: Source): ContentReader {
  return (length, whole) => {
    if (whole && length !== file.size) throw wrongLength(file, length, `has ${file.size}`);
    return headOf(file, length);
  };
}

function gzipReader(file: Source): ContentReader {
  return async (length, whole) => {
    if (whole && length > (file.size + 1) * largestExpansion) throw wrongLength(file, length, "cannot hold so many");
    const { bytes, more } = await inflatePart(file, 0, file.size, "gzip", length).catch((error: unknown) => {
      if (error instanceof ProblemError) throw error;
      throw corrupt(file.path, "is damaged: it cannot be unpacked, so it was probably cut short or changed");
    });
    if (!whole) return bytes;
    if (more || bytes.length !== length) throw wrongLength(file, length, `has ${more ? "more" : bytes.length}`);
    return bytes;
  };
}

function wrongLength(file: Source, expected: number, found: string): ProblemError {
  return corrupt(file.path, `is not a readable IDX file: its header announces ${expected} bytes but it ${found}`);
}

interface IdxHeader {
  readonly dtype: DataType;
  readonly width: number;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly byteLength: number;
}

function parseHeader(head: Uint8Array, path: string): IdxHeader {
  if (!isIdx(head)) throw corrupt(path, "is not a readable IDX file: it does not start with the marks of the format");
  const [dtype, width] = types[head[2]!]!;
  const rank = head[3]!;
  if (rank > maximumRank) throw unsupported(path, `has ${rank} dimensions`, "Save the samples with fewer dimensions.");
  const offset = 4 + 4 * rank;
  if (head.length < offset) throw corrupt(path, "is not a readable IDX file: it ends within its header");
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const byteLength = sizeOf(shape) * width;
  if (!Number.isSafeInteger(byteLength))
    throw corrupt(path, `is not a readable IDX file: its header announces [${shape.join(", ")}]`);
  return { dtype, width, shape, offset, byteLength };
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function isIdx(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0 && head[1] === 0 && head[2]! in types && head[3]! > 0;
}

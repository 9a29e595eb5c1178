import { basename } from "node:path";
import { corrupt, unsupported } from "../files/faults";
import { inflatedPieces, inflatePart, largestExpansion } from "../files/inflate";
import { swapBytes } from "../files/npy";
import { headOf, type Source } from "../files/source";
import { viewAs } from "../graph/elements";
import { sizeOf } from "../graph/tensor";
import type { DataType, Tensor } from "../graph/tensor";
import { ProblemError } from "../protocol/problem";
import { arraySamples, plainContent, type ArrayContent } from "./arrays";
import { findLabels, labelNames } from "./beside";
import type { DataFormat } from "./dataset";
import { fromFile, withFile } from "./file";
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
  match: (path, head) => head !== undefined && (isGzip(head) || /idx\d/i.test(basename(path)) || isIdx(head)),
  async open(path, asked) {
    const header = await withFile(path, readHeader);
    if (header.shape.length < 2) {
      const advice = "Choose the file of samples; the labels are found beside it.";
      const found = `holds one number per sample ([${header.shape.join(", ")}]), so it is a file of labels`;
      throw mismatch(path, "This file holds labels", found, advice);
    }
    const labels = await findLabels(path, asked.y, labelFiles(basename(path)));
    const y = await withFile(labels, readWhole);
    return {
      path,
      files: [path, labels],
      x: { dtype: header.dtype, shape: header.shape },
      y,
      names: { x: basename(path), y: basename(labels) },
      asked: { y: labels },
      notices: [],
      samples: (indices) =>
        fromFile(path, async function* (file) {
          const content = (await isPacked(file)) ? gzipContent(file, header) : plainContent(file);
          yield* arraySamples(content, { ...header, bigEndian: true }, indices);
        }),
    };
  },
};

function labelFiles(name: string): readonly string[] {
  return labelNames(name).flatMap((labels) => {
    const renamed = labels.replace(/idx\d/i, "idx1");
    const plain = renamed.replace(/\.gz$/i, "");
    return [renamed, plain, `${plain}.gz`];
  });
}

/** A whole file as a tensor. @throws ProblemError `file-corrupt`, `file-unsupported`, `too-large` */
async function readWhole(file: Source): Promise<Tensor> {
  const { dtype, shape, width, offset, byteLength } = await readHeader(file);
  const read = (await isPacked(file)) ? gzipReader(file) : plainReader(file);
  const elements = (await read(offset + byteLength, true)).subarray(offset);
  swapBytes(elements, width);
  return { dtype, shape, data: viewAs(dtype, elements) };
}

/** @throws ProblemError `file-corrupt`, also when a plain file has another length than its header says. */
async function readHeader(file: Source): Promise<IdxHeader> {
  const packed = await isPacked(file);
  const head = await (packed ? gzipReader(file) : plainReader(file))(4 + 4 * maximumRank, false);
  const header = parseHeader(head, file.path);
  const length = header.offset + header.byteLength;
  if (packed && length > (file.size + 1) * largestExpansion) throw wrongLength(file, length, "cannot hold so many");
  if (!packed && length !== file.size) throw wrongLength(file, length, `has ${file.size}`);
  return header;
}

async function isPacked(file: Source): Promise<boolean> {
  return isGzip(await headOf(file, 2));
}

/** What a gzipped file unpacks to, read to its end, where gzip has its checksum. */
function gzipContent(file: Source, header: IdxHeader): ArrayContent {
  const expected = header.offset + header.byteLength;
  return {
    file,
    checked: true,
    async *pieces() {
      let length = 0;
      try {
        for await (const piece of inflatedPieces(file, 0, file.size, "gzip")) {
          length += piece.length;
          if (length > expected) throw wrongLength(file, expected, "has more");
          yield piece;
        }
      } catch (error) {
        throw error instanceof ProblemError ? error : damaged(file);
      }
      if (length < expected) throw wrongLength(file, expected, `has ${length}`);
    },
  };
}

function damaged(file: Source): ProblemError {
  return corrupt(file.path, "is damaged: it cannot be unpacked, so it was probably cut short or changed");
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
      throw damaged(file);
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

import type * as h5wasm from "h5wasm/node";
import { corrupt, tooLarge, unwritable } from "../files/faults";
import { largestExpansion } from "../files/inflate";
import { headOf } from "../files/source";
import { withinTime } from "../files/timeLimit";
import { viewAs, widthOf } from "../graph/elements";
import { sizeOf, type DataType, type Tensor, type TensorData } from "../graph/tensor";
import type { TensorFacts } from "./checkpoint";
import { harmed, hdf5Generation, hdf5Library, withinFile, type Hdf5Library } from "./hdf5Instance";
import { walkAll } from "./hdf5Walk";
import { withSource } from "./source";

/** A float32 or float64 array of an HDF5 file, row-major. */
export interface Hdf5Array {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** Most elements of one array that are read. */
const mostElements = 2 ** 29;

/** Elements that are read at once: the library's own memory ends at 2 GiB, and holds each piece twice. */
const pieceElements = 2 ** 24;

/** Milliseconds that looking at all of a file but its elements may take, and bytes a millisecond that reading these gives. */
const longestWalk = 10_000;
const slowest = 1000;

const readAgain = "Leave the damaged file out and try again.";

/** An HDF5 file open for reading. Links to other files are not followed. Close it. */
export interface Hdf5File {
  readonly path: string;
  /** Names within the root ("" or []), or within a group; undefined when there is no such group. */
  names(group: string | readonly string[]): readonly string[] | undefined;
  /**
   * An array of numbers; undefined when there is none of that name.
   * @param path of names within the root.
   * @throws ProblemError `file-corrupt`, `too-large`.
   */
  array(path: readonly string[]): Hdf5Array | undefined;
  /** What an array is, without reading it; undefined when there is none of that name, or none of numbers. */
  facts(path: readonly string[]): TensorFacts | undefined;
  /**
   * An array of any type that we keep, read piece by piece.
   * @param path of one that has `facts`.
   * @throws ProblemError `file-corrupt`, `too-large`.
   */
  tensor(path: readonly string[]): Tensor;
  /** A text or a list of texts that is an attribute of a group or an array; undefined when there is none. */
  attribute(path: readonly string[], name: string): string | readonly string[] | undefined;
  close(): void;
}

/** Whether a file starts like HDF5. */
export function isHdf5(head: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => head[i] === byte);
}

/**
 * @param called the file that problems name, when it is another one, e.g. the archive that this one was in.
 * @throws ProblemError `file-missing`, `file-corrupt`.
 */
export async function openHdf5(file: string, called = file): Promise<Hdf5File> {
  const size = await withSource(file, async (source) => {
    if (!isHdf5(await headOf(source, 8))) throw corrupt(called, "is no HDF5 file");
    return source.size;
  });
  return new OpenHdf5(file, called, size, await hdf5Library());
}

class OpenHdf5 implements Hdf5File {
  private readonly root: h5wasm.File;
  /** Names within groups that were looked into, by the group's path. */
  private readonly listed = new Map<string, ReadonlySet<string>>();
  private readonly generation = hdf5Generation();

  constructor(
    file: string,
    readonly path: string,
    private readonly size: number,
    private readonly h5: Hdf5Library,
  ) {
    this.root = this.guarded(() => {
      return withinTime(longestWalk, () => {
        const opened = new h5.File(file, "r");
        if (opened.file_id < 0n) throw new Error("HDF5 cannot open it");
        walkAll(h5, opened);
        return opened;
      });
    }, file);
  }

  names(group: string | readonly string[]): readonly string[] | undefined {
    const path = typeof group === "string" ? (group === "" ? [] : [group]) : group;
    return this.guarded(() => {
      const found = this.find(path);
      return found instanceof this.h5.Group ? [...this.namesIn(found)] : undefined;
    });
  }

  array(path: readonly string[]): Hdf5Array | undefined {
    if (!(this.guarded(() => this.find(path)) instanceof this.h5.Dataset)) return undefined;
    const facts = this.facts(path);
    const { shape, data } = facts ? this.tensor(path) : { shape: [], data: undefined };
    if (!(data instanceof Float32Array || data instanceof Float64Array)) {
      throw corrupt(this.path, `holds ${path.join("/")}, but not as an array of floating-point numbers`);
    }
    return { shape, data };
  }

  facts(path: readonly string[]): TensorFacts | undefined {
    return this.guarded(() => {
      const dataset = this.find(path);
      if (!(dataset instanceof this.h5.Dataset)) return undefined;
      const { metadata } = dataset;
      const dtype = isBfloat16(dataset) ? "bfloat16" : dtypeOf(metadata);
      if (!metadata.shape || dtype === undefined || metadata.virtual_sources?.length) return undefined;
      return { dtype, shape: metadata.shape };
    });
  }

  tensor(path: readonly string[]): Tensor {
    const facts = this.facts(path);
    const dataset = this.guarded(() => this.find(path));
    if (!facts || !(dataset instanceof this.h5.Dataset)) throw new Error(`The file has no array ${path.join("/")}.`);
    const { dtype, shape } = facts;
    const count = sizeOf(shape);
    const name = path.join("/");
    const most = this.size * (this.guarded(() => dataset.filters).length > 0 ? largestExpansion : 1);
    if (count * widthOf(dtype) > most)
      throw corrupt(this.path, `claims ${count} numbers in ${name}, more than it can hold`);
    if (count > mostElements) throw tooLarge(this.path, `holds ${name} with ${count} numbers`, "Use a smaller file.");
    // The library has no name for half-precision numbers; as whole numbers of their width they are their own bits.
    if (dtype === "float16") Object.assign(dataset.metadata, { type: integerClass });
    const read = (): TensorData => readPieces(dataset, dtype, shape);
    // Elements in one piece are only copied; to find chunks the library follows a tree, which may be made a circle.
    const isChunked = this.guarded(() => dataset.metadata.chunks !== null);
    const limit = longestWalk + (count * widthOf(dtype)) / slowest;
    const data = this.guarded(() => (isChunked ? withinTime(limit, read) : read()));
    if (data.length !== count) throw corrupt(this.path, `holds ${data.length} of ${count} numbers in ${name}`);
    return { dtype, shape, data };
  }

  attribute(path: readonly string[], name: string): string | readonly string[] | undefined {
    return this.guarded(() => {
      const found = this.find(path);
      if (!(found instanceof this.h5.Group || found instanceof this.h5.Dataset)) return undefined;
      const { attrs } = found;
      const value: unknown = Object.hasOwn(attrs, name) ? attrs[name]!.value : undefined;
      if (typeof value === "string") return value;
      if (ArrayBuffer.isView(value) && value.byteLength === 0) return [];
      return Array.isArray(value) && value.every((text) => typeof text === "string") ? (value as string[]) : undefined;
    });
  }

  close(): void {
    if (this.generation === hdf5Generation()) this.root.close();
  }

  private find(path: readonly string[]): unknown {
    let entity: unknown = this.root;
    for (const name of path) {
      if (!(entity instanceof this.h5.Group) || !this.namesIn(entity).has(name)) return undefined;
      entity = entity.get(name);
    }
    return entity;
  }

  private namesIn(group: h5wasm.Group): ReadonlySet<string> {
    const known = this.listed.get(group.path) ?? new Set(group.keys());
    this.listed.set(group.path, known);
    return known;
  }

  /** Runs `read`, which opens no file but `opening`; what the library throws says that the file is damaged. */
  private guarded<T>(read: () => T, opening?: string): T {
    if (this.generation !== hdf5Generation())
      throw corrupt(this.path, "was lost when a damaged file was read", readAgain);
    try {
      return withinFile(this.h5, opening, read);
    } catch (error) {
      harmed();
      const why = error instanceof Error ? firstLine(error.message) : "HDF5 cannot read it";
      throw corrupt(this.path, `is damaged: ${why}`);
    }
  }
}

/** HDF5's numbers for classes of types. */
const [integerClass, floatClass, enumClass] = [0, 1, 8];

function dtypeOf({ type, size, signed }: h5wasm.Metadata): DataType | undefined {
  if (type === floatClass) return ({ 2: "float16", 4: "float32", 8: "float64" } as const)[size];
  if (type === enumClass && size === 1) return "bool";
  if (type !== integerClass || ![1, 2, 4, 8].includes(size)) return undefined;
  return `${signed ? "" : "u"}int${(size * 8) as 8 | 16 | 32 | 64}`;
}

/** Keras writes bfloat16 as bytes without a meaning and says what they are in an attribute. */
function isBfloat16(dataset: h5wasm.Dataset): boolean {
  const { attrs, metadata } = dataset;
  return metadata.size === 2 && Object.hasOwn(attrs, "dtype") && attrs["dtype"]!.value === "bfloat16";
}

/**
 * Reads an array in pieces: of the first axis below which the rest fits into a piece, as many indices at once as fit, for
 * all indices of the axes before.
 */
function readPieces(dataset: h5wasm.Dataset, dtype: DataType, shape: readonly number[]): TensorData {
  const count = sizeOf(shape);
  if (shape.length === 0) return scalarOf(dtype, dataset.value);
  if (count <= pieceElements) return elementsOf(dtype, dataset.slice([]));
  const axis = shape.findIndex((_, k) => sizeOf(shape.slice(k + 1)) <= pieceElements);
  const width = sizeOf(shape.slice(axis + 1));
  const extent = shape[axis]!;
  const step = Math.max(1, Math.floor(pieceElements / width));
  const whole = viewAs(dtype, new Uint8Array(count * widthOf(dtype)));
  for (let first = 0; first < count / (extent * width); first++) {
    for (let from = 0; from < extent; from += step) {
      const ranges = [
        ...indices(first, shape.slice(0, axis)),
        [from, Math.min(extent, from + step)] as [number, number],
      ];
      const part = elementsOf(dtype, dataset.slice(ranges));
      (whole as Float32Array).set(part as Float32Array, (first * extent + from) * width);
    }
  }
  return whole;
}

/** The ranges that select the entry of a number, row-major, of some axes. */
function indices(entry: number, shape: readonly number[]): [number, number][] {
  let rest = entry;
  const ranges = [...shape].reverse().map((extent): [number, number] => {
    const index = rest % extent;
    rest = Math.floor(rest / extent);
    return [index, index + 1];
  });
  return ranges.reverse();
}

/** What the library read as elements of their type: numbers of the same width, or bytes. */
function elementsOf(dtype: DataType, read: unknown): TensorData {
  if (!ArrayBuffer.isView(read)) throw new Error("an array does not hold numbers");
  return viewAs(dtype, new Uint8Array(read.buffer as ArrayBuffer, read.byteOffset, read.byteLength));
}

function scalarOf(dtype: DataType, read: unknown): TensorData {
  if (ArrayBuffer.isView(read)) return elementsOf(dtype, read);
  const data = viewAs(dtype, new Uint8Array(widthOf(dtype)));
  (data as Float32Array).fill(typeof read === "bigint" ? (read as unknown as number) : Number(read));
  return data;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0]!.slice(0, 200);
}

/**
 * Writes groups of float32 arrays named 0, 1, 2, … as an HDF5 file.
 *
 * @param file what the file will be called.
 * @param draft where it is written.
 * @throws ProblemError `file-missing` when it cannot be written.
 */
export async function writeHdf5(
  file: string,
  draft: string,
  groups: ReadonlyMap<string, readonly { readonly shape: readonly number[]; readonly data: Float32Array }[]>,
): Promise<void> {
  const h5 = await hdf5Library();
  try {
    const root = new h5.File(draft, "w");
    for (const [name, arrays] of groups) {
      const group = root.create_group(name);
      for (const [i, { shape, data }] of arrays.entries()) {
        group.create_dataset({ name: String(i), data, shape: [...shape], dtype: "<f" });
      }
    }
    root.flush();
    root.close();
  } catch (error) {
    throw unwritable(file, error);
  }
}

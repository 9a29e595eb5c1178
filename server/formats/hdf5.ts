import type * as h5wasm from "h5wasm/node";
import { corrupt, tooLarge, unwritable } from "../files/faults";
import { sizeOf } from "../graph/tensor";
import { readHead } from "./source";

type Library = typeof h5wasm;

/** A float32 or float64 array of an HDF5 file, row-major. */
export interface Hdf5Array {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** Most elements of one array that are read. */
const mostElements = 2 ** 28;

/** An HDF5 file open for reading. Close it. */
export interface Hdf5File {
  readonly path: string;
  /** Names within the root (""), or within a group; undefined when there is no such group. */
  names(group: string): readonly string[] | undefined;
  /**
   * An array of numbers; undefined when there is none of that name.
   * @param path of names within the root; links to other files are not followed.
   * @throws ProblemError `file-corrupt`, `too-large`.
   */
  array(path: readonly string[]): Hdf5Array | undefined;
  close(): void;
}

/** The library is large, so it is loaded when the first HDF5 file is met. */
async function library(): Promise<Library> {
  const loaded = await import("h5wasm/node");
  await loaded.ready;
  return loaded;
}

/** Whether a file starts like HDF5. */
export function isHdf5(head: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => head[i] === byte);
}

/** @throws ProblemError `file-missing`, `file-corrupt`. */
export async function openHdf5(file: string): Promise<Hdf5File> {
  if (!isHdf5(await readHead(file, 8))) throw corrupt(file, "is no HDF5 file");
  const h5 = await library();
  const damaged = (error: unknown): Error =>
    corrupt(file, `is damaged: ${error instanceof Error ? firstLine(error.message) : "HDF5 cannot read it"}`);
  const open = (): InstanceType<Library["File"]> => {
    try {
      const opened = new h5.File(file, "r");
      if (opened.file_id < 0n) throw new Error("HDF5 cannot open it");
      return opened;
    } catch (error) {
      throw damaged(error);
    }
  };
  const root = open();
  const find = (path: readonly string[]): unknown => {
    let entity: unknown = root;
    for (const name of path) {
      if (!(entity instanceof h5.Group) || !entity.keys().includes(name)) return undefined;
      entity = entity.get(name);
    }
    return entity;
  };
  return {
    path: file,
    names(group) {
      return guarded(() => {
        const found = find(group === "" ? [] : [group]);
        return found instanceof h5.Group ? found.keys() : undefined;
      }, damaged);
    },
    array(path) {
      const found = guarded(() => find(path), damaged);
      if (!(found instanceof h5.Dataset)) return undefined;
      const shape = guarded(() => found.shape, damaged) ?? [];
      if (sizeOf(shape) > mostElements) {
        throw tooLarge(file, `holds ${path.join("/")} with ${sizeOf(shape)} numbers`, "Use a smaller file.");
      }
      const data = guarded(() => found.value, damaged);
      if (!(data instanceof Float32Array || data instanceof Float64Array) || data.length !== sizeOf(shape)) {
        throw corrupt(file, `holds ${path.join("/")}, but not as an array of floating-point numbers`);
      }
      return { shape, data };
    },
    close() {
      root.close();
    },
  };
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0]!.slice(0, 200);
}

function guarded<T>(read: () => T, damaged: (error: unknown) => Error): T {
  try {
    return read();
  } catch (error) {
    throw damaged(error);
  }
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
  const h5 = await library();
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

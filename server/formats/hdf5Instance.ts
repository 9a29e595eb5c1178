import type * as h5wasm from "h5wasm/node";
import path from "node:path";

export type Hdf5Library = typeof h5wasm;

/** What opens files for the library, of which its types say less. */
type Opener = (file: string, ...more: readonly unknown[]) => unknown;

/** How many errors there were: files that were opened before the last one are lost. */
let generation = 0;
/** For which generation the library is whole. */
let whole = 0;

/** A number that changes when a file made an error; files that were opened under another number are lost. */
export function hdf5Generation(): number {
  return generation;
}

/**
 * To be called after any error of the library, which then goes on with a new instance when it is next asked for. Native code
 * that crashed or was stopped cannot be trusted, and what an error left open keeps the file open: under the same name the
 * library would go on to show what it read of it before.
 */
export function harmed(): void {
  generation += 1;
}

/**
 * The library of HDF5, which is large, so that it is loaded when the first file is met; as new after an error. Its
 * functions are those of one instance of native code, which are exchanged for those of another.
 */
export async function hdf5Library(): Promise<Hdf5Library> {
  const library = await import(/* webpackChunkName: "hdf5" */ "h5wasm/node");
  await library.ready;
  const wanted = generation;
  if (whole !== wanted) {
    const { default: instantiate } = await import(
      /* webpackChunkName: "hdf5" */ "../../node_modules/h5wasm/dist/node/hdf5_util.js"
    );
    Object.assign(library.Module, await instantiate({ noInitialRun: true }));
    whole = wanted;
  }
  return library;
}

/** While a file is read: the only path that may be opened, and whether another one was asked for. */
let gate: { readonly allowed: string | undefined; refused: string | undefined } | undefined;
const gated = new WeakSet<object>();

/**
 * Runs `read`, in which the library may open the file `allowed` and no other. HDF5 files can name others, through links and
 * as the place of an array's bytes, and the library would open any that the user may read; where it cannot, it gives
 * memory that nobody wrote.
 * @throws Error when the file asks for another one; what `read` throws.
 */
export function withinFile<T>(library: Hdf5Library, allowed: string | undefined, read: () => T): T {
  putGate(library);
  const own = (gate = { allowed, refused: undefined });
  try {
    const value = read();
    if (own.refused !== undefined) throw referring(own.refused);
    return value;
  } catch (error) {
    throw own.refused === undefined ? error : referring(own.refused);
  } finally {
    gate = undefined;
  }
}

function referring(file: string): Error {
  return new Error(`it refers to another file, ${file}`);
}

function putGate(library: Hdf5Library): void {
  const { FS } = library.Module as unknown as { FS: { open: Opener; ErrnoError: new (code: number) => Error } };
  if (gated.has(FS)) return;
  gated.add(FS);
  const open = FS.open.bind(FS);
  FS.open = (file, ...more) => {
    if (gate && (gate.allowed === undefined || path.resolve(file) !== path.resolve(gate.allowed))) {
      gate.refused = file;
      throw new FS.ErrnoError(noSuchFile);
    }
    return open(file, ...more);
  };
}

/** ENOENT as WASI numbers it. */
const noSuchFile = 44;

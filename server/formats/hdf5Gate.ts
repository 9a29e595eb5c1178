import type * as h5wasm from "h5wasm/node";
import path from "node:path";

type Library = typeof h5wasm;

/** What opens files for the library, of which its types say less. */
type Opener = (file: string, ...more: readonly unknown[]) => unknown;

/** While a file is read: the only path that may be opened, and whether another one was asked for. */
let gate: { readonly allowed: string | undefined; refused: boolean } | undefined;

const guardedLibraries = new WeakSet<Library>();

/**
 * Runs `read`, in which the library may open the file `allowed` and no other. HDF5 files can name others, through links and
 * as the place of an array's bytes, and the library would open any that the user may read; where it cannot, it gives
 * memory that nobody wrote.
 * @throws Error when the file asks for another one; what `read` throws.
 */
export function withinFile<T>(library: Library, allowed: string | undefined, read: () => T): T {
  if (!guardedLibraries.has(library)) guard(library);
  const own = (gate = { allowed, refused: false });
  try {
    const value = read();
    if (own.refused) throw new Error("it refers to another file");
    return value;
  } catch (error) {
    throw own.refused ? new Error("it refers to another file") : error;
  } finally {
    gate = undefined;
  }
}

function guard(library: Library): void {
  const files = library.FS as unknown as { open: Opener; readonly ErrnoError: new (code: number) => Error };
  const open = files.open.bind(files);
  files.open = (file, ...more) => {
    if (gate && (gate.allowed === undefined || path.resolve(file) !== path.resolve(gate.allowed))) {
      gate.refused = true;
      throw new files.ErrnoError(noSuchFile);
    }
    return open(file, ...more);
  };
  guardedLibraries.add(library);
}

/** ENOENT as WASI numbers it. */
const noSuchFile = 44;

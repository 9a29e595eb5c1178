import { corrupt, tooLarge } from "../../files/faults";
import type { Source } from "../../files/source";
import { PickleError, PickleTruncated, type Storage, type Value } from "../../files/pickle/objects";
import { Unpickler } from "../../files/pickle/unpickler";
import { findGlobal } from "./globals";
import { bigEndian, largestPickle, storageOf, toStateDict, type PickledFile, type StorageBytes } from "./pickled";

/** The first of the pickles in a row. */
const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;
const firstWindow = 2 ** 20;

/** What the pickles in a row say. */
interface Pickles {
  readonly root: Value;
  /** Storages in the order in which their bytes follow. */
  readonly keys: readonly Value[];
  /** Storages that the weights refer to, by key. */
  readonly storages: ReadonlyMap<string, Storage>;
  /** Where the storages start. */
  readonly end: number;
}

/** Whether a file starts like a pickle of protocol 2 or later. */
export function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5;
}

/**
 * Reads a file as PyTorch wrote before version 1.6: five pickles in a row (a magic number, a version, facts of the
 * machine, the structure, the storages' keys), then each storage as its number of elements and its bytes.
 * @throws ProblemError; `ForbiddenGlobal` when the pickle asks for program code.
 */
export async function readLegacy(source: Source): Promise<PickledFile> {
  const { path } = source;
  try {
    const { root, keys, storages, end } = await readPickles(source);
    const places = await findStorages(source, keys, storages, end);
    return {
      root,
      storage({ key }) {
        const place = places.get(key);
        return place
          ? Promise.resolve(place)
          : Promise.reject(corrupt(path, `is damaged: the weights ${key} are missing`));
      },
    };
  } catch (error) {
    if (error instanceof PickleError) throw corrupt(path, `is damaged: ${error.message}`);
    throw error;
  }
}

/** How long the pickles are is not said anywhere, so the window grows until they fit. */
async function readPickles(source: Source): Promise<Pickles> {
  for (let window = firstWindow; ; window *= 8) {
    const length = Math.min(window, source.size, largestPickle);
    try {
      return parse(await source.read(0, length), source.path);
    } catch (error) {
      if (!(error instanceof PickleTruncated) || length === source.size) throw error;
      if (length === largestPickle) {
        throw tooLarge(
          source.path,
          `has more than ${largestPickle} bytes of structure beside its weights`,
          toStateDict,
        );
      }
    }
  }
}

function parse(bytes: Uint8Array, path: string): Pickles {
  let at = 0;
  const storages = new Map<string, Storage>();
  const remember = (id: readonly Value[]): Storage => {
    const storage = storageOf(id);
    storages.set(storage.key, storage);
    return storage;
  };
  const next = (): Value => {
    const unpickler = new Unpickler(bytes, at, { find: findGlobal, storage: remember });
    const value = unpickler.read();
    at = unpickler.position;
    return value;
  };
  if (next() !== magicNumber || next() !== protocolVersion) {
    throw corrupt(path, "is a pickle, but none that PyTorch wrote", toStateDict);
  }
  const machine = next();
  if (!(machine instanceof Map)) throw new PickleError("the facts of its machine are missing");
  if (machine.get("little_endian") === false) throw bigEndian(path);
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new PickleError("the list of its storages is missing");
  return { root, keys, storages, end: at };
}

async function findStorages(
  source: Source,
  keys: readonly Value[],
  storages: ReadonlyMap<string, Storage>,
  start: number,
): Promise<ReadonlyMap<string, StorageBytes>> {
  const places = new Map<string, StorageBytes>();
  let at = start;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (!storage || places.has(storage.key)) throw new PickleError("its list of storages makes no sense");
    const count = new DataView((await source.read(at, 8)).buffer).getBigInt64(0, true);
    if (count !== BigInt(storage.count)) throw new PickleError(`a storage has ${count} elements, not ${storage.count}`);
    const length = storage.count * storage.width;
    at += 8;
    if (at + length > source.size) throw corrupt(source.path, `is cut short: it should go on to ${at + length}`);
    places.set(storage.key, { position: at, length, verify: () => undefined });
    at += length;
  }
  return places;
}

import { unsupported } from "../../files/faults";
import { as, PickleError, type Storage, type Value } from "../../files/pickle/objects";

/** Where the bytes of a storage are. */
export interface StorageBytes {
  readonly position: number;
  readonly length: number;
  /** Compares all of its bytes with a checksum, where the file has one. @throws ProblemError `file-corrupt`. */
  verify(bytes: Uint8Array): void;
}

/** A file of PyTorch: what was pickled, and the storages it refers to. */
export interface PickledFile {
  readonly root: Value;
  /** @throws ProblemError `file-corrupt` when the file has no such storage. */
  storage(storage: Storage): Promise<StorageBytes>;
}

/** Largest pickle that is read, in bytes; the weights themselves are not in it. */
export const largestPickle = 2 ** 26;

/** How to save what can be read. */
export const toStateDict =
  'Load it in Python and save the weights alone: `torch.save(model.state_dict(), "weights.pt")`.';

/** The storage of an identifier ("storage", type, key, device, count, …). @throws PickleError */
export function storageOf([kind, type, key, , count, view]: readonly Value[]): Storage {
  const found = as(type, "callable");
  if (kind !== "storage" || found?.width === undefined || typeof key !== "string") {
    throw new PickleError("a storage has an identifier that makes no sense");
  }
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0) {
    throw new PickleError("a storage has an absurd size");
  }
  if (view !== undefined && view !== null) {
    throw new PickleError("a storage is part of another, as only the first versions of PyTorch wrote");
  }
  return { kind: "storage", key, dtype: found.dtype, width: found.width, count };
}

/** The problem of weights written by a machine of the other byte order. */
export function bigEndian(path: string): Error {
  const advice = "Load it on a little-endian machine (any PC or Mac) and save it there again.";
  return unsupported(path, "was written by a big-endian machine", advice);
}

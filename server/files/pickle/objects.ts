import type { DataType } from "../../graph/tensor";

/** A pickle that is damaged, or made to exhaust whoever reads it. */
export class PickleError extends Error {}

/** The pickle goes on beyond the bytes that were given. */
export class PickleTruncated extends PickleError {}

/** The pickle asks for a class or function that is none of the harmless ones. */
export class ForbiddenGlobal extends Error {
  /** @param global e.g. `os.system`. */
  constructor(readonly global: string) {
    super(`the pickle asks for ${global}`);
  }
}

/** A piece of memory that tensors share. */
export interface Storage {
  readonly kind: "storage";
  readonly key: string;
  /** Undefined for untyped storages and for types that are not read. */
  readonly dtype: DataType | undefined;
  /** Bytes per element; 1 for untyped storages. */
  readonly width: number;
  /** Number of elements. */
  readonly count: number;
}

/** A view of a storage; extents, strides and offset count elements. */
export interface StoredView {
  readonly kind: "tensor";
  readonly storage: Storage;
  readonly dtype: DataType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A tensor of a kind that is not read: quantised, sparse, complex, … */
export interface Unread {
  readonly kind: "unread";
  /** e.g. "quantised". */
  readonly what: string;
}

/** A harmless object of which nothing is kept. */
export interface Inert {
  readonly kind: "inert";
}

/** A class or function of the allow-list; calling it makes plain data. */
export interface Callable {
  readonly kind: "callable";
  readonly name: string;
  /** Element type that it stands for, if it is a type of storage or of elements. */
  readonly dtype?: DataType;
  /** Bytes per element; only for classes of storages. */
  readonly width?: number;
  /** @throws PickleError for arguments that make no sense. */
  call(args: readonly Value[]): Value;
}

/** An object that is given its content after it was made. */
export interface Buildable {
  readonly kind: "buildable";
  /** @throws PickleError for content that makes no sense. */
  build(state: Value): void;
}

type Tagged = Storage | StoredView | Unread | Inert | Callable | Buildable;

/** What a pickle may name. */
export interface AllowList {
  /** A harmless class or function, undefined for any other. Nothing of what a pickle names is ever run. */
  find(module: string, name: string): Callable | undefined;
  /** The storage of a persistent identifier; absent where there are none. @throws PickleError */
  storage?(id: readonly Value[]): Storage;
}

/** What a pickle can become. Lists, tuples and sets are arrays; `None` is null. */
export type Value = null | boolean | number | bigint | string | Uint8Array | Value[] | Map<Value, Value> | Tagged;

export const inert: Inert = { kind: "inert" };

/** The value as one of ours with this `kind`, or undefined. */
export function as<K extends Tagged["kind"]>(
  value: Value | undefined,
  kind: K,
): Extract<Tagged, { readonly kind: K }> | undefined {
  const tagged = value as { readonly kind?: unknown } | null | undefined;
  return typeof tagged === "object" && tagged?.kind === kind
    ? (value as Extract<Tagged, { readonly kind: K }>)
    : undefined;
}

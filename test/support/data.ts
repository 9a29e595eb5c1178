import { zipSync } from "fflate";
import { expect } from "vitest";
import type { AskedNames, LabelledData } from "../../server/data/dataset";
import { openData } from "../../server/data/open";
import { bytesOf, viewAs } from "../../server/graph/elements";
import { sizeOf, type Tensor } from "../../server/graph/tensor";
import { ProblemError } from "../../server/protocol/problem";
import type { Problem } from "../../server/protocol/problem";

/** Writers of small data files, and readers of the problems that they cause. */

interface NpyOptions {
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
  /** The whole header, instead of one made from type and shape. */
  readonly header?: string;
}

/** A `.npy` as NumPy writes it; the values' bytes are taken as they are. */
export function npy(
  descr: string,
  shape: readonly number[],
  values: ArrayBufferView,
  { fortran = false, version = 1, header }: NpyOptions = {},
): Uint8Array<ArrayBuffer> {
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const order = fortran ? "True" : "False";
  const text = header ?? `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${tuple}, }`;
  const start = version === 1 ? 10 : 12;
  const length = Math.ceil((start + text.length + 1) / 64) * 64 - start;
  const bytes = new Uint8Array(start + length + values.byteLength).fill(0x20, start, start + length);
  bytes.set([0x93, ...Buffer.from("NUMPY"), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, length, true);
  else view.setUint32(8, length, true);
  bytes.set(Buffer.from(text), start);
  bytes[start + length - 1] = 0x0a;
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), start + length);
  return bytes;
}

/** A `.npz` of the given `.npy` files, by array name. */
export function npz(arrays: Readonly<Record<string, Uint8Array>>, level: 0 | 6 = 6): Uint8Array {
  const files = Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]));
  return zipSync(files, { level });
}

const idxTypes = { uint8: 8, int8: 9, int16: 0x0b, int32: 0x0c, float32: 0x0d, float64: 0x0e } as const;

/** An IDX file; `elements` are big-endian bytes. */
export function idx(type: keyof typeof idxTypes, shape: readonly number[], elements: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + elements.length);
  bytes.set([0, 0, idxTypes[type], shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((extent, axis) => view.setUint32(4 + 4 * axis, extent));
  bytes.set(elements, 4 + 4 * shape.length);
  return bytes;
}

/** Labelled data as a reader would give them. */
export function labelled(x: Tensor, y: Tensor): LabelledData {
  const path = "/data/test.npz";
  const names = { x: "x_test", y: "y_test" };
  const shape = x.shape.slice(1);
  const size = sizeOf(shape);
  return {
    path,
    files: [path],
    x: { dtype: x.dtype, shape: x.shape },
    y,
    names,
    asked: names,
    notices: [],
    async *samples(indices) {
      for (const index of indices) {
        yield { dtype: x.dtype, shape, data: x.data.slice(index * size, (index + 1) * size) };
      }
    },
  };
}

/** All samples of a file as one tensor. */
export async function samplesOf(data: LabelledData): Promise<Tensor> {
  const parts: Uint8Array[] = [];
  for await (const sample of data.samples(Uint32Array.from({ length: data.x.shape[0]! }, (_, i) => i))) {
    expect(sample).toMatchObject({ dtype: data.x.dtype, shape: data.x.shape.slice(1) });
    parts.push(bytesOf(sample));
  }
  return { ...data.x, data: viewAs(data.x.dtype, new Uint8Array(Buffer.concat(parts))) };
}

/** Opens data and reads all samples. */
export async function readAll(
  path: string,
  asked: AskedNames = {},
): Promise<{ readonly data: LabelledData; readonly x: Tensor }> {
  const data = await openData(path, asked);
  return { data, x: await samplesOf(data) };
}

export function float32(shape: readonly number[], values: ArrayLike<number>): Tensor {
  return { dtype: "float32", shape, data: Float32Array.from(values) };
}

export function int64(values: readonly number[]): Tensor {
  return { dtype: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

/** The problem that `action` throws; anything else that it throws or returns fails the test. */
export function problemOf(action: () => unknown): Problem {
  try {
    action();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error("No problem was reported.");
}

/** The problem that `promise` is rejected with. */
export async function problemFrom(promise: Promise<unknown>): Promise<Problem> {
  const error: unknown = await promise.then(
    () => new Error("No problem was reported."),
    (reason: unknown) => reason,
  );
  if (error instanceof ProblemError) return error.problem;
  throw error;
}

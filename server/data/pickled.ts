import { basename } from "node:path";
import { corrupt, tooLarge, unsupported } from "../files/faults";
import { swapBytes } from "../files/npy";
import { asArray, numpyObjects, type PickledArray } from "../files/pickle/numpy";
import { ForbiddenGlobal, PickleError, type Value } from "../files/pickle/objects";
import { Unpickler } from "../files/pickle/unpickler";
import { columnMajorStrides, gather, tensorOf } from "../files/strides";
import { widthOf } from "../graph/elements";
import { sizeOf, type Tensor } from "../graph/tensor";
import type { DataFormat } from "./dataset";
import { withFile } from "./file";
import { chooseArrays, type ArraySummary } from "./names";
import { partsOf, shareIndices } from "./parts";

/** Pickles are read whole, as nothing in them tells where an array is; those of CIFAR-100 have 154 MB. */
const largestPickle = 2 ** 28;
const toNpz = "Save the samples and labels with numpy.savez('test.npz', x_test=…, y_test=…).";

/**
 * The Python version of CIFAR, and other pickled dictionaries of NumPy arrays and lists of numbers. `data_batch_1` stands
 * for all five batches. Nothing of a pickle is run.
 */
export const pickledFormat: DataFormat = {
  label: "pickled dictionaries of arrays",
  match: (path, head) =>
    head?.[0] === 0x80 &&
    (head[1] ?? 0) <= 5 &&
    (/\.(pkl|pickle)$/i.test(path) || /^(.*data_batch_\d+|.*test_batch|train|test)$/i.test(basename(path))),
  async open(path, asked) {
    const files = await partsOf(path);
    const parts: { readonly y: Tensor; readonly shape: readonly number[]; readonly dtype: Tensor["dtype"] }[] = [];
    let names = { x: "", y: "" };
    for (const file of files) {
      const entries = await readEntries(file);
      names = chooseArrays(file, entries, asked);
      const x = samplesOf(entries, names.x, file);
      parts.push({ y: tensorFrom(entries.get(names.y)!, names.y, file), shape: x.shape, dtype: x.dtype });
    }
    const [first] = parts as [(typeof parts)[number], ...typeof parts];
    const counts = parts.map(({ shape }) => shape[0] ?? 0);
    const odd = parts.findIndex(
      ({ shape, dtype, y }) =>
        shape.slice(1).join() !== first.shape.slice(1).join() ||
        dtype !== first.dtype ||
        y.shape.slice(1).join() !== first.y.shape.slice(1).join(),
    );
    if (odd > 0) throw corrupt(files[odd]!, `has samples or labels of another kind than ${basename(files[0]!)}`);
    return {
      path,
      files,
      x: { dtype: first.dtype, shape: [counts.reduce((sum, count) => sum + count, 0), ...first.shape.slice(1)] },
      y: joined(parts.map(({ y }) => y)),
      names,
      asked: names,
      notices: files.length > 1 ? [`${basename(files[0]!)} … ${basename(files.at(-1)!)} are read as one.`] : [],
      async *samples(indices) {
        for (const { part, indices: own } of shareIndices(indices, counts)) {
          const { dtype, shape, data } = samplesOf(await readEntries(files[part]!), names.x, files[part]!);
          const size = sizeOf(shape.slice(1));
          for (const index of own) {
            yield { dtype, shape: shape.slice(1), data: data.slice(index * size, (index + 1) * size) };
          }
        }
      },
    };
  },
};

/** An entry of a dictionary that may be an array. */
type Entry = ArraySummary & { readonly array: PickledArray | readonly number[] };

function readEntries(path: string): Promise<ReadonlyMap<string, Entry>> {
  return withFile(path, async (file) => {
    if (file.size > largestPickle) throw tooLarge(path, `is a pickle of ${file.size} bytes`, toNpz);
    const root = unpickle(await file.read(0, file.size), path);
    if (!(root instanceof Map))
      throw unsupported(path, "is a pickle of something else than a dictionary of arrays", toNpz);
    const entries = new Map<string, Entry>();
    for (const [key, value] of root) {
      const name = key instanceof Uint8Array ? Buffer.from(key).toString("latin1") : key;
      const entry = entryOf(value);
      if (typeof name === "string" && entry) entries.set(name, entry);
    }
    return entries;
  });
}

function unpickle(bytes: Uint8Array, path: string): Value {
  try {
    return new Unpickler(bytes, 0, numpyObjects).read();
  } catch (error) {
    if (error instanceof PickleError) throw corrupt(path, `is damaged: ${error.message}`);
    if (!(error instanceof ForbiddenGlobal)) throw error;
    const found = `contains program code and was not opened: it asks for ${error.global}`;
    throw unsupported(path, found, toNpz, [error.global]);
  }
}

function entryOf(value: Value): Entry | undefined {
  const array = asArray(value);
  if (array) return { array, dtype: array.dtype, shape: array.shape };
  if (!Array.isArray(value) || !value.every((item) => typeof item === "number")) return undefined;
  return { array: value, dtype: "float64", shape: [value.length] };
}

function tensorFrom({ array, shape }: Entry, name: string, path: string): Tensor {
  if (!("bytes" in array)) return { dtype: "float64", shape, data: Float64Array.from(array) };
  const { dtype, bytes, fortranOrder, descr } = array;
  if (!dtype) throw unsupported(path, `holds ${name} as something else than plain numbers`, toNpz);
  const width = widthOf(dtype);
  if (shape.some((extent) => extent < 0) || bytes.length !== sizeOf(shape) * width) {
    throw corrupt(path, `is damaged: ${name} of shape [${shape.join(", ")}] has ${bytes.length} bytes`);
  }
  const own = new Uint8Array(bytes);
  if (descr.startsWith(">")) swapBytes(own, width);
  const tensor = tensorOf(dtype, shape, own);
  return fortranOrder ? { dtype, shape, data: gather(dtype, tensor.data, shape, columnMajorStrides(shape)) } : tensor;
}

/** The samples; rows of CIFAR's length are its pictures, 32×32 of red, then of green, then of blue. */
function samplesOf(entries: ReadonlyMap<string, Entry>, name: string, path: string): Tensor {
  const entry = entries.get(name);
  if (!entry) throw corrupt(path, `has no ${name}, unlike the batch before it`);
  const tensor = tensorFrom(entry, name, path);
  const isCifar = name === "data" && tensor.dtype === "uint8" && tensor.shape.length === 2 && tensor.shape[1] === 3072;
  return isCifar ? { ...tensor, shape: [tensor.shape[0]!, 3, 32, 32] } : tensor;
}

function joined(parts: readonly Tensor[]): Tensor {
  const [first] = parts as [Tensor, ...Tensor[]];
  if (parts.length === 1) return first;
  const numbers = parts.flatMap(({ data }) => Array.from(data, Number));
  const count = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return { dtype: "float64", shape: [count, ...first.shape.slice(1)], data: Float64Array.from(numbers) };
}

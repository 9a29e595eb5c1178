import { corrupt, unsupported } from "../../../files/faults";
import { fromFloat16 } from "../../../graph/half";
import { sizeOf, type Tensor } from "../../../graph/tensor";
import { fieldOf, listOf, textOf, type Json, type JsonObject } from "../json";
import type { Weights } from "../weights";
import { realOf, shapeOfProto, typeNameOf } from "./attributes";
import type { TfNode } from "./graphDef";

/** How an element type is kept in a TensorProto: its field of values, and its elements in bytes. */
interface Storage {
  readonly field: string;
  readonly width: number;
  /** Element type that it becomes: real numbers are float32 and whole numbers int64, as wide as they come. */
  readonly becomes: "float32" | "int64" | "bool";
  readonly element: (view: DataView, at: number) => number;
  /** A number of the field of values; the element itself unless it is the bits of one. */
  readonly decode?: (value: number) => number;
}

const storages: ReadonlyMap<string, Storage> = new Map<string, Storage>([
  ["DT_FLOAT", { field: "floatVal", width: 4, becomes: "float32", element: (view, at) => view.getFloat32(at, true) }],
  ["DT_DOUBLE", { field: "doubleVal", width: 8, becomes: "float32", element: (view, at) => view.getFloat64(at, true) }],
  [
    "DT_HALF",
    {
      field: "halfVal",
      width: 2,
      becomes: "float32",
      element: (view, at) => fromFloat16(view.getUint16(at, true)),
      decode: fromFloat16,
    },
  ],
  ["DT_INT32", { field: "intVal", width: 4, becomes: "int64", element: (view, at) => view.getInt32(at, true) }],
  ["DT_UINT8", { field: "intVal", width: 1, becomes: "int64", element: (view, at) => view.getUint8(at) }],
  ["DT_INT8", { field: "intVal", width: 1, becomes: "int64", element: (view, at) => view.getInt8(at) }],
  [
    "DT_INT64",
    { field: "int64Val", width: 8, becomes: "int64", element: (view, at) => Number(view.getBigInt64(at, true)) },
  ],
  ["DT_BOOL", { field: "boolVal", width: 1, becomes: "bool", element: (view, at) => view.getUint8(at) }],
]);

/** Most elements that the constants of a graph may have together, where few values stand for many. */
const mostElements = 2 ** 26;

/**
 * The tensors of the Const nodes, by name: from the weight files where they have one of the name, else from the nodes
 * themselves. Real numbers become float32, whole numbers int64.
 * @throws ProblemError `file-corrupt` or `file-unsupported`.
 */
export async function readConstants(
  nodes: readonly TfNode[],
  weights: Weights,
  model: string,
): Promise<ReadonlyMap<string, Tensor>> {
  const own = nodes.filter(({ op }) => op === "Const");
  // The converter moves all values to the weight files; where some are left in the graph, none stands for zeros.
  const bare = own.some(({ attributes }) => hasValues(attributes.tensor("value")));
  const tensors = new Map<string, Tensor>();
  let left = mostElements;
  for (const node of own) {
    if (weights.tensors.has(node.name)) tensors.set(node.name, widened(await weights.read(node.name)));
    else {
      const tensor = inlineTensor(node, bare, left, model);
      tensors.set(node.name, tensor);
      left -= tensor.data.length;
    }
  }
  return tensors;
}

function hasValues(proto: JsonObject | undefined): boolean {
  return Object.keys(proto ?? {}).some((key) => key.endsWith("Val") || key === "tensorContent");
}

function widened(tensor: Tensor): Tensor {
  if (tensor.dtype !== "int32") return tensor;
  return { dtype: "int64", shape: tensor.shape, data: BigInt64Array.from(tensor.data as Int32Array, BigInt) };
}

/** @param left how many elements it may have */
function inlineTensor(node: TfNode, bare: boolean, left: number, model: string): Tensor {
  const { name, attributes } = node;
  const proto = attributes.tensor("value");
  if (!proto || !(bare || hasValues(proto))) {
    throw corrupt(model, `has no values for the constant ${name}, neither in its weights nor inline`);
  }
  const type = typeNameOf(fieldOf(proto, "dtype")) ?? "no type";
  const storage = storages.get(type);
  if (!storage) {
    const advice = "Convert the model again with numbers only, e.g. without the preprocessing of text.";
    throw unsupported(model, `has a constant ${name} of elements that no network computes with (${type})`, advice);
  }
  const shape = (shapeOfProto(fieldOf(proto, "tensorShape")) ?? []).map((extent) => extent ?? -1);
  const size = sizeOf(shape);
  if (shape.some((extent) => extent < 0) || !(size <= left)) {
    throw corrupt(model, `states an impossible shape for the constant ${name}`);
  }
  const content = textOf(fieldOf(proto, "tensorContent")) ?? "";
  const values = content === "" ? valuesOf(proto, storage) : contentOf(content, storage, size);
  const whole = storage.becomes !== "int64" || values?.every(Number.isInteger);
  if (!values || !whole || values.length > size) {
    throw corrupt(model, `does not hold the ${size} elements of the constant ${name}`);
  }
  return tensorFrom(storage, shape, values);
}

/** All elements as bytes; undefined when their number is not that of the shape. */
function contentOf(text: string, { width, element }: Storage, size: number): readonly number[] | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== size * width) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: size }, (_, k) => element(view, k * width));
}

/** The first elements as numbers; the last stands for all that follow. */
function valuesOf(proto: JsonObject, { field, decode }: Storage): readonly number[] | undefined {
  const values = (listOf(fieldOf(proto, field)) ?? []).map(numberOf);
  if (values.includes(undefined)) return undefined;
  return decode ? (values as number[]).map(decode) : (values as number[]);
}

function numberOf(value: Json): number | undefined {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : realOf(value);
}

/** @param values the first elements; the last of them, or else zero, fills the rest. */
function tensorFrom({ becomes }: Storage, shape: readonly number[], values: readonly number[]): Tensor {
  const size = sizeOf(shape);
  const last = values.at(-1) ?? 0;
  switch (becomes) {
    case "float32": {
      const data = new Float32Array(size).fill(last);
      data.set(values);
      return { dtype: "float32", shape, data };
    }
    case "int64": {
      const data = new BigInt64Array(size).fill(BigInt(last));
      values.forEach((value, k) => (data[k] = BigInt(value)));
      return { dtype: "int64", shape, data };
    }
    case "bool": {
      const data = new Uint8Array(size).fill(last);
      data.set(values);
      return { dtype: "bool", shape, data };
    }
  }
}

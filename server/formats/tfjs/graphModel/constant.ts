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

/** Most elements that a constant may spread one value over. */
const mostElements = 2 ** 28;

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
  for (const node of own) tensors.set(node.name, await constantOf(node, weights, bare, model));
  return tensors;
}

function hasValues(proto: JsonObject | undefined): boolean {
  return Object.keys(proto ?? {}).some((key) => key.endsWith("Val") || key === "tensorContent");
}

async function constantOf(node: TfNode, weights: Weights, bare: boolean, model: string): Promise<Tensor> {
  if (weights.tensors.has(node.name)) return widened(await weights.read(node.name));
  const proto = node.attributes.tensor("value");
  if (!proto || !(bare || hasValues(proto)))
    throw corrupt(model, `has no values for the constant ${node.name}, neither in its weights nor inline`);
  return inlineTensor(proto, node.name, model);
}

function widened(tensor: Tensor): Tensor {
  if (tensor.dtype !== "int32") return tensor;
  return { dtype: "int64", shape: tensor.shape, data: BigInt64Array.from(tensor.data as Int32Array, BigInt) };
}

function inlineTensor(proto: JsonObject, name: string, model: string): Tensor {
  const type = typeNameOf(fieldOf(proto, "dtype")) ?? "no type";
  const storage = storages.get(type);
  if (!storage) {
    const advice = "Convert the model again with numbers only, e.g. without the preprocessing of text.";
    throw unsupported(model, `has a constant ${name} of elements that no network computes with (${type})`, advice);
  }
  const shape = (shapeOfProto(fieldOf(proto, "tensorShape")) ?? []).map((extent) => extent ?? -1);
  const size = sizeOf(shape);
  if (shape.some((extent) => extent < 0) || !(size <= mostElements)) {
    throw corrupt(model, `states an impossible shape for the constant ${name}`);
  }
  const values = contentOf(proto, storage) ?? valuesOf(proto, storage);
  const whole = storage.becomes !== "int64" || values?.every(Number.isInteger);
  if (!values || !whole || values.length > size) {
    throw corrupt(model, `does not hold the ${size} elements of the constant ${name}`);
  }
  return tensorFrom(storage, shape, filled(values, size));
}

/** All elements as bytes. */
function contentOf(proto: JsonObject, { width, element }: Storage): readonly number[] | undefined {
  const text = textOf(fieldOf(proto, "tensorContent"));
  if (text === undefined || text === "") return undefined;
  const bytes = Buffer.from(text, "base64");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, k) => element(view, k * width));
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

function filled(values: readonly number[], size: number): readonly number[] {
  const last = values.at(-1) ?? 0;
  return values.length === size ? values : Array.from({ length: size }, (_, k) => values[k] ?? last);
}

function tensorFrom({ becomes }: Storage, shape: readonly number[], values: readonly number[]): Tensor {
  switch (becomes) {
    case "float32":
      return { dtype: "float32", shape, data: Float32Array.from(values) };
    case "int64":
      return { dtype: "int64", shape, data: BigInt64Array.from(values, (value) => BigInt(value)) };
    case "bool":
      return { dtype: "bool", shape, data: Uint8Array.from(values) };
  }
}

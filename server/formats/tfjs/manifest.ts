import { corrupt, unsupported } from "../../files/faults";
import { sizeOf, type DataType } from "../../graph/tensor";
import { fieldOf, objectOf, shapeOf, textOf, type Json, type JsonObject } from "./json";

/** How whole numbers of few bits, or half floats, stand for the values of a weight. */
export interface Quantisation {
  readonly dtype: "uint8" | "uint16" | "float16";
  /** value = number · scale + min; 1 and 0 for half floats. */
  readonly scale: number;
  readonly min: number;
}

/** What the manifest says of one weight. */
export interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  /** As the manifest has it. */
  readonly stored: string;
  /** Element type of the tensor that it becomes; undefined for text and complex numbers, which no model computes with. */
  readonly dtype?: DataType;
  /** "optimizer" for the state of the training. */
  readonly group?: string;
  readonly quantisation?: Quantisation;
  /** Number of bytes; 0 for text, whose length only its bytes tell. */
  readonly length: number;
}

/** Bytes of an element, by the manifest's names of types. */
const widths: ReadonlyMap<string, number> = new Map([
  ["float32", 4],
  ["int32", 4],
  ["bool", 1],
  ["string", 0],
  ["complex64", 8],
]);

const quantisedWidths: ReadonlyMap<string, number> = new Map([
  ["uint8", 1],
  ["uint16", 2],
  ["float16", 2],
]);

/** @throws ProblemError `file-corrupt`, or `file-unsupported` for a type of elements that TensorFlow.js does not have. */
export function readEntry(value: Json, model: string): Entry {
  const object = objectOf(value);
  const name = textOf(fieldOf(object, "name"));
  if (!object || name === undefined) throw corrupt(model, "has a weight without a name in its weightsManifest");
  const shape = shapeOf(fieldOf(object, "shape"));
  if (!shape) throw corrupt(model, `states no shape for the weight ${name}`);
  const size = sizeOf(shape);
  if (!Number.isSafeInteger(size * 8)) throw corrupt(model, `states an impossible shape for the weight ${name}`);
  const stored = textOf(fieldOf(object, "dtype")) ?? "";
  const quantisation = quantisationOf(object, name, stored, model);
  const width = quantisation ? quantisedWidths.get(quantisation.dtype) : widths.get(stored);
  if (width === undefined) throw unknownType(model, name, stored);
  const dtype = stored === "string" || stored === "complex64" ? undefined : (stored as DataType);
  const group = textOf(fieldOf(object, "group"));
  return {
    name,
    shape,
    stored,
    length: size * width,
    ...(dtype === undefined ? {} : { dtype }),
    ...(group === undefined ? {} : { group }),
    ...(quantisation ? { quantisation } : {}),
  };
}

function quantisationOf(entry: JsonObject, name: string, stored: string, model: string): Quantisation | undefined {
  const given = fieldOf(entry, "quantization");
  if (given === undefined || given === null) return undefined;
  const object = objectOf(given);
  const dtype = textOf(fieldOf(object, "dtype")) ?? "";
  const fits = dtype === "float16" ? stored === "float32" : stored === "float32" || stored === "int32";
  if (!quantisedWidths.has(dtype) || !fits)
    throw unknownType(model, name, `${stored} quantised as ${dtype || "nothing"}`);
  if (dtype === "float16") return { dtype, scale: 1, min: 0 };
  const [scale, min] = [fieldOf(object, "scale"), fieldOf(object, "min")];
  if (typeof scale !== "number" || typeof min !== "number") {
    throw corrupt(model, `does not say how the weight ${name} was quantised: scale and min were expected`);
  }
  return { dtype: dtype as "uint8" | "uint16", scale, min };
}

function unknownType(model: string, name: string, found: string): Error {
  return unsupported(
    model,
    `stores the weight ${name} as ${found || "nothing"}; float32, int32 or bool was expected, plain or quantised as uint8, uint16 or float16`,
    "Convert the model again with the converter of TensorFlow.js.",
  );
}

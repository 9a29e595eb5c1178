import { fieldOf, integerOf, listOf, objectOf, textOf, type Json, type JsonObject } from "../json";

/** TensorFlow's element types that occur in networks, by number. */
const typeNames: ReadonlyMap<number, string> = new Map([
  [1, "DT_FLOAT"],
  [2, "DT_DOUBLE"],
  [3, "DT_INT32"],
  [4, "DT_UINT8"],
  [5, "DT_INT16"],
  [6, "DT_INT8"],
  [7, "DT_STRING"],
  [9, "DT_INT64"],
  [10, "DT_BOOL"],
  [14, "DT_BFLOAT16"],
  [17, "DT_UINT16"],
  [19, "DT_HALF"],
]);

/** The attributes of a node of a GraphDef in JSON, each an object with one field that tells its kind. */
export class Attributes {
  constructor(private readonly all: JsonObject | undefined) {}

  int(name: string, otherwise: number): number {
    return integerOf(fieldOf(this.get(name), "i")) ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return realOf(fieldOf(this.get(name), "f")) ?? otherwise;
  }

  bool(name: string, otherwise = false): boolean {
    const value = fieldOf(this.get(name), "b");
    return typeof value === "boolean" ? value : otherwise;
  }

  /** A byte string: base64, as protocol buffers write it, or a list of bytes. */
  text(name: string, otherwise: string): string {
    return bytesAsText(fieldOf(this.get(name), "s")) ?? otherwise;
  }

  ints(name: string): readonly number[] {
    return this.list(name, "i").flatMap((value) => integerOf(value) ?? []);
  }

  texts(name: string): readonly string[] {
    return this.list(name, "s").flatMap((value) => bytesAsText(value) ?? []);
  }

  /** Name of an element type, e.g. "DT_FLOAT"; undefined when there is none. */
  type(name: string): string | undefined {
    return typeNameOf(fieldOf(this.get(name), "type"));
  }

  /** A shape with null for unknown extents; undefined when there is none or its rank is not known. */
  shape(name: string): readonly (number | null)[] | undefined {
    return shapeOfProto(fieldOf(this.get(name), "shape"));
  }

  tensor(name: string): JsonObject | undefined {
    return objectOf(fieldOf(this.get(name), "tensor"));
  }

  private get(name: string): JsonObject | undefined {
    return objectOf(fieldOf(this.all, name));
  }

  private list(name: string, kind: string): readonly Json[] {
    return listOf(fieldOf(objectOf(fieldOf(this.get(name), "list")), kind)) ?? [];
  }
}

/** An element type, which is written by its name or by its number. */
export function typeNameOf(value: Json | undefined): string | undefined {
  const number = integerOf(value);
  return number === undefined ? textOf(value) : (typeNames.get(number) ?? `type ${number}`);
}

/** A TensorShapeProto, with null for unknown extents. */
export function shapeOfProto(value: Json | undefined): readonly (number | null)[] | undefined {
  const shape = objectOf(value);
  if (!shape || fieldOf(shape, "unknownRank") === true) return undefined;
  return (listOf(fieldOf(shape, "dim")) ?? []).map((dimension) => {
    const extent = integerOf(fieldOf(objectOf(dimension), "size")) ?? 0;
    return extent < 0 ? null : extent;
  });
}

/** A number, written as one or as the text that JSON lacks a number for. */
export function realOf(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return undefined;
}

function bytesAsText(value: Json | undefined): string | undefined {
  if (typeof value === "string") return Buffer.from(value, "base64").toString("latin1");
  const bytes = listOf(value);
  return bytes && String.fromCharCode(...bytes.flatMap((byte) => integerOf(byte) ?? []));
}

import { corrupt, tooLarge } from "../../files/faults";
import { parseJson } from "../keras/json";
import { withSource } from "../source";

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Largest text that is read, in bytes; weights lie in files of their own, so that real ones have a few megabytes. */
const largestText = 2 ** 27;

/**
 * The object that a file of JSON holds.
 * @throws ProblemError `file-missing`, `too-large`, or `file-corrupt` when the file is no JSON object.
 */
export async function readJsonObject(file: string): Promise<JsonObject> {
  const bytes = await withSource(file, (source) => {
    if (source.size > largestText) {
      const found = `has ${(source.size / 2 ** 20).toFixed(0)} MiB of JSON; ${largestText / 2 ** 20} MiB can be read`;
      throw tooLarge(file, found, "Convert the model again, so that its weights lie in files beside model.json.");
    }
    return source.read(0, source.size);
  });
  return parseObject(bytes, file);
}

/** @throws ProblemError `file-corrupt`. */
export function parseObject(bytes: Uint8Array, file: string): JsonObject {
  if (bytes.length === 0) throw corrupt(file, "is empty");
  const text = new TextDecoder().decode(bytes);
  if (text.startsWith("version https://git-lfs")) {
    throw corrupt(file, "is only a pointer of Git LFS, not the model itself", "Fetch the model with `git lfs pull`.");
  }
  const value = parseJson(file, "text", text) as Json;
  const object = objectOf(value);
  if (!object) throw corrupt(file, `holds ${nameOf(value)} of JSON, where an object was expected`);
  return object;
}

function nameOf(value: Json): string {
  if (Array.isArray(value)) return "a list";
  return value === null ? "null" : `a ${typeof value}`;
}

/** The value when it is an object. */
export function objectOf(value: Json | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The object's own value of a key: what every object inherits is not the file's. */
export function fieldOf(object: JsonObject | undefined, key: string): Json | undefined {
  return object && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function listOf(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) ? (value as readonly Json[]) : undefined;
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A whole number, written as one or, as protocol buffers write those of 64 bits, as text. */
export function integerOf(value: Json | undefined): number | undefined {
  const number = typeof value === "string" && /^-?\d{1,19}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) ? number : undefined;
}

/** A list of extents; undefined when it is none. */
export function shapeOf(value: Json | undefined): readonly number[] | undefined {
  const extents = listOf(value)?.map(integerOf);
  return extents?.every((extent) => extent !== undefined && extent >= 0) ? (extents as number[]) : undefined;
}

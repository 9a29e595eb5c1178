import type { Json, JsonObject } from "../json";

/** Settings whose values are words that have an upper-case letter in TensorFlow.js' own spelling, e.g. `hardSigmoid`. */
const words: ReadonlySet<string> = new Set([
  "activation",
  "recurrent_activation",
  "data_format",
  "padding",
  "interpolation",
  "loss",
]);

/** Functions that Keras does not have, as layers of the dialect that apply them. */
const functions: ReadonlyMap<string, Json> = new Map([
  ["gelu_new", { class_name: "GeluNew", config: { name: "gelu_new" } }],
]);

/**
 * A description in Keras' spelling: `batch_input_shape` for `batchInputShape`. TensorFlow.js writes Keras' and reads both.
 */
export function pythonic(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(pythonic);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as JsonObject).map(([name, setting]): readonly [string, Json] => {
    const key = snakeCase(name);
    const isWord = typeof setting === "string" && words.has(key);
    if (isWord) return [key, functions.get(setting) ?? snakeCase(setting)];
    return [key, pythonic(setting ?? null)];
  });
  return Object.fromEntries(entries);
}

/** Only what is spelt in camel case; the names of classes and layers are left as they are. */
function snakeCase(text: string): string {
  if (!/^[a-z]+[a-z0-9]*([A-Z][a-z0-9]*)+$/.test(text)) return text;
  return text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

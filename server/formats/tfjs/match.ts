import path from "node:path";

/**
 * Whether a file may hold a model of TensorFlow.js: it is called `model.json`, or it is any `.json` that begins with an
 * object.
 * @param head its first bytes.
 */
export function holdsJson(file: string, head: Uint8Array): boolean {
  const name = path.basename(file).toLowerCase();
  if (name === "model.json") return true;
  return name.endsWith(".json") && /^\uFEFF?\s*\{/.test(new TextDecoder("utf-8", { ignoreBOM: true }).decode(head));
}

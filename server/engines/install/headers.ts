import path from "node:path";
import { textOf, unfit, type PythonPackage } from "./pythonPackage";

/** What the addon's sources include of TensorFlow, by the path inside the include folder. */
const included: readonly string[] = [
  "tensorflow/c/c_api.h",
  "tensorflow/c/eager/c_api.h",
  "tensorflow/c/tf_datatype.h",
  "tensorflow/c/tf_status.h",
  "tensorflow/c/tf_tensor.h",
  "tensorflow/core/platform/ctstring_internal.h",
];

/** Names in quotes of an `#include`; those in angle brackets are the compiler's own. */
export function includesOf(header: string): readonly string[] {
  return [...header.matchAll(/^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"/gm)].map(([, name]) => name!);
}

/**
 * The headers that the addon needs, with all that they include in turn: text by path inside the include folder.
 * @throws ProblemError `file-unsupported` when one is missing.
 */
export async function headersOf(from: PythonPackage): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const waiting = [...included];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || !isInside(name)) continue;
    const text = await textOf(from, `tensorflow/include/${name}`);
    if (text === undefined) throw unfit(from.path, `${from.title} in ${from.path} lacks the header ${name}`);
    found.set(name, text);
    waiting.push(...includesOf(text));
  }
  return found;
}

/** A header's name is written as a path below the target: none may lead out of it. */
function isInside(name: string): boolean {
  return !path.posix.isAbsolute(name) && !name.includes("\\") && !name.split("/").includes("..");
}

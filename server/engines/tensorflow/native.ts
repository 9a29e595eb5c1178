import nodeModule from "node:module";
import path from "node:path";
import util from "node:util";
import type * as TensorFlow from "@tensorflow/tfjs-core";
import type { ProblemError } from "../../protocol/problem";
import { unavailable } from "./unavailable";

/** Folder that holds `node_modules/@tensorflow/tfjs-node`, when the extension's own has no native library. */
const folderVariable = "LOSS_LANDSCAPE_TFJS_NODE";

/**
 * tfjs-node, from the folder that the user named or else from the extension's own packages.
 * @throws ProblemError `engine-unavailable` with what was wrong in the first of these places.
 */
export function requireNative(): typeof TensorFlow {
  const folder = process.env[folderVariable];
  if (!folder) return requireFrom(undefined);
  try {
    return requireFrom(folder);
  } catch (problem) {
    try {
      return requireFrom(undefined);
    } catch {
      throw problem;
    }
  }
}

/**
 * tfjs-node from `node_modules` of one folder, or from the extension's own. It is never bundled: `createRequire` is
 * reached through the default import, because the bundler replaces the named one by its own.
 * @throws ProblemError `engine-unavailable`
 */
export function requireFrom(folder: string | undefined): typeof TensorFlow {
  restoreRemovedUtilities();
  // The C++ library reads it while it is loaded; without it, it reports the processor's features on stderr.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
  const origin = folder ? path.join(folder, "package.json") : __filename;
  try {
    const load = nodeModule.createRequire(origin);
    return withoutDeprecations(() => load("@tensorflow/tfjs-node") as typeof TensorFlow);
  } catch (error) {
    throw explain(error, folder);
  }
}

/** tfjs-node calls two functions of `util` that Node 23 removed. */
function restoreRemovedUtilities(): void {
  const target = util as unknown as Record<string, unknown>;
  target.isNullOrUndefined ??= (value: unknown): boolean => value === null || value === undefined;
  target.isArray ??= Array.isArray;
}

/** Node reports old interfaces that the package's dependencies use on stderr; nobody here can act on that. */
function withoutDeprecations<T>(load: () => T): T {
  const settings = process as { noDeprecation?: boolean };
  const before = settings.noDeprecation;
  settings.noDeprecation = true;
  try {
    return load();
  } finally {
    settings.noDeprecation = before;
  }
}

/** What kept tfjs-node from being loaded, from the folder that the user named or from the extension's own packages. */
function explain(error: unknown, folder: string | undefined): ProblemError {
  const { code, message = "" } = error as { code?: string; message?: string };
  const where = folder ? ` in ${folder}` : "";
  if (code === "MODULE_NOT_FOUND") return unavailable(`TensorFlow.js for Node (tfjs-node) was not found${where}.`);
  if (code === "ERR_DLOPEN_FAILED") {
    return unavailable(`The native library of TensorFlow.js${where} could not be loaded: ${firstLine(message)}`);
  }
  if (/native addon module.*can not be found/s.test(message)) {
    return unavailable(`TensorFlow.js for Node (tfjs-node)${where} is installed without its native library.`);
  }
  return unavailable(`TensorFlow.js for Node (tfjs-node)${where} could not be started: ${firstLine(message)}`);
}

function firstLine(text: string): string {
  const line = text.split("\n")[0]?.trim() ?? "";
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

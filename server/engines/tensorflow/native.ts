import { existsSync } from "node:fs";
import nodeModule from "node:module";
import path from "node:path";
import util from "node:util";
import type * as TensorFlow from "@tensorflow/tfjs-core";
import { ProblemError } from "../../protocol/problem";
import { installedFolder } from "../install/places";
import { unavailable } from "./unavailable";

/** Folder that holds `node_modules/@tensorflow/tfjs-node`, as the user's settings name it. */
const folderVariable = "LOSS_LANDSCAPE_TFJS_NODE";

/** tfjs-node, and the folder of the installation that it comes from; the extension's own packages when absent. */
export interface Native {
  readonly tf: typeof TensorFlow;
  readonly folder: string | undefined;
}

/**
 * tfjs-node, from the first place that has it: the folder that the user named, the one that it is installed into, the
 * extension's own packages.
 * @param only a folder to the exclusion of all others.
 * @throws ProblemError `engine-unavailable` with what was wrong in the first of these places that has any of it.
 */
export function requireNative(only?: string): Native {
  if (only !== undefined) return { tf: requireFrom(only), folder: only };
  const named = process.env[folderVariable];
  const installed = installedFolder("tensorflow");
  const places = [...(named ? [named] : []), ...(existsSync(installed) ? [installed] : []), undefined];
  const problems: ProblemError[] = [];
  for (const folder of places) {
    try {
      return { tf: requireFrom(folder), folder };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(error);
    }
  }
  throw problems[0]!;
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
    return withoutDeprecations(() => load(packageIn(folder)) as typeof TensorFlow);
  } catch (error) {
    throw explain(error, folder);
  }
}

/** The package that a folder has: the one for GPUs takes part where it is installed. */
function packageIn(folder: string | undefined): string {
  const gpu = "@tensorflow/tfjs-node-gpu";
  return folder !== undefined && existsSync(path.join(folder, "node_modules", gpu)) ? gpu : "@tensorflow/tfjs-node";
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
  if (code === "MODULE_NOT_FOUND") return missing(`TensorFlow.js for Node (tfjs-node) was not found${where}.`);
  if (code === "ERR_DLOPEN_FAILED") {
    return missing(`The native library of TensorFlow.js${where} could not be loaded: ${firstLine(message)}`);
  }
  if (/native addon module.*can not be found/s.test(message)) {
    return missing(`TensorFlow.js for Node (tfjs-node)${where} is installed without its native library.`);
  }
  return missing(`TensorFlow.js for Node (tfjs-node)${where} could not be started: ${firstLine(message)}`);
}

function firstLine(text: string): string {
  const line = text.split("\n")[0]?.trim() ?? "";
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function missing(message: string): ProblemError {
  return unavailable(message, {
    advice:
      "Choose another engine, or install this one: “Loss Landscape: Install Native TensorFlow” in the editor, “loss-landscape engines --install tensorflow” in a terminal.",
    remedy: "install-tensorflow",
  });
}

import path from "node:path";

/** Folder for journals when the user's settings name none, beside the model. */
const defaultFolder = ".loss-landscape";

/**
 * Absolute path of the folder that holds the journals of a model's runs.
 *
 * @param model absolute path of the model.
 * @param setting the user's folder: absolute, or relative to the model's folder; empty means the default.
 */
export function resolveResultsFolder(model: string, setting?: string): string {
  return path.resolve(path.dirname(model), setting?.trim() || defaultFolder);
}

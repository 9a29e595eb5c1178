import path from "node:path";

/**
 * The absolute path of a file that a model says lies in its own folder or below.
 * @param location as the model has it; forward slashes, no URL.
 * @returns undefined when it is none: an absolute path, one that leaves the folder, or the folder itself.
 */
export function besideFile(model: string, location: string): string | undefined {
  const folder = path.dirname(path.resolve(model));
  const file = path.resolve(folder, location);
  const relative = path.relative(folder, file);
  const leaves = relative === "" || relative.split(path.sep)[0] === ".." || path.isAbsolute(relative);
  return leaves || path.isAbsolute(location) || location.includes("\0") ? undefined : file;
}

/** What the name of a checkpoint says of its time. */
export interface NamedTime {
  readonly epoch?: number;
  readonly step?: number;
  /** First number after what all names have in common. */
  readonly number?: number;
}

const knownEndings =
  /\.(pt|pth|t7|ckpt|bin|safetensors|npz|onnx|keras|h5|hdf5|json|tar|weights|index|model|state_dict)$/i;
const epochTag = /(?:^|[^a-z0-9])(?:epochs?|ep|e)[-_=. ]{0,2}(\d{1,15})/i;
const stepTag = /(?:^|[^a-z])(?:global[-_]?steps?|steps?|iterations?|iters?|it|checkpoint|ckpt)[-_=. ]{0,2}(\d{1,15})/i;
/** Names that say how good or how late a checkpoint is, not when; and files that hold no weights. */
const timeless =
  /(?:^|[^a-z])(?:best|last|latest|final|opt[-_]?state|optimi[sz]er|scheduler|scaler|rng[-_]?state|training[-_]?args)(?:[^a-z]|$)/i;

/** Path components, the last one without its endings: the 7 of `.t7` is no epoch. */
function componentsOf(file: string): string[] {
  const parts = file.split(/[\\/]/);
  let last = parts.pop() ?? "";
  while (knownEndings.test(last)) last = last.replace(knownEndings, "");
  return [...parts, last];
}

/**
 * What differs between paths: the components after the folder that all have in common, the last one without endings.
 * Of a single path, its name.
 */
function varyingParts(files: readonly string[]): readonly (readonly string[])[] {
  const all = files.map(componentsOf);
  if (all.length < 2) return all.map((parts) => parts.slice(-1));
  let common = 0;
  while (all.every((parts) => parts.length > common + 1 && parts[common] === all[0]![common])) common += 1;
  return all.map((parts) => parts.slice(common));
}

/** Whether each path is named for something else than a time, such as `best.pt`. */
export function timelessNames(files: readonly string[]): readonly boolean[] {
  return varyingParts(files).map((parts) => parts.some((part) => timeless.test(part)));
}

/** What each path says of its time: in its name first, then in its folders from the innermost outwards. */
export function timesIn(files: readonly string[]): readonly NamedTime[] {
  const varying = varyingParts(files);
  const joined = varying.map((parts) => parts.join("/"));
  const start = commonLength(joined);
  return varying.map((parts, i) => {
    const number = /\d{1,15}/.exec(joined[i]!.slice(start))?.[0];
    return {
      ...tagged("epoch", parts, epochTag),
      ...tagged("step", parts, stepTag),
      ...(number === undefined ? {} : { number: Number(number) }),
    };
  });
}

function tagged<K extends string>(name: K, parts: readonly string[], tag: RegExp): Partial<Record<K, number>> {
  for (const part of [...parts].reverse()) {
    const found = tag.exec(part)?.[1];
    if (found !== undefined) return { [name]: Number(found) } as Record<K, number>;
  }
  return {};
}

/** Length of what all names start with, not reaching into a number. */
function commonLength(names: readonly string[]): number {
  if (names.length < 2) return 0;
  const [first = "", ...others] = names;
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length += 1;
  while (length > 0 && /\d/.test(first[length - 1]!)) length -= 1;
  return length;
}

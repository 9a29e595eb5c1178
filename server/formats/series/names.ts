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
/** Names that say how good or how late a checkpoint is, not when. */
const centre = /(?:^|[^a-z])(?:best|last|latest|final)(?:[^a-z]|$)/i;
/** Names of files that hold the state of a training without its weights. */
const stateAlone =
  /(?:^|[^a-z])(?:opt[-_]?state|optimi[sz]er|scheduler|scaler|rng[-_]?state|training[-_]?args)(?:[^a-z]|$)/i;

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

/**
 * Names by which people tell files apart: as many of the last parts of their paths as make them differ, at least one,
 * e.g. `model_1.pt`, or `epoch_1/model.json` where all files are called alike.
 */
export function shortNames(files: readonly string[]): readonly string[] {
  const all = files.map((file) => file.split(/[\\/]/));
  const longest = Math.max(1, ...all.map((parts) => parts.length));
  const distinct = new Set(files).size;
  for (let count = 1; ; count++) {
    const names = all.map((parts) => parts.slice(-count).join("/"));
    if (count >= longest || new Set(names).size === distinct) return names;
  }
}

/** Whether each path is named for something else than a time, such as `best.pt`. */
export function timelessNames(files: readonly string[]): readonly boolean[] {
  return varyingParts(files).map((parts) => parts.some((part) => centre.test(part) || stateAlone.test(part)));
}

/** Whether a file is named as the best or the last weights of a training, which may be the centre of a landscape. */
export function isCentreName(file: string): boolean {
  const name = componentsOf(file).at(-1)!;
  return centre.test(name) && !stateAlone.test(name);
}

/** Whether a name has an epoch or a step that says so, such as `epoch=3` or `checkpoint-500`. */
export function hasTag(name: string): boolean {
  const [part] = componentsOf(name);
  return epochTag.test(part!) || stepTag.test(part!);
}

/** A name as texts with numbers between them; there is one text more than numbers. Endings such as `.t7` are text. */
export interface NumberedName {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

/** The numbers of a name. Those before a tag belong to the text: `cifar10_epoch_3` is another series than `cifar100_…`. */
export function numbersIn(name: string): NumberedName {
  const [stem] = componentsOf(name);
  const tags = [epochTag, stepTag].map((tag) => tag.exec(stem!)?.index ?? Infinity);
  const first = Math.min(...tags);
  const start = Number.isFinite(first) ? first : 0;
  const [head = "", ...parts] = stem!.slice(start).split(/(\d+(?:\.\d+)?(?:e[-+]?\d+)?)/i);
  const texts = [stem!.slice(0, start) + head, ...parts.filter((_, i) => i % 2 === 1)];
  texts[texts.length - 1] += name.slice(stem!.length);
  return { texts, numbers: parts.filter((_, i) => i % 2 === 0) };
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

import { unsupported } from "../files/faults";
import type { Rename } from "../protocol/study";
import type { Checkpoint } from "./checkpoint";

/**
 * The checkpoint with its tensors called otherwise: the first pair whose pattern a name matches gives the new name, others
 * are kept. Prefixes such as `module.` are off the names already where all have them.
 * @throws ProblemError `file-unsupported` when two tensors would have one name.
 */
export function renamed(checkpoint: Checkpoint, rename: Rename): Checkpoint {
  if (rename.length === 0) return checkpoint;
  const names = new Map<string, string>();
  for (const name of checkpoint.tensors.keys()) {
    const target = nameAfter(name, rename);
    const other = names.get(target);
    if (other !== undefined) {
      const found = `has ${other} and ${name}, which "rename" would both call ${target}`;
      throw unsupported(checkpoint.path, found, 'Correct "rename" in the study so that every tensor has its own name.');
    }
    names.set(target, name);
  }
  return {
    path: checkpoint.path,
    format: checkpoint.format,
    epoch: checkpoint.epoch,
    step: checkpoint.step,
    learningRate: checkpoint.learningRate,
    tensors: new Map([...names].map(([target, name]) => [target, checkpoint.tensors.get(name)!])),
    read: (name) => checkpoint.read(names.get(name) ?? name),
    close: () => checkpoint.close(),
  };
}

/** What a tensor is called after renaming. */
export function nameAfter(name: string, rename: Rename): string {
  for (const [from, to] of rename) {
    const parts = matchParts(name, from.split("*"));
    if (parts) {
      let next = 0;
      return to.replaceAll("*", () => parts[next++]!);
    }
  }
  return name;
}

/** What each `*` between the given texts stands for, the shortest from the left; undefined when the name does not match. */
function matchParts(name: string, texts: readonly string[]): readonly string[] | undefined {
  const [first = "", ...others] = texts;
  const last = others.pop();
  if (last === undefined) return name === first ? [] : undefined;
  const end = name.length - last.length;
  if (!name.startsWith(first) || !name.endsWith(last) || end < first.length) return undefined;
  const parts: string[] = [];
  let at = first.length;
  for (const text of others) {
    const found = name.indexOf(text, at);
    if (found < 0 || found + text.length > end) return undefined;
    parts.push(name.slice(at, found));
    at = found + text.length;
  }
  return [...parts, name.slice(at, end)];
}

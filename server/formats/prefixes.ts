/** What wrappers of models put before the names of all parameters. */
export const wrappers = ["module.", "model.", "net.", "_orig_mod.", "_forward_module."];

/**
 * The prefix of wrappers that all names have, e.g. `module._orig_mod.`; "" when there is none.
 * The name of a single tensor is left as it is when nothing would remain.
 */
export function commonPrefix(names: readonly string[]): string {
  let prefix = "";
  for (;;) {
    const next = wrappers.find(
      (wrapper) =>
        names.length > 0 &&
        names.every((name) => name.startsWith(prefix + wrapper) && name.length > prefix.length + wrapper.length),
    );
    if (next === undefined) return prefix;
    prefix += next;
  }
}

/** Tensors by their names without the wrappers' prefixes, where all have them. */
export function stripPrefixes<T>(inFile: ReadonlyMap<string, T>): {
  readonly tensors: ReadonlyMap<string, T>;
  /** @throws Error for a name that is none of `tensors`. */
  readonly nameInFile: (name: string) => string;
} {
  const prefix = commonPrefix([...inFile.keys()]);
  const tensors = new Map([...inFile].map(([name, facts]) => [name.slice(prefix.length), facts]));
  return {
    tensors,
    nameInFile(name) {
      if (!tensors.has(name)) throw new Error(`The checkpoint has no tensor ${name}.`);
      return prefix + name;
    },
  };
}

/**
 * Tensors that a checkpoint notes as those of other layers than the model's, as facts: their shapes may agree all the same,
 * and a layer would silently get the weights of another.
 *
 * Numbers that a program gives to layers without a name of their own (`dense`, `dense_1`, …) go on counting from model to
 * model, so names that differ only in them agree if their order is the same.
 *
 * @param names the checkpoint's tensor for each parameter; a parameter is called by its layer and then its own name.
 * @param owners the layer's name for tensors of the checkpoint.
 */
export function strangers(names: ReadonlyMap<string, string>, owners: ReadonlyMap<string, string>): readonly string[] {
  const pairs = [...names].flatMap(([parameter, tensor]) => {
    const [ours, theirs] = [parameter.split("/").at(-2), owners.get(tensor)];
    return ours === undefined || theirs === undefined
      ? []
      : [{ parameter, ours: numbered(ours), theirs: numbered(theirs) }];
  });
  const isOrdered = new Map<string, boolean>();
  for (const stem of new Set(pairs.map(({ ours }) => ours.stem))) {
    const own = pairs.filter(({ ours, theirs }) => ours.stem === stem && theirs.stem === stem);
    const sorted = [...own].sort((a, b) => a.ours.number - b.ours.number);
    const rising = sorted.every((pair, k) => {
      const before = sorted[k - 1];
      if (!before) return true;
      const step = pair.theirs.number - before.theirs.number;
      return pair.ours.number === before.ours.number ? step === 0 : step > 0;
    });
    isOrdered.set(stem, rising);
  }
  return pairs.flatMap(({ parameter, ours, theirs }) => {
    const agree = ours.stem === theirs.stem && (ours.number === theirs.number || isOrdered.get(ours.stem) === true);
    return agree ? [] : [`${parameter} holds the weights of the layer ${theirs.name}`];
  });
}

interface Numbered {
  readonly name: string;
  readonly stem: string;
  /** 0 for a name without one. */
  readonly number: number;
}

function numbered(name: string): Numbered {
  const [, stem = name, digits = "0"] = /^(.*?)(?:_(\d+))?$/s.exec(name) ?? [];
  return { name, stem, number: Number(digits) };
}

import type { DataSelection } from "../protocol/study";

/**
 * Which samples of a file a study uses, as ascending indices.
 *
 * - `first`: the first `samples`.
 * - `stratified`: the classes keep their proportions. Class c of size n_c gets ⌊N·n_c/n⌋ samples, and what is left goes
 *   one each to the largest remainders (ties to the lower class). Within a class the samples with the smallest hash of
 *   (seed, index) are taken: the same on every machine, and a smaller N takes a subset of each class's choice.
 *
 * All of them when the file holds no more than asked for.
 */
export function selectSamples(
  labels: Int32Array,
  { samples, sample, seed }: Pick<DataSelection, "samples" | "sample" | "seed">,
): Uint32Array {
  const wanted = Math.min(samples, labels.length);
  if (sample === "first" || wanted === labels.length) return Uint32Array.from({ length: wanted }, (_, i) => i);
  const members = new Map<number, number[]>();
  labels.forEach((label, index) => {
    const list = members.get(label);
    if (list) list.push(index);
    else members.set(label, [index]);
  });
  const classes = [...members].sort(([a], [b]) => a - b).map(([, indices]) => indices);
  const quotas = allocate(
    classes.map((indices) => indices.length),
    wanted,
  );
  const key = keyOf(seed);
  const chosen = classes.flatMap((indices, c) => lowest(indices, key, quotas[c]!));
  return Uint32Array.from(chosen).sort();
}

/**
 * All samples in an order of which every beginning is a stratified sample: the member number r (from 0) of a class of n
 * comes at (r + ½)/n of the way, the members of a class in the order of their hash of (seed, index). The same on every
 * machine.
 *
 * @param strata a number for each sample, equal for those of one class.
 */
export function stratifiedOrder(strata: ArrayLike<number>, seed: number): Uint32Array {
  const key = keyOf(seed);
  const ranks = Uint32Array.from(strata, (_, index) => hash(hash(index) ^ key));
  const order = Uint32Array.from(strata, (_, index) => index).sort((a, b) => ranks[a]! - ranks[b]! || a - b);
  const sizes = new Map<number, number>();
  for (const index of order) sizes.set(strata[index]!, (sizes.get(strata[index]!) ?? 0) + 1);
  const passed = new Map<number, number>();
  const places = new Float64Array(strata.length);
  for (const index of order) {
    const stratum = strata[index]!;
    const before = passed.get(stratum) ?? 0;
    passed.set(stratum, before + 1);
    places[index] = (before + 0.5) / sizes.get(stratum)!;
  }
  return order.sort((a, b) => places[a]! - places[b]! || ranks[a]! - ranks[b]! || a - b);
}

/** The `count` indices with the smallest hash. Of many, only those are sorted whose hash begins low enough. */
function lowest(indices: readonly number[], key: number, count: number): number[] {
  const ranks = Uint32Array.from(indices, (index) => hash(hash(index) ^ key));
  const histogram = new Uint32Array(2 ** 16);
  for (const rank of ranks) histogram[rank >>> 16]! += 1;
  let last = 0;
  for (let below = histogram[0]!; below < count; below += histogram[last]!) last += 1;
  const ranked: { readonly index: number; readonly rank: number }[] = [];
  ranks.forEach((rank, i) => {
    if (rank >>> 16 <= last) ranked.push({ index: indices[i]!, rank });
  });
  ranked.sort((a, b) => a.rank - b.rank || a.index - b.index);
  return ranked.slice(0, count).map(({ index }) => index);
}

/** Largest-remainder shares of `wanted` in proportion to `sizes`; integers throughout, so that ties are exact. */
function allocate(sizes: readonly number[], wanted: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shares = sizes.map((size) => Math.floor((size * wanted) / total));
  const remainder = (c: number): number => (sizes[c]! * wanted) % total;
  const order = sizes.map((_, c) => c).sort((a, b) => remainder(b) - remainder(a) || a - b);
  const left = wanted - shares.reduce((sum, share) => sum + share, 0);
  for (const c of order.slice(0, left)) shares[c]! += 1;
  return shares;
}

function keyOf(seed: number): number {
  return hash(hash(seed >>> 0) ^ Math.floor(seed / 2 ** 32));
}

/** A bijection of 32-bit integers that spreads every input bit over all output bits (the finaliser of MurmurHash3). */
function hash(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

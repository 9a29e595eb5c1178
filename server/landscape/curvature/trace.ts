import { toJsonNumber } from "../../protocol/numbers";
import type { JsonNumber } from "../../protocol/result";
import type { Random } from "../random";
import { dot } from "./krylov";
import type { Product } from "./krylov";

/** A vector of independent signs ±1, each with probability ½: 32 of them from each number of the generator, low bit first. */
export function rademacher(size: number, random: Random): Float64Array {
  const signs = new Float64Array(size);
  let bits = 0;
  for (let i = 0; i < size; i++) {
    if (i % 32 === 0) bits = random.nextUint32();
    signs[i] = (bits >>> (i % 32)) & 1 ? 1 : -1;
  }
  return signs;
}

/**
 * v·Hv for one Rademacher vector v: its expectation is the trace of H, its variance 2·Σ_{i≠j} H²ᵢⱼ (M. F. Hutchinson,
 * Communications in Statistics 18, 1989). A diagonal H gives the trace exactly.
 */
export async function traceSample(product: Product, size: number, random: Random): Promise<number> {
  const signs = rademacher(size, random);
  return dot(signs, await product(signs.slice()));
}

/** Mean of such samples and its standard error √(s²/k), s² the sample variance: NaN for a single sample. */
export function meanTrace(samples: readonly number[]): {
  readonly value: number;
  /** "NaN" for a single sample. */
  readonly error: JsonNumber;
  readonly probes: number;
} {
  const probes = samples.length;
  const value = samples.reduce((sum, sample) => sum + sample, 0) / probes;
  const squares = samples.reduce((sum, sample) => sum + (sample - value) ** 2, 0);
  return { value, error: toJsonNumber(Math.sqrt(squares / (probes - 1) / probes)), probes };
}

/**
 * Seeded random numbers that are the same to the last bit on every platform: only 32-bit integer arithmetic and the
 * operations + − × ÷ √ of IEEE 754 doubles are used, all of which are exactly specified. `Math.log`, `sin` and `cos` are
 * not, so the logarithm is our own.
 *
 * - Generator: xoshiro128** 1.1 (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS
 *   47(4), 2021), period 2¹²⁸ − 1.
 * - Seeding: SplitMix64 from the 64-bit seed, low word first, as its authors advise.
 * - Streams: stream k starts k · 2⁶⁴ numbers further on (the generator's jump polynomial), so streams never overlap.
 * - Normals: the polar method (G. Marsaglia, T. A. Bray, SIAM Review 6, 1964), in float64.
 */
export class Random {
  private state: Uint32Array;
  private spare: number | undefined;

  /**
   * @param seed an integer, negative ones included
   * @param stream 0, 1, …: which of the seed's independent streams
   * @throws RangeError when the seed is no safe integer
   */
  constructor(seed: number, stream = 0) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`A seed must be an integer, found ${seed}.`);
    this.state = seedState(seed);
    for (let k = 0; k < stream; k++) this.jump();
  }

  /** A generator that goes on as this one does, apart from it. */
  copy(): Random {
    const other = new Random(0);
    other.state = this.state.slice();
    other.spare = this.spare;
    return other;
  }

  /** The next 32 random bits, as an integer in 0 … 2³² − 1. */
  nextUint32(): number {
    const s = this.state;
    const s1 = s[1]!;
    const result = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s1;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotate(s[3]!, 11);
    return result;
  }

  /** Uniform on [0, 1): a multiple of 2⁻⁵³, from two numbers of the generator (high bits first). */
  nextUniform(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /**
   * Standard normal, float64. With a, b uniform on [−1, 1) and 0 < s = a² + b² < 1 (drawn again otherwise),
   * a·√(−2 ln s / s) and b·√(−2 ln s / s) are two independent normals; they are handed out in this order.
   */
  nextNormal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    for (;;) {
      const a = 2 * this.nextUniform() - 1;
      const b = 2 * this.nextUniform() - 1;
      const s = a * a + b * b;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * portableLog(s)) / s);
      this.spare = b * factor;
      return a * factor;
    }
  }

  private jump(): void {
    const target = new Uint32Array(4);
    for (const polynomial of jumpPolynomial) {
      for (let bit = 0; bit < 32; bit++) {
        if (polynomial & (1 << bit)) for (let i = 0; i < 4; i++) target[i]! ^= this.state[i]!;
        this.nextUint32();
      }
    }
    this.state.set(target);
  }
}

/** x^(2⁶⁴) modulo the characteristic polynomial of xoshiro128. */
const jumpPolynomial = [0x8764000b, 0xf542d2d3, 0x6fa035c3, 0x77f2db5b];

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function seedState(seed: number): Uint32Array {
  const state = new Uint32Array(4);
  let counter = BigInt(seed);
  for (let i = 0; i < 4; i += 2) {
    counter = BigInt.asUintN(64, counter + 0x9e3779b97f4a7c15n);
    let z = BigInt.asUintN(64, (counter ^ (counter >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    z ^= z >> 31n;
    state[i] = Number(z & 0xffffffffn);
    state[i + 1] = Number(z >> 32n);
  }
  return state;
}

const bits = new DataView(new ArrayBuffer(8));

// ln 2 in two parts: the first ends in 21 zero bits, so that k times it is exact for every exponent k.
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** 1/25, 1/23, … 1/3. */
const oddReciprocals = Float64Array.from({ length: 12 }, (_, k) => 1 / (25 - 2 * k));

/**
 * Natural logarithm of a positive normal double, within 1 unit in the last place, from basic operations only.
 *
 * x = 2ᵏ·(1 + f) with √½ ≤ 1 + f < √2, and with s = f/(2 + f):
 * ln(1 + f) = 2·artanh(s) = f − s·(f − R), R = 2s²·(1/3 + s²/5 + s⁴/7 + …). As |s| < 0.172, terms to s²²/25 reach 2⁻⁵³.
 */
export function portableLog(x: number): number {
  bits.setFloat64(0, x);
  const head = bits.getUint32(0);
  let k = ((head >>> 20) & 0x7ff) - 1023;
  bits.setUint32(0, (head & 0xfffff) | (1023 << 20));
  let mantissa = bits.getFloat64(0);
  if (mantissa >= Math.SQRT2) {
    mantissa /= 2;
    k += 1;
  }
  const f = mantissa - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  let series = 0;
  for (let n = 0; n < oddReciprocals.length; n++) series = series * s2 + oddReciprocals[n]!;
  const logMantissa = f - s * (f - 2 * s2 * series);
  if (k === 0) return logMantissa;
  return k * ln2High + (logMantissa + k * ln2Low);
}

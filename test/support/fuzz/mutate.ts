/** Whole numbers below a bound, the same for the same seed. */
export type Random = (bound: number) => number;

export function generator(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    // Xorshift, as the low bits of a congruential generator repeat soon.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % bound;
  };
}

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Lengths, counts and offsets as attackers choose them. */
const extremes: readonly bigint[] = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  1n << 40n,
  (1n << 53n) - 1n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
];
/** Words of text formats in place of numbers and strings. */
const words = [
  "-1",
  "0",
  "1e999",
  "NaN",
  "null",
  "99999999999999999999",
  "4294967296",
  "[]",
  "{}",
  '""',
  "true",
  `${"[".repeat(64)}`,
];

function flipBits(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = new Uint8Array(bytes);
  for (let k = 0; k <= random(6); k++) changed[random(bytes.length)]! ^= 1 << random(8);
  return changed;
}

function setBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = new Uint8Array(bytes);
  const start = random(bytes.length);
  changed.fill(random(256), start, start + 1 + random(16));
  return changed;
}

function truncate(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, random(bytes.length));
}

function cut(bytes: Uint8Array, random: Random): Uint8Array {
  const start = random(bytes.length);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + 1 + random(64))]);
}

function splice(bytes: Uint8Array, random: Random): Uint8Array {
  const [from, to] = [random(bytes.length), random(bytes.length)];
  const piece = bytes.subarray(from, from + 1 + random(256));
  return Buffer.concat([bytes.subarray(0, to), piece, bytes.subarray(to + (random(2) === 0 ? 0 : piece.length))]);
}

function repeat(bytes: Uint8Array, random: Random): Uint8Array {
  const start = random(bytes.length);
  const piece = bytes.subarray(start, start + 1 + random(32));
  const copies = Array.from({ length: 1 + random(2000) }, () => piece);
  return Buffer.concat([bytes.subarray(0, start), ...copies, bytes.subarray(start)]);
}

function lengthField(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = new Uint8Array(bytes);
  const width = [1, 2, 4, 8][random(4)]!;
  if (changed.length < width) return changed;
  // The ends of files have most of the lengths.
  const near = Math.min(changed.length - width, 1024);
  const at = [random(near + 1), changed.length - width - random(near + 1), random(changed.length - width + 1)][
    random(3)
  ]!;
  const value = extremes[random(extremes.length)]!;
  const isBig = random(4) === 0;
  for (let k = 0; k < width; k++) changed[at + (isBig ? width - 1 - k : k)] = Number((value >> BigInt(8 * k)) & 0xffn);
  return changed;
}

/** Replaces a number or a quoted word of a text. */
function word(bytes: Uint8Array, random: Random): Uint8Array {
  const start = random(bytes.length);
  const text = Buffer.from(bytes.subarray(start, start + 4096)).toString("latin1");
  const found = /-?\d+(\.\d+)?|"[^"]{0,64}"/.exec(text);
  if (!found) return setBytes(bytes, random);
  const at = start + found.index;
  const replacement = Buffer.from(words[random(words.length)]!);
  return Buffer.concat([bytes.subarray(0, at), replacement, bytes.subarray(at + found[0].length)]);
}

const mutations: readonly Mutation[] = [
  flipBits,
  flipBits,
  setBytes,
  truncate,
  cut,
  splice,
  repeat,
  lengthField,
  lengthField,
  lengthField,
  word,
];

/** The bytes of a real file with one to three things wrong; the same for the same state of the generator. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let changed = bytes;
  for (let k = 0; k <= random(3); k++) {
    if (changed.length > 0) changed = mutations[random(mutations.length)]!(changed, random);
  }
  return changed;
}

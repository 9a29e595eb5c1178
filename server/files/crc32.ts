/** tables[k][n]: the effect of byte n that is followed by k zero bytes, so that four bytes go in one step. */
const tables: readonly Uint32Array[] = makeTables();

function makeTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, n) => {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  const all = [first];
  for (let k = 1; k < 4; k++) all.push(all[k - 1]!.map((value) => first[value & 0xff]! ^ (value >>> 8)));
  return all;
}

/**
 * CRC-32 as zip, gzip and PNG use it (reflected polynomial 0xedb88320).
 * @param before checksum of the bytes that precede these.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let value = ~before >>> 0;
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    value ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    value = t3[value & 0xff]! ^ t2[(value >>> 8) & 0xff]! ^ t1[(value >>> 16) & 0xff]! ^ t0[value >>> 24]!;
  }
  for (; i < bytes.length; i++) value = t0[(value ^ bytes[i]!) & 0xff]! ^ (value >>> 8);
  return ~value >>> 0;
}

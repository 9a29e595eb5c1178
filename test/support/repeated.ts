import { readFileSync } from "node:fs";
import { unzipSync, zipSync } from "fflate";
import { npyParts, parseNpy } from "../../server/files/npy";

/** The bytes of an `.npz` file whose arrays have `rows` rows: those of `file`, over and over. */
export function repeatedNpz(file: string, rows: number): Uint8Array {
  const arrays = Object.entries(unzipSync(readFileSync(file))).map(([name, bytes]): [string, Uint8Array] => {
    const tensor = parseNpy(bytes, name, file);
    const [count, ...shape] = tensor.shape as readonly [number, ...number[]];
    const own = npyParts(tensor)[1];
    const [header] = npyParts({ ...tensor, shape: [rows, ...shape] });
    const all = new Uint8Array(header.length + (own.length / count) * rows);
    all.set(header);
    for (let at = header.length; at < all.length; at += own.length) all.set(own.subarray(0, all.length - at), at);
    return [name, all];
  });
  return zipSync(Object.fromEntries(arrays), { level: 1 });
}

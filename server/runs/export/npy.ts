/** An array as it goes into a file: row-major, numbers or 0 and 1 as truth values. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float64Array | Uint8Array;
}

/**
 * The bytes of a `.npy` (format version 1.0, little-endian): `Float64Array` as `<f8`, `Uint8Array` of 0 and 1 as `|b1`.
 * The data start at a multiple of 64, as NumPy's own files do.
 */
export function toNpy({ shape, data }: NpyArray): Uint8Array {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const descr = data instanceof Float64Array ? "<f8" : "|b1";
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${extents}), }`;
  const headLength = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(headLength + data.byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  view.setUint16(8, headLength - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(headLength - 11)}\n`), 10);
  if (data instanceof Float64Array) data.forEach((value, k) => view.setFloat64(headLength + 8 * k, value, true));
  else bytes.set(data, headLength);
  return bytes;
}

import type { FileHandle } from "node:fs/promises";
import { bytesOf } from "../../graph/elements";
import type { Tensor } from "../../graph/tensor";

/** Writes float32 tensors as a safetensors file; the same tensors always give the same bytes. */
export async function writeSafetensors(
  handle: FileHandle,
  tensors: ReadonlyMap<string, Tensor & { readonly data: Float32Array }>,
): Promise<void> {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, data }]) => {
    const start = end;
    end += data.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [start, end] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // Spaces after the header bring the tensors to a multiple of eight bytes.
  const length = Math.ceil(text.length / 8) * 8;
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, 8);
  let position = 0;
  for (const bytes of [head, ...[...tensors.values()].map(bytesOf)]) {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
    position += bytes.length;
  }
}

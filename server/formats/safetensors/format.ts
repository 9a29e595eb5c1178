import { unsupported } from "../../files/faults";
import { tensorOf } from "../../files/strides";
import type { Checkpoint, CheckpointFormat } from "../checkpoint";
import { stripPrefixes } from "../prefixes";
import { openSource } from "../source";
import { readHeader } from "../../files/safetensors";

/** Files of safetensors, whatever their name. */
export const safetensorsFormat: CheckpointFormat = {
  label: "safetensors",

  match: (path, head) => /\.safetensors$/i.test(path) || startsLikeHeader(head),

  async open(path): Promise<Checkpoint> {
    const source = await openSource(path);
    try {
      const stored = await readHeader(source);
      if (stored.size === 0) throw unsupported(path, "holds no tensors", "Save the model's state_dict into it.");
      const { tensors, nameInFile } = stripPrefixes(stored);
      return {
        path,
        format: "safetensors",
        tensors,
        async read(name) {
          const { dtype, shape, position, length } = stored.get(nameInFile(name))!;
          return tensorOf(dtype, shape, await source.read(position, length));
        },
        close: () => source.close(),
      };
    } catch (error) {
      await source.close();
      throw error;
    }
  },
};

/** A length below 4 GiB, then an opening brace. */
function startsLikeHeader(head: Uint8Array): boolean {
  return head.length > 8 && head[8] === 0x7b && head[4] === 0 && head[5] === 0 && head[6] === 0 && head[7] === 0;
}

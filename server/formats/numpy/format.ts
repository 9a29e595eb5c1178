import { unsupported } from "../../files/faults";
import { numberType } from "../../files/npy";
import { NumpyArchive } from "../../files/npz";
import type { Checkpoint, CheckpointFormat, TensorFacts } from "../checkpoint";
import { stripPrefixes } from "../prefixes";
import { openSource } from "../source";

/** NumPy archives: an array for each parameter, by its name. */
export const numpyFormat: CheckpointFormat = {
  label: "NumPy",

  match: (path) => /\.npz$/i.test(path),

  async open(path): Promise<Checkpoint> {
    const source = await openSource(path);
    try {
      const archive = await NumpyArchive.open(source);
      const facts = new Map<string, TensorFacts>();
      for (const name of archive.names) {
        const header = await archive.header(name);
        facts.set(name, { dtype: numberType(header, name, path), shape: header.shape });
      }
      if (facts.size === 0) throw unsupported(path, "holds no arrays", "Save the weights with numpy.savez.");
      const { tensors, nameInFile } = stripPrefixes(facts);
      return {
        path,
        format: "NumPy",
        tensors,
        read: (name) => archive.read(nameInFile(name)),
        close: () => source.close(),
      };
    } catch (error) {
      await source.close();
      throw error;
    }
  },
};

import type { Checkpoint, CheckpointFormat, TensorFacts } from "../checkpoint";
import { unsupported } from "../faults";
import { stripPrefixes } from "../prefixes";
import { openSource } from "../source";
import { NumpyArchive } from "./npz";

/** NumPy archives: an array for each parameter, by its name. */
export const numpyFormat: CheckpointFormat = {
  label: "NumPy",

  match: (path) => /\.npz$/i.test(path),

  async open(path): Promise<Checkpoint> {
    const source = await openSource(path);
    try {
      const archive = await NumpyArchive.open(source);
      const facts = new Map<string, TensorFacts>();
      for (const name of archive.names) facts.set(name, await archive.header(name));
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

import { corrupt, unsupported } from "../../files/faults";
import type { Tensor } from "../../graph/tensor";
import type { Checkpoint, CheckpointFormat, TensorFacts } from "../checkpoint";
import { isHdf5, openHdf5, type Hdf5File } from "../hdf5";
import { readHead } from "../source";
import { openArchive } from "./archive";
import { legacyGroup, legacyWeights } from "./legacyWeights";
import { counted } from "./parameters";
import { isWeightsFile, storedVariables } from "./weightsFile";

/** Weights of Keras: `.weights.h5`, and the whole models `.keras` and `.h5` of either generation. */
export const kerasCheckpointFormat: CheckpointFormat = {
  label: "Keras",

  match: (file) => /\.(keras|h5|hdf5)$/i.test(file),

  async open(file): Promise<Checkpoint> {
    if (isHdf5(await readHead(file, 8))) {
      const hdf5 = await openHdf5(file);
      const close = (): Promise<void> => Promise.resolve(hdf5.close());
      return checkpointOf(file, hdf5, close);
    }
    if (/\.(h5|hdf5)$/i.test(file)) throw corrupt(file, "is no HDF5 file");
    const archive = await openArchive(file);
    if (archive.weights) return checkpointOf(file, archive.weights, () => archive.close());
    await archive.close();
    throw unsupported(file, "holds no weights", "Choose a file with weights.");
  },
};

/** A tensor of the file: where it is and what it is, and the layer that it is noted to belong to. */
interface Entry {
  readonly path: readonly string[];
  readonly facts: TensorFacts;
  readonly owner?: string;
}

async function checkpointOf(file: string, hdf5: Hdf5File, close: () => Promise<void>): Promise<Checkpoint> {
  try {
    const entries = entriesOf(hdf5);
    if (entries.size === 0) throw unsupported(file, "holds no weights of Keras", "Choose a file with weights.");
    const learningRate = learningRateOf(hdf5);
    return {
      path: file,
      format: "Keras",
      tensors: new Map([...entries].map(([name, { facts }]) => [name, facts])),
      owners: new Map([...entries].flatMap(([name, { owner }]) => (owner === undefined ? [] : [[name, owner]]))),
      read: (name) =>
        new Promise<Tensor>((resolve) => {
          const entry = entries.get(name);
          if (!entry) throw new Error(`The checkpoint has no tensor ${name}.`);
          resolve(hdf5.tensor(entry.path));
        }),
      ...(learningRate === undefined ? {} : { learningRate }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function entriesOf(hdf5: Hdf5File): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  const add = (name: string, path: readonly string[], owner?: string): void => {
    const facts = hdf5.facts(path);
    if (facts) entries.set(name, { path, facts, ...(owner === undefined ? {} : { owner }) });
  };
  const group = legacyGroup(hdf5);
  if (group) {
    const layers = legacyWeights(hdf5, group);
    const counts = counted([...layers.values()].flat().map(({ name }) => name));
    for (const [layer, weights] of layers) {
      // Layers in different nested models may be called alike.
      for (const { name, path } of weights) add(counts.get(name) === 1 ? name : `${layer}/${name}`, path);
    }
  } else if (isWeightsFile(hdf5)) {
    for (const { name, path, owner } of storedVariables(hdf5)) add(name, path, owner);
  }
  return entries;
}

/** The optimiser's learning rate, its second variable beside the counter of steps, unless it follows a schedule. */
function learningRateOf(hdf5: Hdf5File): number | undefined {
  const isScalar = (path: readonly string[], dtype: string): boolean => {
    const facts = hdf5.facts(path);
    return facts?.shape.length === 0 && facts.dtype.includes(dtype);
  };
  const [step, rate] = [0, 1].map((k) => ["optimizer", "vars", String(k)]) as [string[], string[]];
  if (!isScalar(step, "int") || !isScalar(rate, "float32")) return undefined;
  const value = Number(hdf5.tensor(rate).data[0]);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

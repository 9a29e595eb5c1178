import { isHdf5, openHdf5 } from "./hdf5";
import { readHead } from "./source";

/** Endings of files that hold weights and never an architecture. */
const weightsEnding =
  /(\.weights\.(h5|hdf5|json)|\.safetensors|\.index\.json|\.(pt|pth|ckpt|t7|bin)|\.(pt|pth)\.tar)$/i;

/** Whether a file may hold weights without an architecture, by its name: `.h5` files hold either. */
export function mayBeWeights(file: string): boolean {
  return weightsEnding.test(file) || /\.(h5|hdf5)$/i.test(file);
}

/**
 * Whether a file that may hold weights holds no architecture: of `.h5` files, those that do not describe a model.
 * @throws ProblemError that names the file, when it is an `.h5` that cannot be read.
 */
export async function isWeightsOnly(file: string): Promise<boolean> {
  if (weightsEnding.test(file)) return true;
  if (!isHdf5(await readHead(file, 8))) return false;
  const hdf5 = await openHdf5(file);
  try {
    return hdf5.attribute([], "model_config") === undefined;
  } finally {
    hdf5.close();
  }
}

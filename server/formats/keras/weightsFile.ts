import type { Hdf5File } from "../hdf5";
import { damaged } from "./refusal";
import { requireFit, type Variable, type WeightStore } from "./weights";

/** What the first releases with this layout (Keras 2.12 to 2.14) call the group of layers. */
const olderGroup = "_layer_checkpoint_dependencies";

/** Whether an HDF5 file has the layout of `.weights.h5` files of Keras 3. */
export function isWeightsFile(file: Hdf5File): boolean {
  const names = file.names([]) ?? [];
  return names.includes("layers") || names.includes(olderGroup);
}

/**
 * The variables of a model in a weights file of Keras 3: `layers/conv2d_1/vars/0`, numbered by class and not by name, so
 * that the name that is noted beside them has to be the layer's.
 */
export function weightsFileStore(file: Hdf5File): WeightStore {
  return {
    read(variable) {
      const path = pathOf(file, variable.path);
      const name = file.attribute([...path, "vars"], "name");
      const layer = variable.layers.at(-1)!;
      if (variable.parts.length === 0 && typeof name === "string" && name !== layer) {
        throw damaged(`holds the weights of the layer ${name} in ${variable.path}, where its description has ${layer}`);
      }
      const place = [...path, "vars", String(variable.index)];
      requireFit(variable, file.facts(place));
      return file.tensor(place);
    },
  };
}

/** The path within the file, `layers` by the name that the file has for it. */
function pathOf(file: Hdf5File, path: Variable["path"]): readonly string[] {
  const isOlder = file.names([])?.includes(olderGroup) ?? false;
  const found: string[] = [];
  for (const part of path.split("/")) {
    const name = isOlder && part === "layers" ? olderGroup : part;
    // Whether an attribute of a layer begins with an underscore depends on the layer and on the version.
    const names = file.names(found) ?? [];
    found.push(!names.includes(name) && names.includes(`_${name}`) ? `_${name}` : name);
  }
  return found;
}

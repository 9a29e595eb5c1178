import { corrupt } from "../../files/faults";
import type { Hdf5File } from "../hdf5";
import { damaged } from "./refusal";
import { requireFit, type Variable, type WeightStore } from "./weights";

/** What the first releases with this layout (Keras 2.12 to 2.14) call the groups of layers. */
const olderGroup = "_layer_checkpoint_dependencies";

/** Deepest nesting of groups, and most groups, that are looked into. */
const [deepest, mostGroups] = [64, 200_000];

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

/** A variable as a weights file has it. */
export interface StoredVariable {
  /** e.g. `layers/conv2d_1/vars/0` */
  readonly name: string;
  readonly path: readonly string[];
  /** Name of the layer, or of the part of one, that the file notes beside it. */
  readonly owner: string | undefined;
}

/**
 * All variables of a weights file of Keras 3 but those of the optimiser and of generators of random numbers.
 * @throws ProblemError `file-corrupt` when groups nest without an end.
 */
export function storedVariables(file: Hdf5File): readonly StoredVariable[] {
  const found: StoredVariable[] = [];
  const groups: (readonly string[])[] = [[]];
  for (let k = 0; k < groups.length; k++) {
    const group = groups[k]!;
    if (groups.length > mostGroups || group.length > deepest) throw corrupt(file.path, "nests groups without an end");
    const isOwner = group.at(-1) === "vars";
    const owner = isOwner ? file.attribute(group, "name") : undefined;
    for (const name of file.names(group) ?? []) {
      const path = [...group, name];
      if (name === "optimizer" || name === "seed_generator") continue;
      if (file.names(path)) groups.push(path);
      else if (isOwner) found.push({ name: nameOf(path), path, owner: typeof owner === "string" ? owner : undefined });
    }
  }
  return found;
}

/** The path as `pathOf` is asked for it. */
function nameOf(path: readonly string[]): string {
  return path.map((name) => (name === olderGroup ? "layers" : name.replace(/^_/, ""))).join("/");
}

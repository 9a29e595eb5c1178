import type { Tensor } from "../../../graph/tensor";
import { requireFit, type Variable, type WeightStore } from "../../keras/weights";

/** The weights of a manifest as the variables of layers. */
export interface ManifestStore extends WeightStore {
  /** Names in the manifest of the variables that were read, by their paths in weight files of Keras 3. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Finds variables in a manifest: by `layer/name`, behind the names of models and parts that whoever wrote it put before or
 * between (`sequential/lstm/lstm_cell/kernel`), and where those are made up, by the order of the layer's weights. No
 * weight is taken twice.
 *
 * @param tensors by their names in the manifest, in its order.
 */
export function manifestStore(tensors: ReadonlyMap<string, Tensor>): ManifestStore {
  const names = new Map<string, string>();
  const left = new Set(tensors.keys());
  const byToken = new Map<string, string[]>();
  for (const name of tensors.keys()) {
    for (const token of new Set(name.split("/"))) {
      const list = byToken.get(token);
      if (list) list.push(name);
      else byToken.set(token, [name]);
    }
  }

  const find = ({ layers, parts, fullName, position }: Variable, name: string): string | undefined => {
    const layer = layers.at(-1)!;
    const own = byToken.get(layer) ?? [];
    const short = [layer, ...parts, name].join("/");
    const written = [fullName, [...layers, ...parts, name].join("/"), short, `${layer}/${name}`];
    const exact = written.find((candidate) => left.has(candidate) && candidate.endsWith(`/${name}`));
    if (exact !== undefined) return exact;
    const ending = own.filter((candidate) => left.has(candidate) && candidate.endsWith(`/${short}`));
    if (ending.length === 1) return ending[0];
    const placed = own[position];
    return placed !== undefined && left.has(placed) && placed.endsWith(`/${name}`) ? placed : undefined;
  };

  return {
    names,
    read(variable) {
      const found = find(variable, variable.name);
      // The older name of what Keras 3 calls the kernel of a depthwise convolution.
      const name = found ?? (variable.name === "kernel" ? find(variable, "depthwise_kernel") : undefined);
      requireFit(variable, name === undefined ? undefined : tensors.get(name));
      left.delete(name!);
      names.set(`${variable.path}/vars/${variable.index}`, name!);
      return tensors.get(name!)!;
    },
  };
}

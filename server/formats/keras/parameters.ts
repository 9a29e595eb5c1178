import { toFloat32 } from "../../graph/elements";
import type { Parameter } from "../../graph/graph";
import type { Found } from "./instance";

/**
 * The parameters of a model, named by Keras' variable paths, e.g. `dense/kernel`, or `sequential/dense/kernel` in a
 * Sequential model; where two layers in different nested models would be called alike, by the full path of each.
 *
 * Their aliases are their paths in weight files of Keras 3, e.g. `layers/dense/vars/0`, and shorter names, e.g.
 * `dense/kernel`, where no other parameter has them. Values are float32, in Keras' own layout.
 */
export function parametersOf(found: readonly Found[]): readonly Parameter[] {
  const count = counted(found.flatMap((one) => [...new Set([one.variable.fullName, shortName(one)])]));
  return found.map((one) => {
    const { variable, value, role, filterAxes, tensor } = one;
    const name = count.get(variable.fullName) === 1 ? variable.fullName : longName(one);
    const short = shortName(one);
    const aliases = [
      `${variable.path}/vars/${variable.index}`,
      ...(count.get(short) === 1 && short !== name ? [short] : []),
    ];
    return {
      name,
      value,
      role,
      filterAxes,
      tensor: { dtype: "float32", shape: tensor.shape, data: toFloat32(tensor) },
      aliases,
    };
  });
}

/** The layer's own name and what is in it. */
function shortName({ variable }: Found): string {
  return [variable.layers.at(-1)!, ...variable.parts, variable.name].join("/");
}

function longName({ variable }: Found): string {
  return [...variable.layers, ...variable.parts, variable.name].join("/");
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

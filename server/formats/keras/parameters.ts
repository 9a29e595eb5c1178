import { toFloat32 } from "../../graph/elements";
import type { Parameter } from "../../graph/graph";
import type { Found } from "./instance";

/**
 * The parameters of a model, named by Keras' variable paths, e.g. `dense/kernel`, or `sequential/dense/kernel` in a
 * Sequential model; where two layers in different nested models would be called alike, by the full path of each.
 *
 * Their aliases are their paths in weight files of Keras 3, e.g. `layers/dense/vars/0`, and `dense/kernel` or
 * `encoder/dense/kernel`, where no other parameter is called so; older files leave out the parts of a layer that own
 * them, so that `lstm/kernel` is one of `lstm/lstm_cell/kernel`. Values are float32, in Keras' own layout.
 */
export function parametersOf(found: readonly Found[]): readonly Parameter[] {
  const count = counted(found.flatMap((one) => [...new Set([one.variable.fullName, shortName(one), longName(one)])]));
  const isOnly = (name: string): boolean => count.get(name) === 1;
  const partless = counted(found.flatMap(partlessNames));
  const isOnlyPartless = (name: string): boolean => partless.get(name) === 1 && !count.has(name);
  return found.map((one) => {
    const { variable, value, role, filterAxes, tensor } = one;
    const name = isOnly(variable.fullName) ? variable.fullName : longName(one);
    const others = [...new Set([shortName(one), longName(one)])].filter((other) => other !== name && isOnly(other));
    return {
      name,
      value,
      role,
      filterAxes,
      tensor: { dtype: "float32", shape: tensor.shape, data: toFloat32(tensor) },
      aliases: [`${variable.path}/vars/${variable.index}`, ...others, ...partlessNames(one).filter(isOnlyPartless)],
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

/** Names that end with fewer of the layer's parts, the longest first. */
function partlessNames({ variable }: Found): readonly string[] {
  const { layers, parts, name } = variable;
  const owners = parts.map((_, k) => parts.slice(0, parts.length - 1 - k));
  return [
    ...new Set(owners.flatMap((owner) => [layers.slice(-1), layers].map((a) => [...a, ...owner, name].join("/")))),
  ];
}

/** How often each name is there. */
export function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

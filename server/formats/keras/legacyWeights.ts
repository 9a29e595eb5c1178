import type { Hdf5File } from "../hdf5";
import { requireFit, type Variable, type WeightStore } from "./weights";

/** A weight in a file of the older layout. */
export interface LegacyWeight {
  /** By the layer that lists it: `dense/kernel` for `dense/kernel:0`, `model/dense/kernel:0`, `kernel:0` and such. */
  readonly name: string;
  /** Where its values are. */
  readonly path: readonly string[];
}

/**
 * Where an HDF5 file of the older layout keeps its layers: in `model_weights` of a whole model, at the root of weights
 * alone; undefined when it has none.
 */
export function legacyGroup(file: Hdf5File): readonly string[] | undefined {
  if (file.names([])?.includes("model_weights")) return ["model_weights"];
  return listOf(file, [], "layer_names") ? [] : undefined;
}

/** The weights of each layer of the model, those of nested models under the model's name, in the file's order. */
export function legacyWeights(file: Hdf5File, group: readonly string[]): ReadonlyMap<string, readonly LegacyWeight[]> {
  const layers = new Map<string, readonly LegacyWeight[]>();
  for (const layer of listOf(file, group, "layer_names") ?? []) {
    const place = [...group, ...layer.split("/")];
    const weights = (listOf(file, place, "weight_names") ?? []).map((written) => ({
      name: plainName(written),
      path: [...place, ...written.split("/")],
    }));
    layers.set(layer, withoutScopes(layer, withNewNames(weights)));
  }
  return layers;
}

/** Without the number of the output, and without numbers that every session counts anew: `lstm/lstm_cell/kernel`. */
function plainName(written: string): string {
  return written
    .replace(/:\d+$/, "")
    .replace(/(?<=\/(lstm|gru|simple_rnn)_cell)_\d+(?=\/)/g, "")
    .replace(/(^|\/)variable(_\d+)?$/i, "$1variable");
}

/** Keras 2 calls the kernel of a depthwise convolution `depthwise_kernel`, as both call one of a separable convolution. */
function withNewNames(weights: readonly LegacyWeight[]): readonly LegacyWeight[] {
  const names = new Set(weights.map(({ name }) => name));
  return weights.map(({ name, path }) => {
    const [, owner] = /^(.*\/)depthwise_kernel$/s.exec(name) ?? [];
    const isRenamed = owner !== undefined && !names.has(`${owner}pointwise_kernel`);
    return { name: isRenamed ? `${owner}kernel` : name, path };
  });
}

/**
 * Names that begin with the layer's own where they have it at all: scopes that a program puts around its layers are no
 * part of the model's description. Names stay as they are when two would become one.
 */
function withoutScopes(layer: string, weights: readonly LegacyWeight[]): readonly LegacyWeight[] {
  const cut = weights.map(({ name, path }) => ({ name: withoutScope(layer, name), path }));
  return new Set(cut.map(({ name }) => name)).size === weights.length ? cut : weights;
}

function withoutScope(layer: string, name: string): string {
  if (!name.includes("/")) return `${layer}/${name}`;
  const at = `/${name}`.indexOf(`/${layer}/`);
  return at < 0 ? name : name.slice(at);
}

/** An attribute that is a list of names; long ones are written in parts, `weight_names0`, `weight_names1`, … */
function listOf(file: Hdf5File, path: readonly string[], name: string): readonly string[] | undefined {
  const whole = file.attribute(path, name);
  if (whole !== undefined) return typeof whole === "string" ? [whole] : whole;
  const parts: string[] = [];
  for (let k = 0; ; k++) {
    const part = file.attribute(path, `${name}${k}`);
    if (part === undefined) return k === 0 ? undefined : parts;
    parts.push(...(typeof part === "string" ? [part] : part));
  }
}

/**
 * The variables of a model in an HDF5 file of the older layout, where a layer of the model has a list of its weights by
 * name. The names of parts (`lstm_cell_3`) are made up in every session; there the order of the layer's weights decides.
 */
export function legacyStore(file: Hdf5File, group: readonly string[]): WeightStore {
  const layers = legacyWeights(file, group);
  return {
    read(variable) {
      const found = chosen(layers.get(variable.layers[0]!) ?? [], variable);
      requireFit(variable, found && file.facts(found.path));
      return file.tensor(found!.path);
    },
  };
}

function chosen(weights: readonly LegacyWeight[], variable: Variable): LegacyWeight | undefined {
  const { layers, parts, name, fullName, position } = variable;
  const layer = layers.at(-1)!;
  const short = [layer, ...parts, name].join("/");
  const exact = weights.find((weight) => weight.name === fullName) ?? weights.find((weight) => weight.name === short);
  if (exact) return exact;
  const ending = weights.filter((weight) => weight.name.endsWith(`/${short}`));
  if (ending.length === 1) return ending[0];
  const own = layers.length === 1 ? weights : weights.filter((weight) => weight.name.split("/").includes(layer));
  const placed = own[position];
  return placed?.name.split("/").at(-1) === name ? placed : undefined;
}

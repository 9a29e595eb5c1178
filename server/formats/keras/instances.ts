import type { LayerDescription, ModelDescription } from "./description";
import type { Emitter } from "./emitter";
import { LayerInstance } from "./instance";
import type { WeightStore } from "./weights";

/** A model with its layers, each with its variables, however often they are applied. */
export interface ModelInstance {
  readonly description: ModelDescription;
  /** By name, in the description's order. */
  readonly layers: ReadonlyMap<string, LayerInstance | ModelInstance>;
  /** Models that layers wrap, by the layer's name. */
  readonly inner: ReadonlyMap<string, ModelInstance>;
}

/** Prepares the layers of a model and of those in it. Nothing is read of the store yet. */
export function instantiate(description: ModelDescription, store: WeightStore, emit: Emitter): ModelInstance {
  return instance(description, store, emit, [], "layers");
}

function instance(
  description: ModelDescription,
  store: WeightStore,
  emit: Emitter,
  models: readonly string[],
  path: string,
): ModelInstance {
  const layers = new Map<string, LayerInstance | ModelInstance>();
  const wrapped = new Map<string, ModelInstance>();
  const scope = description.isSequential ? [description.name] : [];
  const numbers = new Map<string, number>();
  for (const layer of description.layers) {
    const { className, name, config, model, inner } = layer;
    const folder = isCounted(layer, description) ? `${path}/${folderOf(className, numbers)}` : path;
    const place = { models, path: folder, scope };
    if (inner) wrapped.set(name, instance(inner, store, emit, [...models, name], `${folder}/layer/layers`));
    layers.set(
      name,
      model
        ? instance(model, store, emit, [...models, name], `${folder}/layers`)
        : new LayerInstance(className, name, config, place, store, emit),
    );
  }
  return { description, layers, inner: wrapped };
}

/** Whether a layer has a folder in files of Keras 3: operations on tensors and the input of a Sequential model have none. */
function isCounted({ className, isOperation }: LayerDescription, { isSequential }: ModelDescription): boolean {
  return !isOperation && !(isSequential && className === "InputLayer");
}

/** Classes that Keras knows by other names than those that it exports. */
const otherNames: Readonly<Record<string, string>> = {
  Model: "Functional",
  GroupQueryAttention: "GroupedQueryAttention",
};

/** The class in snake case, numbered from the second one on. */
function folderOf(className: string, numbers: Map<string, number>): string {
  // Functional models of the first generations are called otherwise than their folders.
  const snake = snakeCase(otherNames[className] ?? className);
  const number = numbers.get(snake) ?? 0;
  numbers.set(snake, number + 1);
  return number === 0 ? snake : `${snake}_${number}`;
}

/** `Conv2DTranspose` → `conv2d_transpose`, as Keras does it. */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The layers of a model and of those in it, in order. */
export function layersIn(model: ModelInstance): readonly LayerInstance[] {
  return [...model.layers].flatMap(([name, layer]) => {
    const inner = model.inner.get(name);
    const own = layer instanceof LayerInstance ? [layer] : layersIn(layer);
    return inner ? [...own, ...layersIn(inner)] : own;
  });
}

import { nodesOf, referencesAmong, referencesIn, TensorReference, type NodeDescription } from "./references";
import { damaged, exportAdvice, Refusal } from "./refusal";
import { isJson, type Json } from "./settings";
import { numbersByLayer, shiftsOf } from "./shifts";

/** A layer as a model's description has it. */
export interface LayerDescription {
  readonly className: string;
  readonly name: string;
  readonly config: Json;
  /** Whether it is an operation on tensors such as `x * 2 + y` (`keras.src.ops.…`), not a layer of that class. */
  readonly isOperation: boolean;
  /** Whether the description says where the class comes from. */
  readonly hasOrigin: boolean;
  readonly nodes: readonly NodeDescription[];
  /** How much more than its place among `nodes` the number of a call is in the calls' arguments. */
  readonly shift: number;
  /** The model, when the layer is one. */
  readonly model?: ModelDescription;
  /** The model that the layer applies, when it wraps one, as TimeDistributed may. */
  readonly inner?: ModelDescription;
}

/** An input of a model: what references call it, and the shape of its batch and its type, where they are said. */
export interface InputDescription {
  readonly layer: string;
  readonly shape?: readonly unknown[];
  readonly dtype?: unknown;
}

/** A Functional or Sequential model, its layers in order and what each is called with. */
export interface ModelDescription {
  readonly name: string;
  readonly isSequential: boolean;
  readonly layers: readonly LayerDescription[];
  readonly inputs: readonly InputDescription[];
  /** Their calls counted from 0. */
  readonly outputs: readonly TensorReference[];
}

/** Deepest nesting of models in models. */
const deepestModel = 32;

/** Most layers of all models together. */
const mostLayers = 100_000;

/** Classes of models that are described whole. */
const modelClasses: ReadonlySet<string> = new Set(["Functional", "Model", "Sequential"]);

/**
 * Reads the description of a model (`{class_name, config}`) of Keras 2, Keras 3 or TensorFlow.js.
 * @throws Refusal for models that are program code, or that contradict themselves.
 */
export function describeModel(description: unknown): ModelDescription {
  return new Reader().model(description, 0);
}

class Reader {
  private count = 0;

  model(description: unknown, depth: number): ModelDescription {
    if (!isJson(description)) throw damaged("has a description that is no object");
    const { class_name: className, config } = description;
    if (typeof className !== "string") throw damaged("has a description without a class");
    if (!modelClasses.has(className) || isCustom(description)) throw custom("is a model", className, description);
    if (depth > deepestModel) throw damaged(`nests models more than ${deepestModel} levels deep`);
    // The first generation wrote the layers of a Sequential model as a plain list.
    const settings: unknown = Array.isArray(config) ? { name: "sequential", layers: config } : config;
    if (!isJson(settings) || !Array.isArray(settings["layers"])) {
      if (className === "Model") throw custom("is a model", className, description);
      throw damaged(`describes a ${className} model without layers`);
    }
    const name = typeof settings["name"] === "string" ? settings["name"] : className.toLowerCase();
    return className === "Sequential" ? this.sequential(name, settings, depth) : this.functional(name, settings, depth);
  }

  private sequential(name: string, settings: Json, depth: number): ModelDescription {
    const found = (settings["layers"] as readonly unknown[]).map((entry) => this.layer(entry, depth));
    const [first] = found;
    if (!first) throw damaged(`describes the model ${name} without layers`);
    const hasInput = first.className === "InputLayer";
    let source = new TensorReference(hasInput ? first.name : `${name}_input`, 0, 0);
    const input = source.layer;
    const layers = found.map((layer, i): LayerDescription => {
      if (hasInput && i === 0) return layer;
      const nodes = [{ args: [source], kwargs: {} }];
      source = new TensorReference(layer.name, 0, 0);
      return { ...layer, nodes };
    });
    if (new Set([input, ...layers.map((layer) => layer.name)]).size < layers.length + (hasInput ? 0 : 1)) {
      throw damaged(`names two layers of ${name} alike`);
    }
    const shape = shapeOf(first) ?? listOf(settings["build_input_shape"]);
    const dtype = hasInput ? first.config["dtype"] : undefined;
    return { name, isSequential: true, layers, inputs: [{ layer: input, shape, dtype }], outputs: [source] };
  }

  private functional(name: string, settings: Json, depth: number): ModelDescription {
    const found = (settings["layers"] as readonly unknown[]).map((entry) => this.layer(entry, depth));
    const names = new Set(found.map((layer) => layer.name));
    if (names.size < found.length) throw damaged(`names two layers of ${name} alike`);
    const entries = settings["layers"] as readonly Json[];
    const isOlder = entries.some(({ inbound_nodes: nodes }) => Array.isArray(nodes) && Array.isArray(nodes[0]));
    const called = found.map((layer, i) => ({
      ...layer,
      nodes: nodesOf(entries[i]!["inbound_nodes"], layer.name, names),
    }));
    const outputs = referencesIn(settings["output_layers"]);
    if (outputs.length === 0) throw damaged(`describes the model ${name} without outputs`);
    const inbound = called.flatMap(({ nodes }) => nodes.flatMap(({ args, kwargs }) => referencesAmong([args, kwargs])));
    const [inboundNumbers, outputNumbers] = [numbersByLayer(inbound), numbersByLayer(outputs)];
    const shifts = new Map(
      called.flatMap((layer) => {
        if (!layer.model) return [];
        const kind = isOlder ? "older" : layer.model.isSequential ? "sequential" : "functional";
        const [ins, outs] = [inboundNumbers.get(layer.name), outputNumbers.get(layer.name)];
        return [[layer.name, shiftsOf(layer, kind, ins ?? new Set(), outs ?? new Set())] as const];
      }),
    );
    const layers = new Map(
      called.map((layer) => [layer.name, { ...layer, shift: shifts.get(layer.name)?.inbound ?? 0 }]),
    );
    return {
      name,
      isSequential: false,
      layers: [...layers.values()],
      inputs: referencesIn(settings["input_layers"]).map(({ layer }) => {
        const source = layers.get(layer);
        return { layer, shape: source && shapeOf(source), dtype: source?.config["dtype"] };
      }),
      outputs: outputs.map(
        ({ layer, node, tensor }) => new TensorReference(layer, node - (shifts.get(layer)?.outputs ?? 0), tensor),
      ),
    };
  }

  private layer(entry: unknown, depth: number): LayerDescription {
    if (++this.count > mostLayers) throw damaged(`describes more than ${mostLayers} layers`);
    if (!isJson(entry) || typeof entry["class_name"] !== "string") throw damaged("describes a layer without a class");
    const className = entry["class_name"];
    const given: unknown = entry["config"] ?? {};
    const config = Array.isArray(given) ? { layers: given } : given;
    if (!isJson(config)) throw damaged(`describes a layer of the class ${className} without settings`);
    const called = entry["name"] ?? config["name"];
    const name = typeof called === "string" ? called : className.toLowerCase();
    if (isCustom(entry)) throw custom(`has the layer ${name}`, className, entry);
    const { module } = entry;
    const hasOrigin = typeof module === "string";
    const isOperation = hasOrigin && module.includes(".ops.");
    const isModel = modelClasses.has(className) && !isOperation;
    const model = isModel ? this.model({ ...entry, config: given }, depth + 1) : undefined;
    const wrapped = isModel ? undefined : config["layer"];
    const wrapsModel = isJson(wrapped) && modelClasses.has(String(wrapped["class_name"]));
    const inner = wrapsModel ? this.model(wrapped, depth + 1) : undefined;
    const models = { ...(model ? { model } : {}), ...(inner ? { inner } : {}) };
    return { className, name, config, isOperation, hasOrigin, nodes: [], shift: 0, ...models };
  }
}

/** The shape of the batch that a layer says it takes; that of a nested model is its input's. */
function shapeOf({ config, model }: LayerDescription): readonly unknown[] | undefined {
  return model ? model.inputs[0]?.shape : listOf(config["batch_shape"] ?? config["batch_input_shape"]);
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

/** Whether a class is the user's own: descriptions say where each comes from. */
export function isCustom({ module }: Json): boolean {
  return typeof module === "string" && !/^(tf_|tensorflow\.(python\.)?)?keras(\.|$)/.test(module);
}

/** @param what continues a sentence about the file. */
function custom(what: string, className: string, { module }: Json): Refusal {
  const origin = typeof module === "string" ? ` (${module})` : "";
  return new Refusal(`${what} of the class ${className}${origin}, whose program code is not in the file`, exportAdvice);
}

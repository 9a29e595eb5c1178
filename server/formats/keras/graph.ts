import { graphOf, valueInfo } from "../../graph/build";
import type { Graph, ValueInfo } from "../../graph/graph";
import type { DataType } from "../../graph/tensor";
import { LayerCall, tensorsIn, type Arguments, type Context, type Lowerings } from "./call";
import type { InputDescription, LayerDescription, ModelDescription } from "./description";
import { kerasDialect, type Dialect } from "./dialect";
import { Emitter } from "./emitter";
import { LayerInstance } from "./instance";
import { instantiate, layersIn, type ModelInstance } from "./instances";
import { layers } from "./layers/table";
import { operations } from "./operations/table";
import { parametersOf } from "./parameters";
import { precisionOf } from "./precision";
import { referencesAmong, resolved, type TensorReference } from "./references";
import { damaged, exportAdvice, Refusal } from "./refusal";
import type { Json } from "./settings";
import { KerasValue, type Extent } from "./value";
import type { WeightStore } from "./weights";

/** What a description becomes. */
export interface BuiltModel {
  readonly graph: Graph;
  readonly notices: readonly string[];
}

/**
 * A described model as a graph: its input as Keras says it, e.g. [N, 28, 28, 1], its parameters named and laid out as in
 * Keras, in the order of the layers.
 *
 * @param store where the values of its variables come from.
 * @param generation of Keras that the model was trained with; TensorFlow.js computes as Keras 2 does.
 * @param dialect of the program that the model is for, where it is not Keras itself.
 * @throws Refusal that says which layer is not supported, or what contradicts itself.
 */
export function buildGraph(
  description: ModelDescription,
  store: WeightStore,
  generation: 2 | 3,
  dialect: Dialect = kerasDialect,
): BuiltModel {
  return new Builder(description, store, generation, dialect).build();
}

class Builder {
  private readonly emit = new Emitter();
  private readonly context: Context;
  private readonly root: ModelInstance;
  private readonly precisions = new Set<string>();

  constructor(
    private readonly description: ModelDescription,
    store: WeightStore,
    generation: 2 | 3,
    private readonly dialect: Dialect,
  ) {
    this.context = { emit: this.emit, generation, lower: (call) => this.lower(call) };
    this.root = instantiate(description, store, this.emit);
  }

  build(): BuiltModel {
    const infos: ValueInfo[] = [];
    const given = this.description.inputs.map((input) => this.input(input, infos));
    const results = this.applyModel(this.root, given);
    const outputs = this.outputs(results, new Set(infos.map(({ name }) => name)));
    const graph = graphOf({
      name: this.description.name,
      inputs: infos,
      outputs,
      nodes: this.emit.nodes,
      constants: this.emit.constants,
      parameters: parametersOf(layersIn(this.root).flatMap((layer) => layer.found)),
    });
    const others = [...this.precisions].filter((name) => name !== "float32");
    const notices = others.length > 0 ? [`The model computes in ${others.join(", ")}; it is read as float32.`] : [];
    return { graph, notices };
  }

  /** Declares an input of the graph. */
  private input({ layer, shape, dtype }: InputDescription, infos: ValueInfo[]): KerasValue {
    if (!shape?.every(isExtent) || shape.length === 0) {
      const advice = "Give the model an Input layer, or call it once before you save it.";
      throw new Refusal(`does not say the shape of its input ${layer}`, advice);
    }
    const name = this.emit.declare(layer);
    const type = inputType(dtype);
    infos.push(valueInfo(name, open(shape), type));
    return this.emit.value(name, shape, { dtype: type });
  }

  /** Gives every result a name of its own as an output, its axes in Keras' order. */
  private outputs(results: readonly KerasValue[], taken: Set<string>): readonly ValueInfo[] {
    return results.map((value) => {
      let name = this.emit.plain(value);
      if (taken.has(name) || this.emit.constants.has(name)) name = this.emit.op("Identity", [name]);
      taken.add(name);
      return valueInfo(name, open(value.shape), value.dtype);
    });
  }

  /** Applies a model to a tensor for each of its inputs. A call is written when all that it needs is there. */
  private applyModel(model: ModelInstance, given: readonly KerasValue[]): readonly KerasValue[] {
    const { name, inputs, outputs, layers: described } = model.description;
    if (given.length !== inputs.length) {
      throw damaged(`calls the model ${name} with ${given.length} tensors instead of ${inputs.length}`);
    }
    const results = new Map(inputs.map(({ layer }, i) => [keyOf(layer, 0), [given[i]!] as readonly KerasValue[]]));
    const shifts = new Map(described.map((layer) => [layer.name, layer.shift]));
    const keyFor = ({ layer, node }: TensorReference): string => keyOf(layer, node - (shifts.get(layer) ?? 0));
    const find = (reference: TensorReference, key = keyFor(reference)): KerasValue => {
      const value = results.get(key)?.[reference.tensor];
      if (!value) throw damaged(`uses a result of the layer ${reference.layer} that it does not have`);
      return value;
    };
    const calls = described.flatMap((layer) =>
      layer.nodes.map((given, k) => ({ layer, given, key: keyOf(layer.name, k) })),
    );
    const ordered = inOrder(calls, new Set(results.keys()), ({ given }) =>
      referencesAmong([given.args, given.kwargs]).map(keyFor),
    );
    if (!ordered)
      throw damaged(`describes calls in the model ${name} that need what is not there, or their own results`);
    for (const { layer, given: node, key } of ordered) {
      const args = resolved(node.args, find) as unknown[];
      const kwargs = resolved(node.kwargs, find) as Json;
      results.set(key, this.apply(layer, model, { args, kwargs }));
    }
    return outputs.map((reference) => find(reference, keyOf(reference.layer, reference.node)));
  }

  private apply(layer: LayerDescription, model: ModelInstance, given: Arguments): readonly KerasValue[] {
    const { className, name, config } = layer;
    const instance = model.layers.get(name)!;
    const inner = model.inner.get(name);
    const precision = precisionOf(name, config);
    if (precision !== undefined) this.precisions.add(precision);
    if (!(instance instanceof LayerInstance)) return this.applyModel(instance, tensorsIn(given.args));
    this.emit.begin(name);
    const apply = inner && ((inputs: readonly KerasValue[]) => this.applyModel(inner, inputs));
    const call = new LayerCall(this.context, className, name, instance.settings, given, instance, apply);
    return this.lower(call, isOperation(layer, given) ? operations : this.dialect.layers);
  }

  private lower(call: LayerCall, table: Lowerings = this.dialect.layers): readonly KerasValue[] {
    const { className, emit } = call;
    const lowering = Object.hasOwn(table, className) ? table[className] : undefined;
    if (!lowering) throw unknown(call, table);
    const result = lowering(call);
    const mask = table !== operations && this.dialect.passesMask(className) ? call.inputs[0]?.mask : undefined;
    const results = result instanceof KerasValue ? [result] : result;
    return mask ? results.map((value) => emit.masked(value, value.mask ?? mask)) : results;
  }
}

/**
 * Whether a call is that of an operation. Older forms do not say where a class comes from: layers that join tensors are
 * called with a list of them, operations of the same names with two arguments.
 */
function isOperation(
  { className, isOperation: isSaid, hasOrigin, config }: LayerDescription,
  { args }: Arguments,
): boolean {
  if (isSaid || hasOrigin) return isSaid;
  if (!Object.hasOwn(operations, className)) return false;
  return !Object.hasOwn(layers, className) || args.length > 1 || "newshape" in config;
}

/**
 * Calls so that each comes after those whose results it needs, and as early as the order given allows.
 * @param known keys of results that are there already.
 * @returns undefined when that cannot be.
 */
function inOrder<T extends { readonly key: string }>(
  calls: readonly T[],
  known: Set<string>,
  needsOf: (call: T) => readonly string[],
): readonly T[] | undefined {
  const waiting = new Map<string, T[]>();
  const ordered: T[] = [];
  const place = (call: T): void => {
    const missing = needsOf(call).find((key) => !known.has(key));
    if (missing === undefined) {
      ordered.push(call);
      return;
    }
    const others = waiting.get(missing);
    if (others) others.push(call);
    else waiting.set(missing, [call]);
  };
  calls.forEach(place);
  for (let i = 0; i < ordered.length; i++) {
    const { key } = ordered[i]!;
    known.add(key);
    const next = waiting.get(key) ?? [];
    waiting.delete(key);
    next.forEach(place);
  }
  return ordered.length === calls.length ? ordered : undefined;
}

function keyOf(layer: string, node: number): string {
  return `${node} ${layer}`;
}

function isExtent(value: unknown): value is Extent {
  return value === null || (typeof value === "number" && Number.isInteger(value) && value > 0);
}

/** A shape as graphs write it, the batch by name. */
function open(shape: readonly Extent[]): readonly (number | string | null)[] {
  return [shape[0] ?? "N", ...shape.slice(1)];
}

/** The type of an input; all floating-point ones are read as float32. */
function inputType(dtype: unknown): DataType {
  const integers: readonly unknown[] = [
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "bool",
  ];
  return integers.includes(dtype) ? (dtype as DataType) : "float32";
}

function unknown({ className, name }: LayerCall, table: Lowerings): Refusal {
  const what = table === operations ? "the operation" : "the layer";
  if (className === "Lambda") {
    return new Refusal(`has the layer ${name} of the class Lambda, which holds program code`, exportAdvice);
  }
  return new Refusal(`has ${what} ${name} of the class ${className}, which is not supported`, exportAdvice);
}

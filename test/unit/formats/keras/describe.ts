import { describeModel } from "../../../../server/formats/keras/description";
import { buildGraph, type BuiltModel } from "../../../../server/formats/keras/graph";
import type { Variable, WeightStore } from "../../../../server/formats/keras/weights";
import { sizeOf } from "../../../../server/graph/tensor";

type Json = Readonly<Record<string, unknown>>;

/** A layer as Keras 3 describes it. */
export function layer(className: string, name: string, config: Json = {}, more: Json = {}): Json {
  return { module: "keras.layers", class_name: className, config: { name, ...config }, ...more };
}

/** A layer of a Functional model with its calls. */
export function called(described: Json, ...nodes: readonly unknown[]): Json {
  return { ...described, name: (described["config"] as Json)["name"], inbound_nodes: nodes };
}

/** A tensor among a call's arguments. */
export function tensor(name: string, node = 0, index = 0): Json {
  return { class_name: "__keras_tensor__", config: { keras_history: [name, node, index] } };
}

export const call = (...args: readonly unknown[]): Json => ({ args, kwargs: {} });

export function input(name: string, ...shape: readonly (number | null)[]): Json {
  return layer("InputLayer", name, { batch_shape: [null, ...shape], dtype: "float32" });
}

export function sequential(layers: readonly Json[], name = "sequential"): Json {
  return { module: "keras", class_name: "Sequential", config: { name, layers } };
}

export function functional(layers: readonly Json[], inputs: unknown, outputs: unknown, name = "functional"): Json {
  const config = { name, layers, input_layers: inputs, output_layers: outputs };
  return { module: "keras.src.models.functional", class_name: "Functional", config };
}

/** Zeros for every variable, and which were asked for. */
export function zeros(): WeightStore & { readonly asked: readonly Variable[] } {
  const asked: Variable[] = [];
  return {
    asked,
    read(variable) {
      asked.push(variable);
      return { dtype: "float32", shape: variable.shape, data: new Float32Array(sizeOf(variable.shape)) };
    },
  };
}

export function built(description: Json, store: WeightStore = zeros(), generation: 2 | 3 = 3): BuiltModel {
  return buildGraph(describeModel(description), store, generation);
}

/** How often each operator is in the graph of a description. */
export function operatorsOf(description: Json): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op } of built(description).graph.nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

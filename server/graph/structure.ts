import type { Attribute, Graph, GraphNode } from "./graph";
import type { Tensor } from "./tensor";

/** Constants up to this many numbers are part of the structure: shapes, exponents, limits of activations. */
const mostNumbers = 16;

/**
 * What a network is made of, apart from its weights, as text: operators with their attributes in the order of the graph,
 * how they are wired, and shapes and roles of the parameters in their order. Names do not count, nor the extent of the
 * batch, nor the numbers of parameters and of large constants: two trainings of one architecture, written by one exporter,
 * give the same text.
 */
export function structureOf(graph: Graph): string {
  const ids = new Map<string, number>([["", -1]]);
  const idOf = (name: string): number => {
    const known = ids.get(name) ?? ids.size - 1;
    ids.set(name, known);
    return known;
  };
  const inputs = graph.inputs.map(({ name, dtype, shape }) => [idOf(name), dtype, shape.slice(1).map(extentOf)]);
  const parameters = graph.parameters.map(({ value, role, filterAxes, tensor }) => [
    ...[idOf(value), role, filterAxes, tensor.dtype, tensor.shape],
  ]);
  const nodes = graph.nodes.map(({ op, domain, overload, attributes, inputs: from, outputs }: GraphNode) => [
    op,
    domain === "ai.onnx" ? "" : domain,
    overload ?? "",
    Object.entries(attributes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, attribute]) => [name, attribute.type, writtenAttribute(attribute)]),
    from.map((name) => [idOf(name), ...constantOf(graph.constants.get(name))]),
    outputs.map(idOf),
  ]);
  return JSON.stringify([inputs, parameters, nodes, graph.outputs.map(({ name }) => idOf(name))]);
}

function extentOf(dimension: number | string | null): number | null {
  return typeof dimension === "number" ? dimension : null;
}

function constantOf(tensor: Tensor | undefined): readonly unknown[] {
  return tensor ? [writtenTensor(tensor)] : [];
}

function writtenTensor({ dtype, shape, data }: Tensor): readonly unknown[] {
  return [dtype, shape, ...(data.length <= mostNumbers ? [Array.from(data, String)] : [])];
}

function writtenAttribute(attribute: Attribute): unknown {
  switch (attribute.type) {
    case "tensor":
      return writtenTensor(attribute.value);
    case "raw":
      return Array.from(attribute.bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    case "float":
      return String(attribute.value);
    case "floats":
      return attribute.value.map(String);
    default:
      return attribute.value;
  }
}

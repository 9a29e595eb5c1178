import { codeOf } from "../../server/graph/elements";
import type { Attribute, Graph, GraphNode } from "../../server/graph/graph";
import type { Tensor } from "../../server/graph/tensor";

function doubled(tensor: Tensor): Tensor {
  const { dtype, shape, data } = tensor;
  return dtype === "float32" ? { dtype: "float64", shape, data: Float64Array.from(data as Float32Array) } : tensor;
}

function doubledAttribute(node: GraphNode, name: string, attribute: Attribute): [string, Attribute] {
  if (attribute.type === "tensor") return [name, { type: "tensor", value: doubled(attribute.value) }];
  if (attribute.type === "int" && attribute.value === codeOf("float32") && ["to", "dtype"].includes(name)) {
    return [name, { type: "int", value: codeOf("float64") }];
  }
  if (node.op === "Constant" && (attribute.type === "float" || attribute.type === "floats")) {
    const { value } = attribute;
    const shape = typeof value === "number" ? [] : [value.length];
    const data = typeof value === "number" ? Float64Array.of(value) : Float64Array.from(value);
    return ["value", { type: "tensor", value: { dtype: "float64", shape, data } }];
  }
  return [name, attribute];
}

/** A shape is filled with single-precision zeros where the node names no value. */
function missingValue(node: GraphNode): Readonly<Record<string, Attribute>> {
  if (node.op !== "ConstantOfShape" || node.attributes.value) return {};
  return { value: { type: "tensor", value: { dtype: "float64", shape: [1], data: Float64Array.of(0) } } };
}

/** The same graph with float64 wherever it has float32, so that nothing is rounded to single precision. */
export function inFloat64(graph: Graph): Graph {
  const described = <T extends { readonly dtype: Tensor["dtype"] }>(info: T): T =>
    info.dtype === "float32" ? { ...info, dtype: "float64" } : info;
  return {
    ...graph,
    values: undefined,
    inputs: graph.inputs.map(described),
    outputs: graph.outputs.map(described),
    constants: new Map([...graph.constants].map(([name, tensor]) => [name, doubled(tensor)])),
    parameters: graph.parameters.map((each) => ({ ...each, tensor: doubled(each.tensor) })),
    nodes: graph.nodes.map((node) => ({
      ...node,
      attributes: {
        ...missingValue(node),
        ...Object.fromEntries(
          Object.entries(node.attributes).map(([name, attribute]) => doubledAttribute(node, name, attribute)),
        ),
      },
    })),
  };
}

/** Tensors by name in float64 wherever they are float32. */
export function feedsInFloat64(feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, doubled(tensor)]));
}

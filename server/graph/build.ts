import { toInt64 } from "./elements";
import type { Attribute, Graph, GraphNode, Parameter, ValueInfo } from "./graph";
import { sizeOf, type DataType, type Tensor } from "./tensor";

/** What a graph made in code consists of; everything that is left out is empty. */
export interface GraphParts {
  readonly name?: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly GraphNode[];
  readonly constants?: Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;
  readonly parameters?: readonly Parameter[];
  /** Version of the ONNX operator set, 20 by default. */
  readonly opset?: number;
  /** Versions of other domains. */
  readonly domains?: Readonly<Record<string, number>>;
}

/** A graph from its parts. Nodes must already be in topological order. */
export function graphOf(parts: GraphParts): Graph {
  const { constants = {} } = parts;
  return {
    name: parts.name ?? "graph",
    irVersion: 9,
    opsets: { ...parts.domains, "": parts.opset ?? 20 },
    inputs: parts.inputs,
    outputs: parts.outputs,
    nodes: parts.nodes,
    constants: new Map(constants instanceof Map ? constants : Object.entries(constants as Record<string, Tensor>)),
    parameters: parts.parameters ?? [],
    carried: [],
  };
}

/** One operator application, named after its first output. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = "",
): GraphNode {
  return { op, domain, name: `${op}:${outputs[0] ?? ""}`, inputs, outputs, attributes };
}

/** A graph input or output. */
export function valueInfo(
  name: string,
  shape: readonly (number | string | null)[],
  dtype: DataType = "float32",
): ValueInfo {
  return { name, dtype, shape };
}

/** A parameter whose value carries its own name. */
export function parameter(
  name: string,
  tensor: Tensor,
  role: Parameter["role"] = "kernel",
  filterAxes: readonly number[] = tensor.shape.length ? [0] : [],
): Parameter {
  return { name, value: name, role, filterAxes, tensor };
}

/**
 * A float32 tensor.
 * @throws Error when the number of values is not that of the shape.
 */
export function floatTensor(shape: readonly number[], values: ArrayLike<number>): Tensor {
  return { dtype: "float32", shape, data: filled(shape, Float32Array.from(values)) };
}

/**
 * An int64 tensor, ONNX's type for shapes, axes and indices.
 * @throws Error when the number of values is not that of the shape.
 */
export function intTensor(shape: readonly number[], values: readonly (number | bigint)[]): Tensor {
  return { dtype: "int64", shape, data: filled(shape, BigInt64Array.from(values, toInt64)) };
}

function filled<T extends { readonly length: number }>(shape: readonly number[], data: T): T {
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} values do not fill [${shape.join(", ")}].`);
  return data;
}

export function int(value: number): Attribute {
  return { type: "int", value };
}

/** A float attribute; ONNX keeps it in single precision. */
export function float(value: number): Attribute {
  return { type: "float", value: Math.fround(value) };
}

export function string(value: string): Attribute {
  return { type: "string", value };
}

export function tensor(value: Tensor): Attribute {
  return { type: "tensor", value };
}

export function ints(...value: readonly number[]): Attribute {
  return { type: "ints", value };
}

/** A list of floats; ONNX keeps them in single precision. */
export function floats(...value: readonly number[]): Attribute {
  return { type: "floats", value: value.map(Math.fround) };
}

export function strings(...value: readonly string[]): Attribute {
  return { type: "strings", value };
}

import type { Attribute, Graph, GraphNode, Parameter, ValueInfo } from "../../server/graph/graph";
import { sizeOf, type DataType, type Tensor } from "../../server/graph/tensor";
import { evaluateReference } from "./reference";

/** A small graph with feeds, on which every engine must agree with the float64 reference. */
export interface OperatorCase {
  readonly name: string;
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Largest difference allowed, relative to the largest magnitude in the expected output; `defaultTolerance` if absent. */
  readonly tolerance?: number;
  /** False where the TensorFlow engine may lack the operator. */
  readonly tensorflow: boolean;
  /** False where ONNX Runtime is known not to do what the operator's definition says; it must refuse then. */
  readonly onnxruntime: boolean;
}

/** float32 engines against float64: a few hundred roundings of 6e-8 each. */
export const defaultTolerance = 1e-5;

/** Where an input of a case comes from. */
export interface Source {
  readonly from: "feed" | "constant" | "parameter";
  readonly tensor: Tensor;
}

type AttributeValue = number | string | readonly number[] | Attribute;

interface Options {
  readonly opset?: number;
  readonly tolerance?: number;
  readonly tensorflow?: false;
  readonly onnxruntime?: false;
}

export interface OperatorSpec extends Options {
  /** By position; null leaves an optional input out. */
  readonly inputs: readonly (Source | null)[];
  /** Plain integers and lists of integers, strings, or attributes in full. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Element types of the outputs. */
  readonly outputs?: readonly DataType[];
}

export interface GraphSpec extends Options {
  readonly values: Readonly<Record<string, Source>>;
  readonly nodes: readonly GraphNode[];
  readonly outputs: Readonly<Record<string, DataType>>;
}

/** Uniform numbers in [0, 1) from a seed (mulberry32, by 32-bit integer operations only). */
export function uniform(count: number, seed: number): number[] {
  let state = (seed * 0x9e3779b9) >>> 0;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  });
}

/** float32 values between `low` and `high`, the same ones for the same arguments. */
export function floats(shape: readonly number[], low = -1, high = 1, seed = 1): Tensor {
  const data = Float32Array.from(uniform(sizeOf(shape), seed + sizeOf(shape)), (u) => low + (high - low) * u);
  return { dtype: "float32", shape, data };
}

/** A tensor of given values, int64 unless said otherwise. */
export function tensorOf(
  values: readonly number[],
  shape: readonly number[] = [values.length],
  dtype: DataType = "int64",
): Tensor {
  switch (dtype) {
    case "int64":
      return { dtype, shape, data: BigInt64Array.from(values, BigInt) };
    case "int32":
      return { dtype, shape, data: Int32Array.from(values) };
    case "float64":
      return { dtype, shape, data: Float64Array.from(values) };
    case "float32":
      return { dtype, shape, data: Float32Array.from(values) };
    case "bool":
    case "uint8":
      return { dtype, shape, data: Uint8Array.from(values) };
    default:
      throw new Error(`no case needs ${dtype}`);
  }
}

/** A graph input: random float32 in [−1, 1], or the tensor given. */
export function feed(from: readonly number[] | Tensor, low = -1, high = 1, seed = 1): Source {
  return { from: "feed", tensor: "data" in from ? from : floats(from, low, high, seed) };
}

/** A parameter of the graph, as weights are. */
export function weight(shape: readonly number[], low = -1, high = 1, seed = 2): Source {
  return { from: "parameter", tensor: floats(shape, low, high, seed) };
}

/** A constant of the graph: int64 values, or the tensor given. */
export function constant(from: readonly number[] | Tensor): Source {
  return { from: "constant", tensor: "data" in from ? from : tensorOf(from) };
}

export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): GraphNode {
  const entries = Object.entries(attributes).map(([name, value]): [string, Attribute] => {
    if (typeof value === "number") return [name, { type: "int", value }];
    if (typeof value === "string") return [name, { type: "string", value }];
    return [name, "type" in value ? value : { type: "ints", value }];
  });
  return {
    op,
    domain: "",
    name: `${op}_${outputs[0] ?? ""}`,
    inputs,
    outputs,
    attributes: Object.fromEntries(entries),
  };
}

function parameterOf(name: string, tensor: Tensor): Parameter {
  return { name, value: name, role: "kernel", filterAxes: tensor.shape.length > 0 ? [0] : [], tensor };
}

/** A case of several nodes. Output shapes are those that the reference finds. */
export function graphCase(name: string, spec: GraphSpec): OperatorCase {
  const chosen = (from: Source["from"]): [string, Tensor][] =>
    Object.entries(spec.values).flatMap(([value, source]) => (source.from === from ? [[value, source.tensor]] : []));
  const described = (value: string, tensor: Tensor): ValueInfo => ({
    name: value,
    dtype: tensor.dtype,
    shape: tensor.shape,
  });
  const feeds = Object.fromEntries(chosen("feed"));
  const draft: Graph = {
    name: "case",
    irVersion: 8,
    opsets: { "": spec.opset ?? 21 },
    inputs: chosen("feed").map(([value, tensor]) => described(value, tensor)),
    outputs: Object.entries(spec.outputs).map(([value, dtype]) => ({ name: value, dtype, shape: [] })),
    nodes: spec.nodes,
    constants: new Map(chosen("constant")),
    parameters: chosen("parameter").map(([value, tensor]) => parameterOf(value, tensor)),
    carried: [],
  };
  const results = evaluateReference(draft, feeds);
  const outputs = draft.outputs.map((output) => ({ ...output, shape: results[output.name]!.shape }));
  return {
    name,
    graph: { ...draft, outputs },
    feeds,
    tolerance: spec.tolerance,
    tensorflow: spec.tensorflow ?? true,
    onnxruntime: spec.onnxruntime ?? true,
  };
}

/** A case of one operator. Inputs are called i0, i1, …, outputs o0, o1, … */
export function operatorCase(op: string, variant: string, spec: OperatorSpec): OperatorCase {
  const dtypes = spec.outputs ?? ["float32"];
  const names = spec.inputs.map((source, k) => (source ? `i${k}` : ""));
  const values = spec.inputs.flatMap((source, k) => (source ? [[`i${k}`, source] as const] : []));
  return graphCase(`${op}: ${variant}`, {
    ...spec,
    values: Object.fromEntries(values),
    nodes: [
      node(
        op,
        names,
        dtypes.map((_, k) => `o${k}`),
        spec.attributes,
      ),
    ],
    outputs: Object.fromEntries(dtypes.map((dtype, k) => [`o${k}`, dtype])),
  });
}

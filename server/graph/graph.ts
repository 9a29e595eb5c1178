import type { DataType, Tensor } from "./tensor";

/** An attribute of a node, in ONNX's own kinds. What we do not interpret is carried as raw bytes. */
export type Attribute =
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "tensor"; readonly value: Tensor }
  | { readonly type: "ints"; readonly value: readonly number[] }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "strings"; readonly value: readonly string[] }
  /** The serialised AttributeProto, written back unchanged (subgraphs, sparse tensors, …). */
  | { readonly type: "raw"; readonly bytes: Uint8Array };

/** One operator application. Values are referred to by name; "" stands for an omitted optional input or output. */
export interface GraphNode {
  readonly op: string;
  /** "" is the ONNX domain. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Which of several local functions of the same name is meant; absent for operators. */
  readonly overload?: string;
}

/**
 * A graph input or output. A dimension is a number, a symbol such as "batch", or unknown.
 * The shape `[]` is a scalar, or a tensor whose rank the file does not say.
 */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly (number | string | null)[];
}

/** What a parameter does in the network; statistics (mean, variance) are never moved by directions. */
export type ParameterRole = "kernel" | "bias" | "scale" | "shift" | "mean" | "variance" | "embedding";

/** One named weight tensor with its pristine values (θ). */
export interface Parameter {
  /** Name shown to people and used to match checkpoints, e.g. `blocks.0.conv1.weight`. */
  readonly name: string;
  /** Name of the graph value that carries it. */
  readonly value: string;
  readonly role: ParameterRole;
  /** Axes that index the filters (output units); the norm is taken over the other axes. */
  readonly filterAxes: readonly number[];
  readonly tensor: Tensor;
  /** Other names by which files of weights may call it, likeliest first. */
  readonly aliases?: readonly string[];
}

/**
 * A network as a graph of ONNX operators (NCHW), every weight a named parameter.
 * Nodes are in topological order. Pure data: transformations return a new graph.
 */
export interface Graph {
  readonly name: string;
  readonly irVersion: number;
  /** Operator-set version by domain; "" is the ONNX domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly GraphNode[];
  /** Initialisers that are no parameters (shapes, exponents, masks), by value name. */
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly parameters: readonly Parameter[];
  /** Types and shapes that the file notes for values between nodes: hints, absent or out of date for some. */
  readonly values?: readonly ValueInfo[];
  /** Absolute paths of further files that hold weights of the model, beside the model file itself. */
  readonly files?: readonly string[];
  /**
   * Fields of the model file that we carry without reading them (local functions, metadata), serialised as fields of
   * ModelProto; those of its graph (quantisation annotations, …) are wrapped in a graph field.
   */
  readonly carried: readonly Uint8Array[];
}

import type { NamedAttrMap, NamedTensorMap, Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { GraphNode } from "../../graph/graph";
import type { Tensor } from "../../graph/tensor";
import type { BackendName, Device, Library } from "./library";
import { Unread, Value } from "./values";

/** One operator application of a compiled graph. */
export interface Step {
  readonly node: GraphNode;
  readonly operator: Operator;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * The batch normalisation that is folded into this convolution; its scale, shift, mean and variance are the inputs 3
   * to 6.
   */
  readonly batchNorm: GraphNode | undefined;
}

/**
 * How an operator is executed. `host` computes on the host, exactly, and is taken when all inputs prefer it (integers,
 * shapes, small tensors); otherwise `run` computes on the back end. An operator that has only `host` is about indices
 * and always runs there.
 */
export interface Operator {
  readonly host?: (call: Call) => Tensor | readonly Tensor[];
  readonly run?: (call: Call) => Value | readonly Value[];
  /** Names the variant of the operator that this node asks for and that cannot be executed. */
  readonly lacks?: (node: GraphNode, facts: NodeFacts) => string | undefined;
}

/** What is known about a node before it runs. */
export interface NodeFacts {
  readonly backend: BackendName;
  readonly opset: number;
  /** Rank of an input, when it is a parameter, a constant or a declared graph input. */
  rank(position: number): number | undefined;
}

export type Family = Readonly<Record<string, Operator>>;

interface AttributeKinds {
  int: number;
  float: number;
  string: string;
  tensor: Tensor;
  ints: readonly number[];
  floats: readonly number[];
}

/** Tensors derived from parameters, kept from one run to the next until the parameters change. */
export interface Preparation {
  /** Whether none of the inputs at `positions` depends on the feeds. */
  isStatic(positions: readonly number[]): boolean;
  readonly kept: Map<string, DeviceTensor>;
}

/** An operator at work: its inputs by position, its attributes by name, and the library to compute with. */
export class Call {
  readonly tf: Library;
  private reads = 0;

  constructor(
    readonly device: Device,
    readonly step: Step,
    readonly opset: number,
    private readonly inputs: readonly (Value | undefined)[],
    private readonly preparation: Preparation,
    /** What was read in earlier attempts at this call, in order. */
    private readonly answers: ArrayLike<number>[] = [],
  ) {
    this.tf = device.tf;
  }

  /**
   * The elements of a tensor that this call has made, and that its further course depends on.
   * @throws Unread where the back end cannot be read at once: the call is then made again from its beginning.
   */
  read(tensor: DeviceTensor): ArrayLike<number> {
    if (this.device.readsAtOnce) return tensor.dataSync();
    const answer = this.answers[this.reads++];
    if (answer) return answer;
    const kept = this.tf.keep(tensor.clone());
    throw new Unread(async () => {
      this.answers.push(await kept.data());
      kept.dispose();
    });
  }

  get node(): GraphNode {
    return this.step.node;
  }

  input(position: number): Value {
    const value = this.inputs[position];
    if (!value) throw new Error(`input ${position} is missing`);
    return value;
  }

  optional(position: number): Value | undefined {
    return this.inputs[position];
  }

  /** Inputs that are present, in order. */
  get all(): readonly Value[] {
    return this.inputs.filter((value) => value !== undefined);
  }

  /** An input that holds integers (axes, shapes, indices). */
  integers(position: number): number[] | undefined {
    const tensor = this.inputs[position]?.host();
    return tensor && Array.from(tensor.data as ArrayLike<number | bigint>, Number);
  }

  /** Axes or sizes that older operator sets keep in an attribute and newer ones in an input. */
  integersOf(position: number, attribute: string): readonly number[] | undefined {
    return this.ints(attribute) ?? this.integers(position);
  }

  int(name: string, otherwise: number): number {
    return attributeOf(this.node, name, "int") ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return attributeOf(this.node, name, "float") ?? otherwise;
  }

  string(name: string, otherwise: string): string {
    return attributeOf(this.node, name, "string") ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return attributeOf(this.node, name, "ints");
  }

  tensor(name: string): Tensor | undefined {
    return attributeOf(this.node, name, "tensor");
  }

  onHost(tensor: Tensor): Value {
    return Value.onHost(this.device, tensor);
  }

  plain(tensor: DeviceTensor): Value {
    return Value.plain(this.device, tensor);
  }

  last(tensor: DeviceTensor): Value {
    return Value.last(this.device, tensor);
  }

  /** Executes a kernel of the back end directly, where the library's public function checks for less than it can do. */
  kernel(name: string, inputs: Readonly<Record<string, DeviceTensor>>, attributes: object): DeviceTensor {
    return this.tf.engine().runKernel<DeviceTensor>(name, inputs as NamedTensorMap, attributes as NamedAttrMap);
  }

  /** Indices for the back end, which counts them in int32. */
  indices(values: readonly number[] | Int32Array, shape?: readonly number[]): DeviceTensor {
    return this.tf.tensor(Int32Array.from(values), shape ? [...shape] : [values.length], "int32");
  }

  /**
   * A tensor made from the inputs at `positions` alone. When these are parameters or constants it is made once and kept
   * until the parameters change; otherwise it is made anew in every run.
   */
  prepared(key: string, positions: readonly number[], make: () => DeviceTensor): DeviceTensor {
    if (!this.preparation.isStatic(positions)) return make();
    let tensor = this.preparation.kept.get(key);
    if (!tensor) {
      tensor = this.tf.keep(make());
      this.preparation.kept.set(key, tensor);
    }
    return tensor;
  }
}

/** The attribute of a node, if it has it; throws when it is of another kind. */
export function attributeOf<K extends keyof AttributeKinds>(
  node: GraphNode,
  name: string,
  type: K,
): AttributeKinds[K] | undefined {
  const found = node.attributes[name];
  if (!found) return undefined;
  if (found.type !== type) throw new Error(`attribute ${name} is of kind ${found.type} where ${type} is expected`);
  return found.value as AttributeKinds[K];
}

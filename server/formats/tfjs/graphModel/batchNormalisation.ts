import { float, floatTensor, tensor } from "../../../graph/build";
import { toFloat32 } from "../../../graph/elements";
import type { Tensor } from "../../../graph/tensor";
import type { Emitter } from "../../keras/emitter";
import type { Reference, TfNode } from "./graphDef";
import { channelsFirst } from "./layout";
import type { Value } from "./value";

/** A batch normalisation that is written in arithmetic: x·s + (offset − mean·s), s = scale/√(variance + ε). */
export interface BatchNormalisation {
  readonly x: Reference;
  /** Names of constants along the channels. */
  readonly mean: string;
  readonly variance: string;
  readonly offset: string;
  /** 1 when absent. */
  readonly scale?: string;
  readonly epsilon: number;
}

type Nodes = ReadonlyMap<string, TfNode>;

/**
 * Finds the batch normalisation that ends in a node, as Keras 3 writes it. Told apart from other arithmetic, its running
 * statistics are known for what they are, which no direction may move.
 *
 * @param constants by the names of their nodes.
 */
export function batchNormalisationAt(
  end: TfNode,
  nodes: Nodes,
  constants: ReadonlyMap<string, Tensor>,
): BatchNormalisation | undefined {
  const graph = new Pattern(nodes, constants);
  for (const [scaled, shift] of graph.operands(end, "AddV2")) {
    const [offset, moved] = graph.node(shift, "Sub")?.inputs ?? [];
    for (const [x, factor] of graph.operands(graph.node(scaled), "Mul")) {
      for (const [mean, again] of graph.operands(graph.node(moved), "Mul")) {
        const deviation = graph.deviation(factor);
        const [meanName, offsetName] = [graph.list(mean), graph.list(offset)];
        const same = again?.node === factor?.node;
        if (x && same && deviation && meanName !== undefined && offsetName !== undefined) {
          return { x, mean: meanName, offset: offsetName, ...deviation };
        }
      }
    }
  }
  return undefined;
}

class Pattern {
  constructor(
    private readonly nodes: Nodes,
    private readonly constants: ReadonlyMap<string, Tensor>,
  ) {}

  node(reference: Reference | undefined, op?: string): TfNode | undefined {
    const node = reference && this.nodes.get(reference.node);
    return node && (op === undefined || node.op === op) ? node : undefined;
  }

  /** The two operands of an operator in both orders; none when it is another one. */
  operands(node: TfNode | undefined, op: string): readonly (readonly (Reference | undefined)[])[] {
    if (!node || node.inputs.length !== 2) return [];
    if (node.op !== op && !(node.op === "Add" && op === "AddV2")) return [];
    const [a, b] = node.inputs;
    return [
      [a, b],
      [b, a],
    ];
  }

  /** The name of a constant along one axis. */
  list(reference: Reference | undefined): string | undefined {
    const name = this.constantName(reference);
    return name !== undefined && this.constants.get(name)!.shape.length === 1 ? name : undefined;
  }

  /** scale/√(variance + ε), or the same without a scale. */
  deviation(reference: Reference | undefined): Pick<BatchNormalisation, "variance" | "scale" | "epsilon"> | undefined {
    const root = this.root(reference);
    if (root) return root;
    for (const [inverse, factor] of this.operands(this.node(reference), "Mul")) {
      const [inner, scale] = [this.root(inverse), this.list(factor)];
      if (inner && scale !== undefined) return { ...inner, scale };
    }
    return undefined;
  }

  private root(reference: Reference | undefined): Pick<BatchNormalisation, "variance" | "epsilon"> | undefined {
    const sum = this.node(this.node(reference, "Rsqrt")?.inputs[0]);
    for (const [first, second] of this.operands(sum, "AddV2")) {
      const [variance, name] = [this.list(first), this.constantName(second)];
      const epsilon = name === undefined ? undefined : this.constants.get(name)!;
      if (variance !== undefined && epsilon?.shape.length === 0) return { variance, epsilon: toFloat32(epsilon)[0]! };
    }
    return undefined;
  }

  private constantName(reference: Reference | undefined): string | undefined {
    let node = this.node(reference);
    while (node?.op === "Identity") node = this.node(node.inputs[0]);
    return node && this.constants.has(node.name) ? node.name : undefined;
  }
}

/** Emits the operator. @param x with its channels last, as in every axis order of Keras. */
export function emitBatchNormalisation(emit: Emitter, x: Value, found: BatchNormalisation, channels: number): Value {
  const order = x.rank > 2 ? channelsFirst(x.rank) : [0, 1];
  const ones = (): string =>
    emit.op("Constant", [], { value: tensor(floatTensor([channels], new Float32Array(channels).fill(1))) });
  const lists = [found.scale ?? ones(), found.offset, found.mean, found.variance];
  const name = emit.op("BatchNormalization", [emit.arranged(x, order), ...lists], { epsilon: float(found.epsilon) });
  return emit.value(name, x.shape, { order });
}

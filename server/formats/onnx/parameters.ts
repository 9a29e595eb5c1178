import { isFloating } from "../../graph/elements";
import type { Graph, GraphNode, Parameter } from "../../graph/graph";
import { sizeOf, type Tensor } from "../../graph/tensor";
import { producersOf, usesOf, type Use } from "../../graph/topology";
import { operandRole, sampleArithmetic } from "./operands";
import { positionAt, unknownPosition, type Position } from "./roles";
import { constancyOf, passOn, stored, type Constancy, type Weight } from "./weightFlow";

/** How sure we are of what a weight does: unknown operators say least, operators made for weights most. */
const enum Certainty {
  Unknown,
  Operand,
  Weight,
}

interface Finding extends Position {
  readonly certainty: Certainty;
}

/**
 * Sorts out which tensors of a graph are parameters, with role and filter axes by what consumes them.
 *
 * - Floating-point initialisers are parameters, except settings (scales of Resize, …), single numbers and masks.
 * - `Constant` nodes are parameters where an operator takes weights (kernels, normalisation, tables).
 * - Exporters merge equal initialisers: they keep one and give the others as its Identity. Equal values are no tie, so
 *   the Identity's output becomes a parameter of its own with the same values. A tensor used in several places
 *   without an Identity is one parameter.
 *
 * Weights are followed through what only rearranges or rescales them, and the filter axes brought back to the stored
 * layout. Parameters come in file order: initialisers first, then those found in nodes.
 *
 * @param graph with every initialiser among its constants, nodes in order.
 */
export function findParameters(graph: Graph): Graph {
  const search = new Search(graph);
  const found = new Map<string, Parameter>();
  for (const [value, tensor] of graph.constants) {
    const finding = search.classify(value, tensor);
    if (finding) found.set(value, parameterOf(value, tensor, finding));
  }
  const promoted = new Map<GraphNode, Parameter>();
  for (const node of graph.nodes) {
    const [value, tensor] = search.hidden(node, found);
    const finding = tensor && search.classify(value, tensor);
    if (!finding || (node.op === "Constant" && finding.certainty !== Certainty.Weight)) continue;
    if (node.op === "Constant" && isFilling(tensor, finding.role)) continue;
    promoted.set(node, parameterOf(value, tensor, finding));
  }
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !promoted.has(node)),
    constants: new Map([...graph.constants].filter(([name]) => !found.has(name))),
    parameters: [...found.values(), ...promoted.values()],
  };
}

function parameterOf(value: string, tensor: Tensor, { role, filterAxes }: Position): Parameter {
  return { name: value, value, role, filterAxes, tensor };
}

/** A scale of ones or an offset of zeros in a Constant: an exporter's filling, nothing learned. */
function isFilling({ dtype, data }: Tensor, role: Parameter["role"]): boolean {
  const plain = role === "scale" ? 1 : role === "shift" || role === "bias" ? 0 : undefined;
  return dtype === "float32" && data.every((value: number | bigint) => value === plain);
}

class Search {
  private readonly uses: ReadonlyMap<string, readonly Use[]>;
  private readonly constancy: Constancy;
  /** Values that are the samples, but for scaling and centring. */
  readonly raw: ReadonlySet<string>;
  private readonly outputs: ReadonlySet<string>;
  readonly producers: ReadonlyMap<string, GraphNode>;
  /** What the results of Identity are the same as, through chains of them. */
  private readonly sources = new Map<string, string>();
  /** Initialisers that keep one of their Identities, because nothing uses them directly. */
  private readonly renamed = new Set<string>();

  constructor(graph: Graph) {
    this.uses = usesOf(graph.nodes);
    this.constancy = constancyOf(graph);
    this.raw = sampleArithmetic(graph, this.constancy);
    this.outputs = new Set(graph.outputs.map(({ name }) => name));
    this.producers = producersOf(graph.nodes);
    for (const { op, inputs, outputs } of graph.nodes) {
      if (op === "Identity") this.sources.set(outputs[0] ?? "", this.sources.get(inputs[0]!) ?? inputs[0]!);
    }
  }

  /**
   * The tensor that a node hides: that of a Constant, or the copy that an Identity makes of a parameter.
   * An Identity that is the first use of a tensor that is not used otherwise is a new name, not a copy.
   */
  hidden(node: GraphNode, found: ReadonlyMap<string, Parameter>): readonly [string, Tensor?] {
    const value = node.outputs[0] ?? "";
    if (node.domain !== "" || this.outputs.has(value)) return [value];
    if (node.op === "Constant") return [value, constantTensor(node)];
    const source = this.sources.get(value);
    const original = source === undefined ? undefined : found.get(source)?.tensor;
    if (source === undefined || !original) return [value];
    const direct = (this.uses.get(source) ?? []).some((use) => use.node.op !== "Identity");
    if (!direct && !this.renamed.has(source)) {
      this.renamed.add(source);
      return [value];
    }
    return [value, original];
  }

  /** What the weight is to the network; undefined when it is no parameter. */
  classify(value: string, tensor: Tensor): Finding | undefined {
    if (!isFloating(tensor.dtype) || this.outputs.has(value)) return undefined;
    if (tensor.shape.length === 0 || sizeOf(tensor.shape) === 0) return undefined;
    let best: Finding | undefined;
    const seen = new Set([value]);
    const ways = [stored(value, tensor.shape)];
    for (const weight of ways) {
      for (const use of this.uses.get(weight.value) ?? []) {
        const onward = passOn(weight, use.node, use.position, this.constancy);
        if (onward) {
          for (const next of onward) {
            if (!seen.has(next.value)) ways.push(next);
            seen.add(next.value);
          }
        } else {
          const finding = this.judge(weight, use, tensor);
          if (finding && (!best || finding.certainty > best.certainty)) best = finding;
        }
      }
    }
    return best;
  }

  private judge(weight: Weight, { node, position }: Use, tensor: Tensor): Finding | undefined {
    const operand = position < 0 ? undefined : operandRole(weight, node, position, tensor, this);
    if (operand === "setting") return undefined;
    if (operand) return { ...inStoredLayout(operand, weight), certainty: Certainty.Operand };
    const known = position < 0 ? undefined : positionAt(node, position, weight.shape);
    if (known === "setting") return undefined;
    if (known) return { ...inStoredLayout(known, weight), certainty: Certainty.Weight };
    if (sizeOf(tensor.shape) === 1) return undefined;
    return { ...unknownPosition(tensor.shape), certainty: Certainty.Unknown };
  }
}

/** Brings filter axes of the value at hand back to the stored tensor. */
function inStoredLayout({ role, filterAxes }: Position, weight: Weight): Position {
  const axes = new Set(filterAxes.flatMap((axis) => weight.axes[axis] ?? []));
  return { role, filterAxes: [...axes].sort((a, b) => a - b) };
}

function constantTensor(node: GraphNode): Tensor | undefined {
  const { value, value_floats: list } = node.attributes;
  if (value?.type === "tensor") return value.value;
  if (list?.type !== "floats") return undefined;
  return { dtype: "float32", shape: [list.value.length], data: Float32Array.from(list.value) };
}

import { intTensor } from "../../graph/build";
import type { Graph, GraphNode } from "../../graph/graph";
import type { Tensor } from "../../graph/tensor";

/**
 * A weight on its way to the operator that uses it, after some rearrangement.
 * The axes of the value at hand are described by the axes of the stored tensor that run along them.
 */
export interface Weight {
  readonly value: string;
  /** Extents of the value at hand; null where they are not known. */
  readonly shape: readonly (number | null)[];
  /** For each axis, the stored axes whose elements it runs over; none for an axis that was inserted. */
  readonly axes: readonly (readonly number[])[];
}

/** A stored tensor as it is. */
export function stored(value: string, shape: readonly number[]): Weight {
  return { value, shape, axes: shape.map((_, axis) => [axis]) };
}

/** What is known of values that do not depend on the samples. */
export interface Constancy {
  /** Whether the value is made of weights and constants only. Shape arguments do not count: they carry no weights. */
  isConstant(name: string): boolean;
  /** The tensor of an initialiser or a `Constant` node. */
  tensor(name: string): Tensor | undefined;
}

/** Operators that rearrange their first input and take the rest as instructions. */
const rearranging: ReadonlySet<string> = new Set(
  "Transpose Reshape Flatten Unsqueeze Squeeze Slice Split Expand Gather Cast CastLike QuantizeLinear DequantizeLinear".split(
    " ",
  ),
);

/** Operators that work element by element on all of their inputs. */
const elementwise: ReadonlySet<string> = new Set(
  "Identity Neg Abs Sqrt Reciprocal Exp Log Sign Relu Tanh Sigmoid Softplus Erf Clip Round Add Sub Mul Div Pow".split(
    " ",
  ),
);

/** Finds the constant values of a graph whose nodes are in order. */
export function constancyOf(graph: Graph): Constancy {
  const tensors = new Map<string, Tensor>(graph.constants);
  for (const { value, tensor } of graph.parameters) tensors.set(value, tensor);
  const constant = new Set<string>(tensors.keys());
  for (const node of graph.nodes) {
    const value = node.op === "Constant" && node.domain === "" ? node.attributes["value"] : undefined;
    if (value?.type === "tensor") tensors.set(node.outputs[0]!, value.value);
    const ints = node.op === "Constant" && node.domain === "" ? node.attributes["value_ints"] : undefined;
    if (ints?.type === "ints") tensors.set(node.outputs[0]!, intTensor([ints.value.length], ints.value));
    // What a table gives depends on where it is looked up.
    const first = rearranging.has(node.op) && node.op !== "Gather";
    const data = first ? node.inputs.slice(0, 1) : node.inputs.filter((name) => name !== "");
    const known = data.length > 0 && data.every((name) => constant.has(name)) && !hasSubgraph(node);
    if (known || node.op === "Constant") for (const output of node.outputs) constant.add(output);
  }
  return { isConstant: (name) => constant.has(name), tensor: (name) => tensors.get(name) };
}

/** A subgraph may use values that are not among the node's inputs. */
function hasSubgraph(node: GraphNode): boolean {
  return Object.values(node.attributes).some(({ type }) => type === "raw");
}

/**
 * The weight after a node that only rearranges or rescales weights, once for each output; undefined when the node does
 * more than that, or mixes the weight with what depends on the samples.
 * @param position which input of the node the weight is.
 */
export function passOn(
  weight: Weight,
  node: GraphNode,
  position: number,
  constancy: Constancy,
): readonly Weight[] | undefined {
  if (node.domain !== "" || position < 0 || !node.outputs.some((name) => constancy.isConstant(name))) return undefined;
  const after = rearranged(weight, node, position, constancy);
  return after && node.outputs.filter((name) => name !== "").map((value) => ({ ...after, value }));
}

type Layout = Omit<Weight, "value">;

function rearranged(weight: Weight, node: GraphNode, position: number, constancy: Constancy): Layout | undefined {
  if (elementwise.has(node.op)) return broadcast(weight, node, constancy);
  if (node.op === "Concat") return withUnknownExtent(weight, intOf(node, "axis", 0));
  if (position !== 0 || !rearranging.has(node.op)) return undefined;
  switch (node.op) {
    case "Transpose":
      return transposed(weight, intsOf(node, "perm"));
    case "Reshape":
      return reshaped(weight, targetShape(weight, integers(node, "shape", constancy), intOf(node, "allowzero", 0)));
    case "Flatten":
      return flattened(weight, intOf(node, "axis", 1));
    case "Unsqueeze":
      return unsqueezed(weight, integers(node, "axes", constancy));
    case "Squeeze":
      return squeezed(weight, integers(node, "axes", constancy));
    case "Slice":
      return { shape: weight.shape.map(() => null), axes: weight.axes };
    case "Split":
      return withUnknownExtent(weight, intOf(node, "axis", 0));
    case "Expand":
      return expanded(weight, integers(node, "shape", constancy));
    case "Gather":
      return gathered(weight, intOf(node, "axis", 0), constancy.tensor(node.inputs[1]!)?.shape.length);
    default:
      return weight;
  }
}

function broadcast(weight: Weight, node: GraphNode, constancy: Constancy): Layout {
  let rank = weight.shape.length;
  for (const name of node.inputs) rank = Math.max(rank, constancy.tensor(name)?.shape.length ?? 0);
  const added = rank - weight.shape.length;
  const shape = node.inputs.length > 1 ? weight.shape.map((extent) => (extent === 1 ? null : extent)) : weight.shape;
  return {
    shape: [...new Array<null>(added).fill(null), ...shape],
    axes: [...Array.from({ length: added }, () => []), ...weight.axes],
  };
}

function withUnknownExtent(weight: Weight, axis: number): Layout {
  const at = axis < 0 ? axis + weight.shape.length : axis;
  return { shape: weight.shape.map((extent, index) => (index === at ? null : extent)), axes: weight.axes };
}

function transposed(weight: Weight, perm: readonly number[] | undefined): Layout | undefined {
  const order = perm ?? weight.shape.map((_, axis) => weight.shape.length - 1 - axis);
  if (order.length !== weight.shape.length || order.some((axis) => weight.axes[axis] === undefined)) return undefined;
  return { shape: order.map((axis) => weight.shape[axis]!), axes: order.map((axis) => weight.axes[axis]!) };
}

/** The shape that Reshape makes, with 0 (keep) and -1 (the rest) worked out; undefined when it cannot be. */
function targetShape(weight: Weight, target: readonly number[] | undefined, zeroIsZero: number): number[] | undefined {
  if (!target) return undefined;
  const shape = target.map((extent, axis) => (extent === 0 && !zeroIsZero ? (weight.shape[axis] ?? null) : extent));
  let known = 1;
  let size = 1;
  for (const extent of shape) {
    if (extent === null) return undefined;
    if (extent !== -1) known *= extent;
  }
  for (const extent of weight.shape) {
    if (extent === null) return undefined;
    size *= extent;
  }
  return (shape as number[]).map((extent) => (extent === -1 ? size / known : extent));
}

/**
 * Pairs runs of old axes with runs of new axes of the same number of elements. A new axis that merges old ones is
 * described by all of them, new axes that share an old one by that one, of which each is a part: whole axes cannot say
 * more. Undefined where several old axes become several new ones in another rhythm.
 */
function reshaped(weight: Weight, target: readonly number[] | undefined): Layout | undefined {
  if (!target) return undefined;
  const axes: number[][] = target.map(() => []);
  const from = weight.shape as readonly number[];
  let [i, j] = [0, 0];
  while (i < from.length && j < target.length) {
    const [firstOld, firstNew] = [i, j];
    let [old, fresh] = [from[i++]!, target[j++]!];
    while (old !== fresh) {
      if (old < fresh && i < from.length) old *= from[i++]!;
      else if (fresh < old && j < target.length) fresh *= target[j++]!;
      else return undefined;
    }
    const many = (extents: readonly number[]): boolean => extents.filter((extent) => extent !== 1).length > 1;
    if (many(from.slice(firstOld, i)) && many(target.slice(firstNew, j))) return undefined;
    const run = weight.axes.slice(firstOld, i).flat();
    for (let axis = firstNew; axis < j; axis++) if (target[axis] !== 1) axes[axis] = run;
  }
  const rest = [...from.slice(i), ...target.slice(j)];
  return rest.every((extent) => extent === 1) ? { shape: target, axes } : undefined;
}

function flattened(weight: Weight, axis: number): Layout | undefined {
  const at = axis < 0 ? axis + weight.shape.length : axis;
  const size = (extents: readonly (number | null)[]): number =>
    extents.reduce<number>((product, extent) => product * (extent ?? NaN), 1);
  const target = [size(weight.shape.slice(0, at)), size(weight.shape.slice(at))];
  return target.some(Number.isNaN) ? undefined : reshaped(weight, target);
}

/** Where the new axes are unknown, a vector is still known to run along one axis. */
function unsqueezed(weight: Weight, inserted: readonly number[] | undefined): Layout | undefined {
  if (!inserted) return weight.shape.length > 1 ? undefined : weight;
  const rank = weight.shape.length + inserted.length;
  const at = new Set(inserted.map((axis) => (axis < 0 ? axis + rank : axis)));
  const shape: (number | null)[] = [];
  const axes: (readonly number[])[] = [];
  for (let axis = 0, old = 0; axis < rank; axis++) {
    const isNew = at.has(axis) || old >= weight.shape.length;
    shape.push(isNew ? 1 : weight.shape[old]!);
    axes.push(isNew ? [] : weight.axes[old]!);
    if (!isNew) old += 1;
  }
  return { shape, axes };
}

function squeezed(weight: Weight, removed: readonly number[] | undefined): Layout {
  const rank = weight.shape.length;
  const at = new Set(removed?.map((axis) => (axis < 0 ? axis + rank : axis)));
  const kept = weight.shape.map((extent, axis) => (removed ? !at.has(axis) : extent !== 1));
  return { shape: weight.shape.filter((_, axis) => kept[axis]), axes: weight.axes.filter((_, axis) => kept[axis]) };
}

function expanded(weight: Weight, target: readonly number[] | undefined): Layout {
  const added = Math.max(0, (target?.length ?? 0) - weight.shape.length);
  return {
    shape: new Array<null>(added + weight.shape.length).fill(null),
    axes: [...Array.from({ length: added }, () => []), ...weight.axes],
  };
}

function gathered(weight: Weight, axis: number, rankOfIndices: number | undefined): Layout | undefined {
  const at = axis < 0 ? axis + weight.shape.length : axis;
  if (rankOfIndices === 1) return withUnknownExtent(weight, at);
  if (rankOfIndices !== 0) return undefined;
  return { shape: weight.shape.filter((_, i) => i !== at), axes: weight.axes.filter((_, i) => i !== at) };
}

/** Integers given as an attribute (older operator sets) or as a constant second input. */
function integers(node: GraphNode, attribute: string, constancy: Constancy): readonly number[] | undefined {
  const input = node.inputs[1];
  const tensor = input ? constancy.tensor(input) : undefined;
  return tensor ? Array.from(tensor.data as ArrayLike<number | bigint>, Number) : intsOf(node, attribute);
}

/** An integer attribute, or what it is when absent. */
export function intOf(node: GraphNode, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute?.type === "int" ? attribute.value : otherwise;
}

function intsOf(node: GraphNode, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === "ints" ? attribute.value : undefined;
}

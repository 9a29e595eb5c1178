import type { Graph, GraphNode } from "./graph";
import { toFloat32 } from "./elements";
import { producersOf, usesOf } from "./topology";
import type { Tensor } from "./tensor";

/** What a model does first with its input, as far as it tells what range of values it takes. */
export interface InputUse {
  /** Whether the values are indices, such as tokens of an embedding. */
  readonly indices: boolean;
  /**
   * |slope| of the multiplications, divisions and normalisations by constants at the model's beginning; undefined when
   * there are none. A model that takes bytes has about 1/255 (a rescaling) or 1/60 (a normalisation).
   */
  readonly slope?: number;
  /** |input| that they take to 0, such as the mean of the training's samples; there when there is a slope. */
  readonly centre?: number;
}

/** What the first operators make of the input: factor · x + offset, by the medians of its channels. */
interface Affine {
  readonly factor: number;
  readonly offset: number;
}

/** Operators that leave the values as they are. */
const passing: ReadonlySet<string> = new Set([
  "Identity",
  "Cast",
  "Reshape",
  "Transpose",
  "Squeeze",
  "Unsqueeze",
  "Flatten",
  "Dropout",
  "Slice",
  "Concat",
]);

const longestStart = 16;

/**
 * Follows the model's only input through its first operators, as long as each value has one use, or is taken apart, e.g.
 * into channels that are put together the other way round.
 */
export function inputUse(graph: Graph): InputUse {
  const uses = usesOf(graph.nodes);
  const constants = constantsOf(graph);
  let value = graph.inputs[0]?.name ?? "";
  let made: Affine | undefined;
  const found = (): InputUse => {
    if (!made) return { indices: false };
    return { indices: false, slope: Math.abs(made.factor), centre: Math.abs(made.offset / made.factor) };
  };
  for (let step = 0; step < longestStart; step++) {
    const [use, ...others] = uses.get(value) ?? [];
    const isApart = (): boolean => [use, ...others].every((each) => each?.node.op === "Slice" && each.position === 0);
    if (!use || (others.length > 0 && !isApart())) return found();
    const { node, position } = use;
    if (node.op === "Gather" && position === 1) return { indices: true };
    if (!passing.has(node.op)) {
      const next = applied(node, position, constants, made ?? { factor: 1, offset: 0 });
      if (next === undefined) return found();
      made = next;
    }
    value = node.outputs[0] ?? "";
  }
  return found();
}

/** The numbers that a value has whatever the input is; undefined when it is none of these, or takes more to find. */
type Constants = (value: string, depth?: number) => readonly number[] | undefined;

const deepestConstant = 8;

function constantsOf(graph: Graph): Constants {
  const tensors = new Map<string, Tensor>(graph.constants);
  for (const { value, tensor } of graph.parameters) tensors.set(value, tensor);
  const producers = producersOf(graph.nodes);
  const find: Constants = (value, depth = 0) => {
    const tensor = tensors.get(value);
    if (tensor) return tensor.data.length === 0 ? undefined : [...toFloat32(tensor)];
    const node = producers.get(value);
    if (!node || depth > deepestConstant) return undefined;
    if (node.op === "Constant") {
      const { value: given } = node.attributes;
      return given?.type === "tensor" ? [...toFloat32(given.value)] : undefined;
    }
    const [first, second] = node.inputs.map((input) => (input === "" ? undefined : find(input, depth + 1)));
    if (!first) return undefined;
    if (passing.has(node.op) && node.op !== "Slice" && node.op !== "Concat") return first;
    if (node.op === "Sqrt") return first.map(Math.sqrt);
    // The least that a divisor may be.
    if (node.op === "Max" && second?.length === 1) return first.map((each) => Math.max(each, second[0]!));
    return undefined;
  };
  return find;
}

const arithmetic: ReadonlySet<string> = new Set(["Add", "Sub", "Mul", "Div"]);

/** What is made of the input after a node with constant operands; undefined for other nodes. */
function applied(node: GraphNode, position: number, constants: Constants, before: Affine): Affine | undefined {
  const { factor, offset } = before;
  const scaled = (by: number): Affine => ({ factor: factor * by, offset: offset * by });
  if (node.op === "BatchNormalization") {
    const [mean, variance] = [3, 4].map((k) => constants(node.inputs[k] ?? ""));
    if (position !== 0 || !mean || !variance) return undefined;
    const by = median(variance, (value) => 1 / Math.sqrt(value));
    return { factor: factor * by, offset: (offset - median(mean)) * by };
  }
  if (!arithmetic.has(node.op)) return undefined;
  const other = constants(node.inputs[1 - position] ?? "");
  if (!other) return undefined;
  switch (node.op) {
    case "Add":
      return { factor, offset: offset + median(other) };
    case "Sub":
      return { factor, offset: offset - median(other) };
    case "Mul":
      return scaled(median(other, Math.abs));
    case "Div":
      return position === 0 ? scaled(median(other, (value) => 1 / Math.abs(value))) : undefined;
    default:
      return undefined;
  }
}

function median(numbers: readonly number[], of: (value: number) => number = (value) => value): number {
  const values = numbers.map(of).sort((a, b) => a - b);
  return values[values.length >> 1]!;
}

import { graphOf, valueInfo } from "../build";
import { sameShape } from "../differentiate/shapes";
import type { Graph, GraphNode, ValueInfo } from "../graph";
import { ProblemError } from "../../protocol/problem";
import type { DataType } from "../tensor";
import { withoutDeadNodes } from "../topology";
import { Call, operatorName, Refusal, type Decomposition } from "./call";
import { decompositions } from "./decompositions/table";
import { Emitter, type Name } from "./emitter";

/** Element type and shape of a value, every extent known. */
export interface ValueType {
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** A graph of few operators at opset 20 (those that `typesOf` knows), every value of known static type. */
export interface Canonical {
  readonly graph: Graph;
  readonly types: ReadonlyMap<string, ValueType>;
}

export const canonicalOpset = 20;

/**
 * The same function of the same inputs and parameters in few operators, for given shapes.
 *
 * - Composite operators are decomposed, so that derivatives of few operators are enough; each form of an operator that
 *   some operator set had becomes the one of operator set 20.
 * - What depends on shapes and constants only is computed now, whole numbers exactly. Parameters are never folded, not
 *   even where they are only rearranged: derivatives reach all of them, and all stay, used or not.
 * - Graph inputs and outputs keep their names, as do values that the canonical graph still has. Nodes that no output
 *   needs are dropped.
 *
 * The graph must be in inference form (`toInference`), of operator set 7 or later. A canonical graph is its own canonical
 * form.
 *
 * @param inputs the full shape of each graph input; one that is left out must be fully known from the graph.
 * @throws ProblemError `operator-unsupported` naming the operators that have no canonical form (each once, in `facts`).
 */
export function canonicalise(graph: Graph, inputs: Readonly<Record<string, readonly number[]>>): Canonical {
  const source = withoutDeadNodes(graph);
  const given = source.inputs.map((input) => staticInput(input, inputs[input.name]));
  const emit = new Emitter(namesOf(graph));
  for (const { name, dtype, shape } of given) emit.declare(name, { dtype, shape });
  for (const { value, tensor } of graph.parameters) emit.declare(value, tensor);
  for (const [name, tensor] of source.constants) emit.keep(name, tensor);

  const values = translate(source, emit);
  const outputs = source.outputs.map(({ name }) => {
    const value = nameOutput(emit, name, values.get(name) ?? name);
    const { dtype, shape } = emit.typeOf(value);
    return valueInfo(name, shape, dtype);
  });
  const whole = graphOf({
    name: graph.name,
    inputs: given,
    outputs,
    nodes: emit.nodeList,
    constants: emit.constants,
    parameters: graph.parameters,
    opset: canonicalOpset,
  });
  const alive = withoutDeadNodes({ ...whole, files: graph.files });
  const result = { ...alive, parameters: graph.parameters };
  return { graph: result, types: new Map([...namesOf(result)].map((name) => [name, emit.typeOf(name)])) };
}

/** Emits all nodes and says which value of the canonical graph each value of the source is. */
function translate(source: Graph, emit: Emitter): ReadonlyMap<Name, Name> {
  const opset = source.opsets[""] ?? 1;
  const values = new Map<Name, Name>();
  const lost = new Set<Name>();
  const refusals: Refusal[] = [];
  for (const node of source.nodes) {
    const decompose = decompositionOf(node);
    if (!decompose) refusals.push(new Refusal(operatorName(node)));
    if (!decompose || node.inputs.some((name) => lost.has(name))) {
      for (const name of node.outputs) lost.add(name);
      continue;
    }
    const given = node.inputs.map((name) => (name === "" ? undefined : (values.get(name) ?? name)));
    try {
      emitNode(new Call(node, opset, emit, given), decompose, values);
    } catch (error) {
      if (!(error instanceof Refusal)) throw explained(node, error);
      refusals.push(error);
      for (const name of node.outputs) lost.add(name);
    }
  }
  if (refusals.length > 0) throw unsupported(refusals);
  return values;
}

function decompositionOf(node: GraphNode): Decomposition | undefined {
  return node.domain === "" && Object.hasOwn(decompositions, node.op) ? decompositions[node.op] : undefined;
}

function emitNode(call: Call, decompose: Decomposition, values: Map<Name, Name>): void {
  const { node, emit } = call;
  emit.begin(node.outputs.find((name) => name !== "") ?? node.name);
  const made = decompose(call);
  const results = typeof made === "string" ? [made] : made;
  const bound = new Map<Name, Name>();
  node.outputs.forEach((name, k) => {
    if (name === "") return;
    const value = results[k];
    if (value === undefined) throw new Error(`There is no output ${k}.`);
    const called = bound.get(value) ?? emit.bind(value, name);
    bound.set(value, called);
    values.set(name, called);
  });
}

/** Makes sure that the value of a graph output has the output's name, if need be by a copy. */
function nameOutput(emit: Emitter, name: Name, value: Name): Name {
  if (value === name) return name;
  emit.begin(name);
  const [copy] = emit.nodes("Reshape", [value, emit.integers(emit.shapeOf(value))], ["copy"], {});
  return emit.bind(copy!, name);
}

function namesOf(graph: Graph): ReadonlySet<Name> {
  const names = [
    ...graph.inputs.map(({ name }) => name),
    ...graph.constants.keys(),
    ...graph.parameters.map(({ value }) => value),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ];
  return new Set(names.filter((name) => name !== ""));
}

function staticInput({ name, dtype, shape }: ValueInfo, given?: readonly number[]): ValueInfo & ValueType {
  const known = given ?? shape;
  const extents = known.filter((extent): extent is number => typeof extent === "number" && extent >= 0);
  if (!sameShape(extents, known as readonly number[])) {
    throw new Error(`The shape [${known.join(", ")}] of the graph input ${name} is not fully known.`);
  }
  return { name, dtype, shape: extents };
}

/** The graph does not fit together at a node, which the other engines would have said before us. */
function explained(node: GraphNode, error: unknown): Error {
  const what = error instanceof Error ? error.message : String(error);
  return new Error(`${operatorName(node)} (${node.name || node.outputs[0]}) has no static form: ${what}`, {
    cause: error,
  });
}

function unsupported(refusals: readonly Refusal[]): ProblemError {
  const details = [...new Set(refusals.map(({ message }) => message))];
  return new ProblemError({
    reason: "operator-unsupported",
    title: "Derivatives of this model are not available",
    message: `The model has operators whose derivatives are not known here: ${details.join("; ")}.`,
    advice: "Surfaces and lines need no derivatives and work; for curvature, export the model without these operators.",
    facts: [...new Set(refusals.map(({ operator }) => operator))],
  });
}

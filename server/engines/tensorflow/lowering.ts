import type { Graph, GraphNode } from "../../graph/graph";
import { inOrder, usesOf } from "../../graph/topology";
import type { Step } from "./call";
import { operatorOf } from "./operators";

/** A graph as a sequence of steps for this engine. */
export interface Program {
  /** Steps that depend on parameters and constants only; they run once for each set of parameters. */
  readonly preparing: readonly Step[];
  /** Steps that run every time. */
  readonly running: readonly Step[];
  /** Names of all values that do not depend on the graph's inputs. */
  readonly statics: ReadonlySet<string>;
  /** How often the running steps and the graph's outputs use a value. */
  readonly uses: ReadonlyMap<string, number>;
}

/**
 * Lowers a graph whose operators are all supported: folds batch normalisation and ReLU into the convolution before them
 * where nothing else uses what lies between, and separates what does not depend on the inputs.
 * @throws ProblemError `file-corrupt` when the graph is not well formed.
 */
export function lower(graph: Graph): Program {
  const ordered = inOrder(graph);
  const statics = new Set([...ordered.constants.keys(), ...ordered.parameters.map(({ value }) => value)]);
  const preparing: Step[] = [];
  const running: Step[] = [];
  for (const step of stepsOf(ordered, statics)) {
    if (step.inputs.every((name) => name === "" || statics.has(name))) {
      for (const name of step.outputs) statics.add(name);
      preparing.push(step);
    } else running.push(step);
  }
  const uses = new Map<string, number>();
  const use = (name: string): void => void uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const { inputs } of running) for (const name of inputs) if (name !== "") use(name);
  for (const { name } of ordered.outputs) use(name);
  return { preparing, running, statics, uses };
}

function stepsOf(graph: Graph, fixed: ReadonlySet<string>): Step[] {
  const uses = usesOf(graph.nodes);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const gone = new Set<GraphNode>();

  /** The only user of a node's result, when it is of the wanted operator and takes the result as its first input. */
  const followerOf = (node: GraphNode, op: string): GraphNode | undefined => {
    const [result] = node.outputs;
    const [use, ...others] = uses.get(result!) ?? [];
    if (!use || others.length > 0 || outputs.has(result!)) return undefined;
    return use.node.op === op && use.node.domain === "" && use.position === 0 ? use.node : undefined;
  };

  return graph.nodes.flatMap((node): Step[] => {
    if (gone.has(node)) return [];
    const operator = operatorOf(node)!;
    if (node.op !== "Conv") return [{ node, operator, inputs: node.inputs, outputs: node.outputs, fusion: undefined }];
    const normal = followerOf(node, "BatchNormalization");
    const statistics = normal?.inputs.slice(1) ?? [];
    const batchNorm = normal && statistics.every((name) => fixed.has(name)) ? normal : undefined;
    const relu = followerOf(batchNorm ?? node, "Relu");
    const last = relu ?? batchNorm ?? node;
    for (const folded of [batchNorm, relu]) if (folded) gone.add(folded);
    const [x, w, bias = ""] = node.inputs as [string, string, string?];
    return [
      {
        node,
        operator,
        inputs: batchNorm ? [x, w, bias, ...statistics] : node.inputs,
        outputs: last.outputs,
        fusion: { batchNorm, relu: relu !== undefined },
      },
    ];
  });
}

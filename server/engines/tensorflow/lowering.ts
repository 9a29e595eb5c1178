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
 * Lowers a graph whose operators are all supported: folds batch normalisation into the convolution before it
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

  /** The batch normalisation with fixed statistics that alone uses the result of a convolution. */
  const normalisationOf = (node: GraphNode): GraphNode | undefined => {
    const [result] = node.outputs as [string];
    const [use, ...others] = uses.get(result) ?? [];
    if (!use || others.length > 0 || outputs.has(result)) return undefined;
    const { op, domain, inputs } = use.node;
    const isNorm = op === "BatchNormalization" && domain === "" && use.position === 0;
    return isNorm && inputs.slice(1).every((name) => fixed.has(name)) ? use.node : undefined;
  };

  return graph.nodes.flatMap((node): Step[] => {
    if (gone.has(node)) return [];
    const operator = operatorOf(node)!;
    const batchNorm = node.op === "Conv" ? normalisationOf(node) : undefined;
    if (!batchNorm) return [{ node, operator, inputs: node.inputs, outputs: node.outputs, batchNorm }];
    gone.add(batchNorm);
    const [x, w, bias = ""] = node.inputs as [string, string, string?];
    const inputs = [x, w, bias, ...batchNorm.inputs.slice(1)];
    return [{ node, operator, inputs, outputs: batchNorm.outputs, batchNorm }];
  });
}

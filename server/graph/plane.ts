import { int, node } from "./build";
import type { Graph, GraphNode, Parameter, ValueInfo } from "./graph";
import { namesIn } from "./names";
import type { Tensor } from "./tensor";

/** Values by the names of parameters, in the parameters' own layouts. */
type Values = ReadonlyMap<string, Float32Array>;

/** A graph whose weights follow from where it is in a plane. */
export interface PlaneGraph {
  readonly graph: Graph;
  /** Names of the inputs that take the coordinates, float64 of shape [1]. */
  readonly alpha: string;
  readonly beta: string;
}

/** ONNX's number of an element type in the attribute of Cast. */
const castToFloat32 = { to: int(1) };

/**
 * The graph with two more inputs α and β, and with fround(θ + α·δ + β·η) in place of every parameter that a direction
 * moves, computed in float64 and rounded once, in this order of operations: the weights are the same to the last bit as
 * those that are computed outside. What neither direction moves stays a parameter.
 *
 * @param origin θ by name; values of moved parameters.
 * @param directions δ and η; what is absent or zero in one is not moved by it.
 * @returns undefined where a moved parameter is not float32 or has no axis, or nothing is moved.
 */
export function inPlane(graph: Graph, origin: Values, directions: readonly [Values, Values]): PlaneGraph | undefined {
  const nameOf = namesIn(graph);
  const alpha = nameOf("plane:alpha");
  const beta = nameOf("plane:beta");
  const constants = new Map(graph.constants);
  const added: GraphNode[] = [];
  const kept: Parameter[] = [];
  const constant = (name: string, values: Float32Array, shape: readonly number[]): string => {
    const unused = nameOf(name);
    constants.set(unused, doubles(values, shape));
    return unused;
  };
  for (const parameter of graph.parameters) {
    const { name, value, tensor } = parameter;
    const steps = directions.map((direction) => nonZero(direction.get(name)));
    if (steps.every((step) => step === undefined)) {
      kept.push(parameter);
      continue;
    }
    const start = origin.get(name);
    if (tensor.dtype !== "float32" || tensor.shape.length === 0 || start === undefined) return undefined;
    let sum = constant(`${value}:origin`, start, tensor.shape);
    for (const [k, step] of steps.entries()) {
      if (step === undefined) continue;
      const axis = ["alpha", "beta"][k]!;
      const scaled = nameOf(`${value}:${axis}:step`);
      const moved = nameOf(`${value}:${axis}`);
      added.push(
        node("Mul", [[alpha, beta][k]!, constant(`${value}:${axis}:direction`, step, tensor.shape)], [scaled]),
      );
      added.push(node("Add", [sum, scaled], [moved]));
      sum = moved;
    }
    added.push(node("Cast", [sum], [value], castToFloat32));
  }
  if (added.length === 0) return undefined;
  const coordinate = (name: string): ValueInfo => ({ name, dtype: "float64", shape: [1] });
  return {
    graph: {
      ...graph,
      inputs: [...graph.inputs, coordinate(alpha), coordinate(beta)],
      nodes: [...added, ...graph.nodes],
      constants,
      parameters: kept,
    },
    alpha,
    beta,
  };
}

function doubles(values: Float32Array, shape: readonly number[]): Tensor {
  return { dtype: "float64", shape, data: Float64Array.from(values) };
}

function nonZero(values: Float32Array | undefined): Float32Array | undefined {
  return values?.some((value) => value !== 0) ? values : undefined;
}

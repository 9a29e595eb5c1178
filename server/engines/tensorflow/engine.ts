import type { Graph, GraphNode } from "../../graph/graph";
import type { DataType } from "../../graph/tensor";
import { ProblemError } from "../../protocol/problem";
import type { Engine, Executable } from "../engine";
import type { NodeFacts } from "./call";
import { TensorFlowExecutable } from "./executable";
import { loadDevice, type BackendName, type Device } from "./library";
import { lackOf } from "./operators";

const labels: Readonly<Record<BackendName, string>> = {
  tensorflow: "TensorFlow.js (tfjs-node)",
  wasm: "TensorFlow.js (WebAssembly)",
  webgpu: "TensorFlow.js (WebGPU)",
};

/** Floats that this engine does not compute with. It can hold and convert them. */
const foreignFloats: ReadonlySet<DataType> = new Set<DataType>(["float64", "float16", "bfloat16"]);

/** Operators that need not compute with what they are given. */
const converting: ReadonlySet<string> = new Set(["Cast", "CastLike", "Identity", "Shape", "Size"]);

/**
 * TensorFlow.js on its native library (`tensorflow`), on WebAssembly or on WebGPU.
 * @param folder the installation that the library is loaded from, and from no other; the usual places when absent.
 * @throws ProblemError `engine-unavailable` when the library is not there or cannot be loaded.
 */
export async function createTensorFlowEngine(backend: BackendName, folder?: string): Promise<Engine> {
  return new TensorFlowEngine(await loadDevice(backend, folder));
}

class TensorFlowEngine implements Engine {
  readonly name: BackendName;
  readonly label: string;
  readonly device: string;
  readonly version: string;
  readonly folder: string | undefined;
  private readonly alive = new Set<TensorFlowExecutable>();

  constructor(private readonly library: Device) {
    this.name = library.backend;
    this.label = labels[library.backend];
    this.version = library.version;
    this.device = library.place;
    this.folder = library.folder;
  }

  unsupported(graph: Graph): readonly string[] {
    const facts = factsOf(graph, this.name);
    const lacks = graph.nodes.map((node) => lackOf(node, facts(node)));
    const types = foreignTypes(graph).map((dtype) => `${dtype} tensors`);
    return [...new Set([...lacks.filter((lack) => lack !== undefined), ...types])];
  }

  async compile(graph: Graph): Promise<Executable> {
    const missing = this.unsupported(graph);
    if (missing.length > 0) {
      throw new ProblemError({
        reason: "operator-unsupported",
        title: "An operator is not supported",
        message: `${this.label} has no implementation of ${missing.join(", ")}, which this model uses.`,
        advice: "Choose the ONNX Runtime engine, which can still run this model.",
        facts: missing,
      });
    }
    const executable = new TensorFlowExecutable(this.library, this.label, graph, (gone) => this.alive.delete(gone));
    this.alive.add(executable);
    return executable;
  }

  /** Frees what this engine's executables hold; the library itself stays loaded for the life of the process. */
  async dispose(): Promise<void> {
    for (const executable of this.alive) await executable.dispose();
  }
}

/** Float types of inputs and parameters that the graph computes with and this engine does not. */
function foreignTypes(graph: Graph): DataType[] {
  const computed = new Set(graph.nodes.flatMap(({ op, inputs }) => (converting.has(op) ? [] : inputs)));
  const inputs = graph.inputs.filter(({ name }) => computed.has(name)).map(({ dtype }) => dtype);
  const parameters = graph.parameters.map(({ tensor }) => tensor.dtype);
  return [...inputs, ...parameters].filter((dtype) => foreignFloats.has(dtype));
}

function factsOf(graph: Graph, backend: BackendName): (node: GraphNode) => NodeFacts {
  const ranks = new Map<string, number>(graph.inputs.map(({ name, shape }) => [name, shape.length]));
  for (const [name, { shape }] of graph.constants) ranks.set(name, shape.length);
  for (const { value, tensor } of graph.parameters) ranks.set(value, tensor.shape.length);
  const opset = graph.opsets[""] ?? graph.opsets["ai.onnx"] ?? 1;
  return (node) => ({ backend, opset, rank: (position) => ranks.get(node.inputs[position] ?? "") });
}

import type { Graph } from "../graph/graph";
import type { EngineReport } from "../protocol/result";
import type { EngineChoice, EngineName, ProviderName } from "../protocol/study";
import type { SessionPlace } from "./onnxruntime/options";
import { providerLabels, requireDevice } from "./onnxruntime/providers";
import { selfTestGraph } from "./selfTest";
import { chooseEngine, openTested, reportOn, type Candidate, type ChosenEngine } from "./choose";
import type { Engine } from "./engine";

/** In the order of the automatic choice. To add an engine, add a folder with an `Engine` and list it here. */
const candidates: readonly Candidate[] = [
  {
    name: "onnxruntime",
    label: "ONNX Runtime",
    create: async () => (await import("./onnxruntime/engine")).createOnnxRuntimeEngine(),
  },
  {
    name: "tensorflow",
    label: "TensorFlow.js (tfjs-node)",
    create: async (folder) => (await import("./tensorflow/engine")).createTensorFlowEngine("tensorflow", folder),
  },
  {
    name: "wasm",
    label: "TensorFlow.js (WebAssembly)",
    create: async () => (await import("./tensorflow/engine")).createTensorFlowEngine("wasm"),
  },
  {
    name: "webgpu",
    label: "TensorFlow.js (WebGPU)",
    create: async (folder) => (await import("./tensorflow/engine")).createTensorFlowEngine("webgpu", folder),
  },
];

/**
 * Opens the engine that is asked for, tested and able to run `graph`.
 * @param place where it computes, if it can be told; one core of the CPU when absent.
 * @param log is told of what an engine has and does not use.
 * @throws ProblemError `engine-unavailable`, `engine-wrong`, `operator-unsupported`, or why the graph is refused.
 */
export function openEngine(
  choice: EngineChoice,
  graph: Graph,
  place?: SessionPlace,
  log?: (message: string) => void,
): Promise<ChosenEngine> {
  return chooseEngine(
    choice,
    candidates.map((each) => placed(each, place, log)),
    graph,
  );
}

/** Only ONNX Runtime can be told where to compute. */
function placed(candidate: Candidate, place?: SessionPlace, log?: (message: string) => void): Candidate {
  if (candidate.name !== "onnxruntime") return candidate;
  const create = async (): Promise<Engine> =>
    (await import("./onnxruntime/engine")).createOnnxRuntimeEngine(place, log);
  return { ...candidate, create };
}

function onProvider(provider: ProviderName): Candidate {
  const create = async (): Promise<Engine> => {
    const engine = await (await import("./onnxruntime/engine")).createOnnxRuntimeEngine({ provider, threads: 1 });
    await requireDevice(engine, provider, selfTestGraph());
    return engine;
  };
  return { name: "onnxruntime", label: providerLabels[provider], create };
}

/**
 * ONNX Runtime on a processor other than the CPU, if it computes correctly there. A broken driver may end this process.
 * @throws ProblemError `engine-unavailable` or `engine-wrong`.
 */
export async function openProvider(provider: ProviderName): Promise<Engine> {
  return (await openTested(onProvider(provider))).engine;
}

/** How ONNX Runtime is on one processor. To be run in a process of its own, which a broken driver may end. */
export async function reportProvider(provider: ProviderName): Promise<EngineReport> {
  return { ...(await reportOn(onProvider(provider))), label: providerLabels[provider] };
}

/**
 * What this machine has, each engine loaded and tested in turn. To be run in a process of its own.
 * @param only the one engine that is of interest; all of them when absent.
 * @param folder an installation that this one is loaded from, and from no other.
 */
export async function reportEngines(only?: EngineName, folder?: string): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const candidate of candidates) {
    if (only === undefined || candidate.name === only) reports.push(await reportOn(candidate, folder));
  }
  return reports;
}

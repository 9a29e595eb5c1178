import type * as Ort from "onnxruntime-node";
import type { Graph } from "../../graph/graph";
import { ProblemError } from "../../protocol/problem";
import type { ProviderName } from "../../protocol/study";
import type { Engine, Executable, Holding } from "../engine";
import { BakedExecutable } from "./baked";
import { findBlock } from "./blockTest";
import { plainReason, unsupportedOperators } from "./failures";
import { FedExecutable } from "./fed";
import { limitsOf } from "./limits";
import { blockConvolutions, hasMovingFilters } from "./lowering/blocked";
import { lowerForOnnxRuntime } from "./lowering/lower";
import { oneCore, type SessionPlace } from "./options";
import { label } from "./session";

/** Protocol buffers cannot be larger than this, and ONNX Runtime takes a model as one. */
const largestModel = 2 ** 31 - 1;

/**
 * ONNX Runtime, by default on one core of the CPU.
 * @param log is told of what is there and not used.
 * @throws ProblemError `engine-unavailable` when its package or native library is not there.
 */
export async function createOnnxRuntimeEngine(
  place: SessionPlace = oneCore,
  log: (message: string) => void = () => {},
): Promise<Engine> {
  return new OnnxRuntimeEngine(await loadModule(), place, log);
}

async function loadModule(): Promise<typeof Ort> {
  try {
    const ort = await import("onnxruntime-node");
    // Whatever goes wrong is thrown as well; nothing is to be printed from native code.
    ort.env.logLevel = "fatal";
    return ort;
  } catch (error) {
    throw notLoaded(error);
  }
}

function notLoaded(error: unknown): ProblemError {
  const platform = `${process.platform}-${process.arch}`;
  const { code } = error as NodeJS.ErrnoException;
  const missing = code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND";
  return new ProblemError({
    reason: "engine-unavailable",
    title: "ONNX Runtime is not available",
    message: missing
      ? `ONNX Runtime was not found for ${platform}.`
      : `ONNX Runtime could not be loaded on ${platform}: ${plainReason(error)}.`,
    advice: "Install the build of this extension for your platform, or choose the engine “wasm” in the settings.",
  });
}

const deviceNames: Readonly<Record<ProviderName, string>> = {
  cpu: "CPU",
  webgpu: "GPU (WebGPU)",
  cuda: "GPU (CUDA)",
  dml: "GPU (DirectML)",
  coreml: "Core ML",
};

class OnnxRuntimeEngine implements Engine {
  readonly name = "onnxruntime";
  readonly label = label;
  readonly device: string;
  readonly version: string;
  readonly holdings: readonly Holding[] = ["baked", "fed"];
  private readonly alive = new Set<Executable>();
  private block: Promise<number | undefined> | undefined;

  constructor(
    private readonly ort: typeof Ort,
    private readonly place: SessionPlace,
    private readonly log: (message: string) => void,
  ) {
    this.device = deviceNames[place.provider];
    this.version = ort.env.versions.node ?? ort.env.versions.common;
  }

  /** Operators that ONNX Runtime does not have at all are reported by `compile`: only a session tells. */
  unsupported(graph: Graph): readonly string[] {
    return limitsOf(graph);
  }

  async compile(graph: Graph, holding: Holding = "baked"): Promise<Executable> {
    refuseTooLarge(graph);
    const limits = limitsOf(graph);
    if (limits.length > 0) throw unsupportedOperators(limits, label);
    const Kind = holding === "fed" ? FedExecutable : BakedExecutable;
    const lowered = await this.lower(graph, holding);
    const executable = new Kind(this.ort, lowered, this.place, (gone) => this.alive.delete(gone));
    await executable.prepare();
    this.alive.add(executable);
    return executable;
  }

  /** Of stock operators, and of those on blocked layout where they are right. */
  private async lower(graph: Graph, holding: Holding): Promise<Graph> {
    const lowered = lowerForOnnxRuntime(graph);
    if (!hasMovingFilters(lowered, holding)) return lowered;
    this.block ??= findBlock(this.ort, this.place, this.log);
    const block = await this.block;
    return block === undefined ? lowered : blockConvolutions(lowered, block, holding);
  }

  async dispose(): Promise<void> {
    for (const executable of this.alive) await executable.dispose();
  }
}

function refuseTooLarge(graph: Graph): void {
  let size = 0;
  for (const { tensor } of graph.parameters) size += tensor.data.byteLength;
  for (const tensor of graph.constants.values()) size += tensor.data.byteLength;
  if (size <= largestModel) return;
  throw new ProblemError({
    reason: "too-large",
    title: "The model is too large",
    message: `The model's weights take ${(size / 2 ** 30).toFixed(1)} GB, and ${label} takes models up to 2 GB.`,
    advice: "Choose a smaller variant of the model.",
  });
}

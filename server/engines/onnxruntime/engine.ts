import type * as Ort from "onnxruntime-node";
import type { ParameterValues } from "../../graph/fill";
import type { Graph } from "../../graph/graph";
import { patchParameters, serialise, type SerialisedModel } from "../../graph/onnxBytes";
import type { Tensor } from "../../graph/tensor";
import { ProblemError } from "../../protocol/problem";
import type { Engine, Executable } from "../engine";
import { plainReason, rejectedModel, stoppedRun, unsupportedOperators } from "./failures";
import { limitsOf } from "./limits";
import { lowerForOnnxRuntime } from "./lowering/lower";
import { fromOrt, toOrt } from "./tensors";

const label = "ONNX Runtime";

/** Protocol buffers cannot be larger than this, and ONNX Runtime takes a model as one. */
const largestModel = 2 ** 31 - 1;

/**
 * One thread per session: evaluators are processes, one per core, which scales better than threads inside one run.
 *
 * `session.set_denormal_as_zero` is deliberately absent. It switches the calling thread, and with it all later
 * arithmetic of this process, to flushing denormal numbers: weights and directions would no longer be the same to the
 * last bit as elsewhere.
 */
const sessionOptions: Ort.InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
};

/**
 * ONNX Runtime lets a pooling do the padding before it, which for a maximum is wrong: what a MaxPool pads never wins, the
 * zeros of a Pad win over negative numbers. Other rewritings bring the two together, so that both being there is enough
 * to keep them apart.
 */
function optionsFor({ nodes }: Graph): Ort.InferenceSession.SessionOptions {
  const has = (op: string): boolean => nodes.some((node) => node.op === op);
  if (!has("Pad") || !has("MaxPool")) return sessionOptions;
  return { ...sessionOptions, extra: { optimization: { disable_specified_optimizers: "Pad_Fusion" } } };
}

/**
 * ONNX Runtime on the CPU, with weights baked into the session.
 * @throws ProblemError `engine-unavailable` when its package or native library is not there.
 */
export async function createOnnxRuntimeEngine(): Promise<Engine> {
  return new OnnxRuntimeEngine(await loadModule());
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

class OnnxRuntimeEngine implements Engine {
  readonly name = "onnxruntime";
  readonly label = label;
  readonly device = "CPU";
  readonly version: string;
  private readonly alive = new Set<BakedExecutable>();

  constructor(private readonly ort: typeof Ort) {
    this.version = ort.env.versions.node ?? ort.env.versions.common;
  }

  /** Operators that ONNX Runtime does not have at all are reported by `compile`: only a session tells. */
  unsupported(graph: Graph): readonly string[] {
    return limitsOf(graph);
  }

  async compile(graph: Graph): Promise<Executable> {
    refuseTooLarge(graph);
    const limits = limitsOf(graph);
    if (limits.length > 0) throw unsupportedOperators(limits, label);
    const executable = new BakedExecutable(this.ort, lowerForOnnxRuntime(graph), (gone) => this.alive.delete(gone));
    await executable.prepare();
    this.alive.add(executable);
    return executable;
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

/**
 * A model whose weights are constants of the session. New weights are patched into the serialised model and a new
 * session is made of it by the next run, so that ONNX Runtime can fold and lay out the weights as it likes.
 */
class BakedExecutable implements Executable {
  private readonly model: SerialisedModel;
  private readonly options: Ort.InferenceSession.SessionOptions;
  private readonly outputs: readonly string[];
  private readonly inputs: readonly string[];
  private session: Ort.InferenceSession | undefined;
  private disposed = false;

  constructor(
    private readonly ort: typeof Ort,
    graph: Graph,
    private readonly onDispose: (gone: BakedExecutable) => void,
  ) {
    this.model = serialise(graph);
    this.options = optionsFor(graph);
    this.inputs = graph.inputs.map(({ name }) => name);
    this.outputs = graph.outputs.map(({ name }) => name);
  }

  async prepare(): Promise<Ort.InferenceSession> {
    if (this.disposed) throw new Error("This executable has been disposed of.");
    try {
      this.session ??= await this.ort.InferenceSession.create(this.model.bytes, this.options);
      return this.session;
    } catch (error) {
      throw rejectedModel(error, label);
    }
  }

  async setParameters(values: ParameterValues): Promise<void> {
    patchParameters(this.model, values);
    await this.release();
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const given = this.inputs.map((name) => {
      const feed = feeds[name];
      if (!feed) throw new Error(`There is no feed for the graph input ${name}.`);
      return [name, toOrt(this.ort, name, feed)] as const;
    });
    const session = await this.prepare();
    try {
      const results = await session.run(Object.fromEntries(given), this.outputs);
      return Object.fromEntries(this.outputs.map((name) => [name, fromOrt(name, results[name]!)]));
    } catch (error) {
      throw stoppedRun(error, label, given[0]?.[1].dims[0] ?? 1);
    }
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    this.onDispose(this);
    await this.release();
  }

  private async release(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    await session?.release();
  }
}

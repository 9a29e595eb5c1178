import type * as Ort from "onnxruntime-node";
import type { Graph } from "../../graph/graph";
import type { ProviderName } from "../../protocol/study";

/** Where sessions compute, and with how many threads each. */
export interface SessionPlace {
  readonly provider: ProviderName;
  /** Threads inside one run; on a processor other than the CPU they do what that leaves to the CPU. */
  readonly threads: number;
}

/** The usual place: evaluators are processes, one per core, which scales better than threads inside one run. */
export const oneCore: SessionPlace = { provider: "cpu", threads: 1 };

/**
 * Options of a session for `graph`.
 *
 * `session.set_denormal_as_zero` is deliberately absent. It switches the calling thread, and with it all later
 * arithmetic of this process, to flushing denormal numbers: weights and directions would no longer be the same to the
 * last bit as elsewhere.
 */
export function optionsFor(graph: Graph, { provider, threads }: SessionPlace): Ort.InferenceSession.SessionOptions {
  return {
    // What another provider has no kernel for is computed by the CPU.
    executionProviders: provider === "cpu" ? ["cpu"] : [provider, "cpu"],
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    ...(padsBeforeMaxima(graph) ? { extra: { optimization: { disable_specified_optimizers: "Pad_Fusion" } } } : {}),
  };
}

/**
 * ONNX Runtime lets a pooling do the padding before it, which for a maximum is wrong: what a MaxPool pads never wins, the
 * zeros of a Pad win over negative numbers. Other rewritings bring the two together, so that both being there is enough
 * to keep them apart.
 */
function padsBeforeMaxima({ nodes }: Graph): boolean {
  const has = (op: string): boolean => nodes.some((node) => node.op === op);
  return has("Pad") && has("MaxPool");
}

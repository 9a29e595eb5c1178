import type { ParameterValues } from "../graph/fill";
import type { Graph } from "../graph/graph";
import type { Tensor } from "../graph/tensor";
import type { EngineName } from "../protocol/study";

/**
 * How an executable holds parameters: compiled into it, which makes replacing them slow and running fast, or as memory
 * that every run is given.
 */
export type Holding = "baked" | "fed";

/** Executes graphs. Knows nothing of losses, directions or derivatives. */
export interface Engine {
  readonly name: EngineName;
  /** What people call it, e.g. "ONNX Runtime". */
  readonly label: string;
  readonly version: string;
  /** Where it computes, e.g. "CPU". */
  readonly device: string;
  /** Folder of the installation that it was loaded from; absent when it is part of the extension. */
  readonly folder?: string;
  /** Operators of `graph` that this engine cannot execute, as `Op` or `domain.Op`, each once; empty when it can. */
  unsupported(graph: Graph): readonly string[];
  /** Ways to hold parameters that `compile` can be asked for, the usual one first; absent where there is one only. */
  readonly holdings?: readonly Holding[];
  /**
   * Makes `graph` ready to run with its parameters' pristine values.
   * @param holding one of `holdings`; the usual one when absent.
   * @throws ProblemError `operator-unsupported` when it has an operator that this engine lacks,
   *   `file-corrupt` when the engine rejects the graph.
   */
  compile(graph: Graph, holding?: Holding): Promise<Executable>;
  dispose(): Promise<void>;
}

/** A compiled graph. Not re-entrant: one call at a time. */
export interface Executable {
  /**
   * Replaces parameter values for all later runs. Keys are `Parameter.name`, data in the parameter's own layout and
   * dtype float32; parameters that are not named keep the value that they have. Arrays are copied; what writes values is
   * called before the promise settles, once, with memory of this executable that it must not keep.
   */
  setParameters(values: ParameterValues): Promise<void>;
  /** One output tensor for each graph output, from one feed for each graph input, by value name. */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  dispose(): Promise<void>;
}

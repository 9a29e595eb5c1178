import { createHash } from "node:crypto";
import os from "node:os";
import type { Engine } from "../../engines/engine";
import type { Attribute, Graph } from "../../graph/graph";
import type { Execution } from "../../protocol/study";

/** What a choice depends on, beside the machine. */
export interface ChoiceSubject {
  readonly engine: Pick<Engine, "name" | "version">;
  readonly graph: Graph;
  /** Of all splits. */
  readonly samples: number;
  /** As the study says it; 0 where it leaves that to us. */
  readonly batchSize: number;
  /** Threads that an evaluator may use. */
  readonly threads: number;
  /** Whether the weights of points follow from a plane. */
  readonly isPlane: boolean;
}

/** This machine, as far as speed depends on it. */
export function machineText(): string {
  const [cpu] = os.cpus();
  return `${process.platform}-${process.arch} ${cpu?.model ?? "unknown"} ×${os.availableParallelism()}`;
}

/**
 * SHA-256 of all that the speed of executions depends on: operators and shapes of a graph but not its weights, engine,
 * machine, and the number of samples to a factor of two.
 */
export function choiceKey({ engine, graph, samples, batchSize, threads, isPlane }: ChoiceSubject): string {
  const subject = [
    [engine.name, engine.version, machineText()],
    [Math.round(Math.log2(samples)), batchSize, threads, isPlane],
    graph.inputs.map(({ dtype, shape }) => [dtype, shape]),
    graph.nodes.map(({ op, domain, inputs, outputs, attributes }) => [op, domain, inputs, outputs, plain(attributes)]),
    graph.parameters.map(({ value, tensor }) => [value, tensor.dtype, tensor.shape]),
  ];
  return createHash("sha256").update(JSON.stringify(subject)).digest("hex");
}

/** What a division of the cores depends on: all that the choice of the execution does, the execution, and the room for evaluators. */
export function divisionKey(choice: string, { way, batchSize }: Execution, evaluators: number): string {
  return `${choice}/${way}/${batchSize}/${evaluators}`;
}

/** Of tensors only the shape, of what is not read only the size. */
function plain(attributes: Readonly<Record<string, Attribute>>): readonly unknown[] {
  return Object.entries(attributes).map(([name, attribute]) => {
    if (attribute.type === "tensor") return [name, attribute.value.dtype, attribute.value.shape];
    return [name, attribute.type === "raw" ? attribute.bytes.length : attribute.value];
  });
}

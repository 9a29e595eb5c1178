import type { Task } from "./messages";
import type { EvaluatorProcess } from "./process";

/** One piece of work for whichever evaluator is free. */
export interface Job {
  /** As the beginning of a sentence, e.g. "The evaluation of the point α = 0, β = 1". */
  readonly what: string;
  /** Has an evaluator do it, and returns how to deliver the answer. */
  readonly run: (evaluator: EvaluatorProcess) => Promise<() => void>;
}

/** What a task is, as the beginning of a sentence. */
export function taskText(task: Task): string {
  switch (task.kind) {
    case "own":
      return "The evaluation of the model with its own weights";
    case "checkpoint":
      return `The evaluation of checkpoint ${String(task.checkpoint + 1)}`;
    case "curvature":
      return `The curvature at α = ${String(task.alpha)}, β = ${String(task.beta)}`;
    case "trace":
      return `Vector ${String(task.probe + 1)} of the Hessian's trace`;
    case "density":
      return `Vector ${String(task.probe + 1)} of the Hessian's spectrum`;
    case "sharpness":
      return "The sharpness at the centre";
  }
}

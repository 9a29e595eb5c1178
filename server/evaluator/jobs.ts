import type { PointSums, SampleSubset, SplitSums, Task, TaskAnswer } from "./messages";
import type { EvaluatorAnswer, EvaluatorCall } from "./process";

/** A point of the plane to be measured; `index` is the caller's name for it. */
export interface PoolPoint {
  readonly index: number;
  readonly alpha: number;
  readonly beta: number;
}

/** What an evaluator is asked to do for a job; nothing but data, so that it may go to another machine. */
export type JobCall = Extract<EvaluatorCall, { readonly kind: "evaluate" | "task" }>;

export type JobAnswer = EvaluatorAnswer<JobCall["kind"]>;

/** One piece of work for whichever evaluator is free. */
export interface Job {
  /** As the beginning of a sentence, e.g. "The evaluation of the point α = 0, β = 1". */
  readonly what: string;
  readonly call: JobCall;
  /** Takes the answer; called once. */
  readonly deliver: (answer: JobAnswer) => void;
}

/** The job that a call is. */
export function jobOf(call: JobCall, deliver: (answer: JobAnswer) => void): Job {
  return { what: call.kind === "task" ? taskText(call.task) : pointText(call), call, deliver };
}

/** The measurement of a point. */
export function pointJob(
  point: PoolPoint,
  deliver: (point: PoolPoint, sums: PointSums, further: readonly PointSums[] | undefined) => void,
): Job {
  return jobOf({ kind: "evaluate", alpha: point.alpha, beta: point.beta }, (answer) => {
    if (answer.kind === "evaluated") deliver(point, answer.sums, answer.further);
  });
}

/** The measurement of a point with a part of the samples. */
export function sampleJob(
  point: PoolPoint,
  subset: SampleSubset,
  deliver: (point: PoolPoint, groups: readonly SplitSums[]) => void,
): Job {
  const { alpha, beta } = point;
  return jobOf({ kind: "evaluate", alpha, beta, subset }, (answer) => {
    if (answer.kind === "evaluated") deliver(point, answer.groups!);
  });
}

/** Work beside the points. */
export function taskJob(task: Task, deliver: (answer: TaskAnswer) => void): Job {
  return jobOf({ kind: "task", task }, (answer) => {
    if (answer.kind === "performed") deliver(answer.answer);
  });
}

/** What the measurement of a point is, as the beginning of a sentence. */
function pointText({ alpha, beta, subset }: Extract<JobCall, { readonly kind: "evaluate" }>): string {
  const what = subset ? "a part of the samples at" : "the point";
  return `The evaluation of ${what} α = ${String(alpha)}, β = ${String(beta)}`;
}

/** What a task is, as the beginning of a sentence. */
function taskText(task: Task): string {
  switch (task.kind) {
    case "centre":
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

import type { Job, JobAnswer, JobCall } from "../evaluator/jobs";
import type { Problem } from "../protocol/problem";
import { decode, encode } from "./wire";

/** What comes back for a job that was done. */
export interface Returned {
  readonly worker: string;
  /** Relative difference of the worker's evaluators from the run's first one, at the centre. */
  readonly difference: number;
  readonly answer: JobAnswer;
}

/** What comes back for a job that could not be done. */
export interface Failed {
  readonly worker: string;
  readonly problem: Problem;
}

export function encodeReturned({ worker, difference, answer }: Returned): string {
  const { kind } = answer;
  const content =
    kind === "evaluated"
      ? { sums: answer.sums, further: answer.further, groups: answer.groups }
      : { answer: answer.answer };
  return encode({ worker, difference, answer: { kind, ...content } });
}

/** What was returned for `job`; undefined when it is not an answer to it. */
export function decodeReturned(value: unknown, { call }: Job): Returned | undefined {
  try {
    const found = decode(String(value)) as Returned;
    const isWhole = typeof found.worker === "string" && typeof found.difference === "number";
    return isWhole && answers(found.answer, call) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The failure in what BullMQ keeps as a reason; undefined when it is none of ours. */
export function decodeFailed(reason: string): Failed | undefined {
  try {
    const found = decode(reason) as Failed;
    const isWhole = typeof found.worker === "string" && typeof found.problem.message === "string";
    return isWhole ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an answer is one to `call`, as far as its form tells. */
function answers(answer: JobAnswer, call: JobCall): boolean {
  if (call.kind === "evaluate") {
    if (answer.kind !== "evaluated") return false;
    if ((call.subset === undefined) !== (answer.groups === undefined)) return false;
    return [answer.sums, ...(answer.further ?? []), ...(answer.groups ?? []).flat()].every(
      ({ lossSum, lossSquareSum, correct, count }) =>
        [lossSum, lossSquareSum, correct, count].every((number) => typeof number === "number"),
    );
  }
  if (answer.kind !== "performed") return false;
  const { task } = call;
  const given = answer.answer;
  if (given.kind !== task.kind) return false;
  if (task.kind === "checkpoint") return given.kind === "checkpoint" && given.checkpoint === task.checkpoint;
  if (task.kind === "curvature") return given.kind === "curvature" && given.point.index === task.index;
  return !("probe" in task) || ("probe" in given && given.probe === task.probe);
}

import type { Job, JobAnswer, JobCall } from "../evaluator/jobs";
import type { Problem } from "../protocol/problem";
import { decode, encode } from "./wire";

/** What comes back for a parcel that was done. */
export interface Returned {
  readonly worker: string;
  /** Relative difference of the worker's evaluators from the run's first one, at the centre. */
  readonly difference: number;
  /** How long an evaluator was at work for all of it, in milliseconds. */
  readonly milliseconds: number;
  /** In the order of the jobs. */
  readonly answers: readonly JobAnswer[];
}

/** What comes back for a parcel that could not be done. */
export interface Failed {
  readonly worker: string;
  readonly problem: Problem;
}

export function encodeReturned({ answers, ...returned }: Returned): string {
  const contents = answers.map((answer) =>
    answer.kind === "evaluated"
      ? { kind: answer.kind, sums: answer.sums, further: answer.further, groups: answer.groups }
      : { kind: answer.kind, answer: answer.answer },
  );
  return encode({ ...returned, answers: contents });
}

/** What was returned for `jobs`; undefined when it is no answer to them. */
export function decodeReturned(value: unknown, jobs: readonly Job[]): Returned | undefined {
  try {
    const found = decode(String(value)) as Returned;
    const { worker, difference, milliseconds } = found;
    const isWhole = typeof worker === "string" && [difference, milliseconds].every((x) => typeof x === "number");
    const isAnswer =
      jobs.length === found.answers.length && jobs.every(({ call }, k) => answers(found.answers[k]!, call));
    return isWhole && isAnswer ? found : undefined;
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

import { availableParallelism } from "node:os";
import type { Engine, Executable } from "../../engines/engine";
import { toProblem } from "../../protocol/problem";
import type { Execution, Study, Way } from "../../protocol/study";
import { choiceKey } from "./key";
import type { ExecutionMemory } from "./memory";
import { clockOf, Probe } from "./probe";
import type { Subject } from "./probe";
import { executionText, fastest, furtherBatchSizes, obvious, timePerPoint, usualBatchSize } from "./rule";
import type { Dropped, Timing } from "./rule";
import { openWay, sensibleWays } from "./ways";
import type { Workplace } from "./workplace";

/** An execution, ready. */
export interface ChosenExecution {
  readonly execution: Execution;
  readonly executable: Executable;
  /** In words, as a clause: what it is and why it was taken. */
  readonly how: string;
  /** What was timed, the usual execution first. */
  readonly timings: readonly Timing[];
  readonly dropped: readonly Dropped[];
}

export interface ChoiceParts extends Subject {
  readonly study: Study;
  readonly engine: Engine;
  readonly workplace: Workplace;
  readonly memory: ExecutionMemory;
  /** Whether this evaluator is to find out; the others of a run follow it. */
  readonly leads: boolean;
  readonly log: (message: string) => void;
}

/** Measuring ends after so many milliseconds with what is known by then. */
const budget = 700;
/** Samples of the first, short look at a model. */
const glimpse = 8;
/** A first run that took more milliseconds tells enough. */
const warmUp = 50;

/**
 * How the points of a run are measured: as its header or its first evaluator says, as was found out earlier, or as is
 * found out now by timing the sensible ways and sizes of batches where that can gain anything.
 * @throws ProblemError when the model cannot be run.
 */
export async function chooseExecution(parts: ChoiceParts): Promise<ChosenExecution> {
  const { study, model, engine, path, samples, workplace, memory } = parts;
  const { execution: given, batchSize: stated } = study.compute;
  if (given) return opened(parts, given, "as the run began");
  const ways = sensibleWays(study, model, engine, path);
  const { threads } = workplace;
  // Statistics depend on the batches over which they are measured, which are part of what a study is.
  const fixed = model.input.batch ?? (study.batchNorm === "recompute" ? usualBatchSize : undefined);
  const usual: Execution = {
    provider: "cpu",
    way: ways[0],
    batchSize: fixed ?? (stated > 0 ? stated : usualBatchSize),
    threads,
  };
  // Whoever states the size of batches has the same numbers at any time.
  if (stated > 0) return opened(parts, usual, "as the study says");
  const subject = {
    engine,
    graph: model.graph,
    samples,
    batchSize: fixed ?? 0,
    threads,
    isPlane: ways.includes("plane"),
  };
  const key = choiceKey(subject);
  const { points } = study.grid;
  const keyOfGrid = `${key}/${points[0] * points[1]}`;
  const earlier = (await memory.choice(keyOfGrid)) ?? (await memory.choice(key));
  if (earlier && ways.includes(earlier.execution.way)) return opened(parts, earlier.execution, earlier.why);
  const clock = clockOf(usual);
  const compiling = clock();
  const executable = (await openWay(engine, model, path, usual.way))!;
  const compiled = clock() - compiling;
  const plain = { execution: usual, executable, timings: [], dropped: [] };
  if (!parts.leads) return { ...plain, how: executionText(usual) };
  const isOnly = ways.length === 1 && fixed !== undefined;
  const why = isOnly ? "there is no other" : await atAGlance(parts, usual, executable, compiled);
  if (why !== undefined) {
    // A run that is begun again is measured in the same way, however busy the machine is then.
    await memory.rememberChoice(keyOfGrid, { execution: usual, why, found: new Date().toISOString() });
    return { ...plain, how: `${executionText(usual)}: ${why}` };
  }
  await executable.dispose();
  return measure(parts, usual, ways.slice(1), fixed === undefined, key);
}

async function opened(
  { engine, model, path }: ChoiceParts,
  execution: Execution,
  why: string,
): Promise<ChosenExecution> {
  const executable = await openWay(engine, model, path, execution.way);
  if (!executable) throw new Error(`The execution ${executionText(execution)} does not fit the study.`);
  return { execution, executable, how: `${executionText(execution)}: ${why}`, timings: [], dropped: [] };
}

/** Why nothing has to be timed, judged by compiling the model and by running a few samples. */
async function atAGlance(
  { study, model, samples, feedsOf }: ChoiceParts,
  usual: Execution,
  executable: Executable,
  setUp: number,
): Promise<string | undefined> {
  const size = model.input.batch ?? Math.min(glimpse, usual.batchSize, samples);
  const feeds = feedsOf(size);
  const clock = clockOf(usual);
  const timed = async (): Promise<number> => {
    const begun = clock();
    await executable.run(feeds);
    return clock() - begun;
  };
  const cold = await timed();
  // What is quick is slow at first.
  const quickest = cold > warmUp ? cold : Math.min(cold, await timed());
  const run = (quickest * Math.min(usual.batchSize, samples)) / size;
  const perPoint = timePerPoint(setUp, run, samples, usual.batchSize);
  const { points } = study.grid;
  const evaluators = study.compute.evaluators > 0 ? study.compute.evaluators : availableParallelism();
  return obvious({ usual: { execution: usual, setUp, run, perPoint }, evaluations: points[0] * points[1], evaluators });
}

/** Times the usual execution, the other ways, and then other sizes of batches in the fastest way. */
async function measure(
  parts: ChoiceParts,
  usual: Execution,
  others: readonly Way[],
  isFree: boolean,
  key: string,
): Promise<ChosenExecution> {
  const probe = new Probe(parts.engine, parts);
  const until = performance.now() + budget;
  try {
    const first = await probe.time(usual);
    if ("reason" in first) throw new Error(`the model does not agree with itself: ${first.reason}`);
    const timings: [Timing, ...Timing[]] = [first];
    const dropped: Dropped[] = [];
    const time = async (execution: Execution): Promise<void> => {
      if (performance.now() > until) return;
      const found = await probe
        .time(execution)
        .catch((error: unknown) => ({ execution, reason: toProblem(error).message }));
      if ("reason" in found) {
        dropped.push(found);
        parts.log(`${executionText(execution)} is not used: ${found.reason}`);
      } else timings.push(found);
    };
    for (const way of others) await time({ ...usual, way });
    if (isFree) {
      const { execution, run } = fastest(timings).timing;
      for (const batchSize of furtherBatchSizes(run, parts.samples)) await time({ ...execution, batchSize });
    }
    const { timing, why } = fastest(timings);
    const { execution } = timing;
    await parts.memory.rememberChoice(key, { execution, why, found: new Date().toISOString() });
    // What was timed has the weights of some point; what is used begins with the model's own.
    return { ...(await opened(parts, execution, why)), timings, dropped };
  } finally {
    await probe.dispose();
  }
}

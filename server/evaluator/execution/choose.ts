import { availableParallelism } from "node:os";
import type { Engine, Executable } from "../../engines/engine";
import { providerLabels } from "../../engines/onnxruntime/providers";
import { openProvider } from "../../engines/open";
import { toProblem } from "../../protocol/problem";
import type { Execution, Study, Way } from "../../protocol/study";
import type { Batches } from "../batches";
import { choiceKey } from "./key";
import type { ExecutionMemory, RememberedChoice } from "./memory";
import { clockOf, Probe } from "./probe";
import type { Subject } from "./probe";
import { workingProviders } from "./providers";
import {
  executionText,
  fasterElsewhere,
  fastest,
  furtherBatchSizes,
  isShort,
  obvious,
  timePerPoint,
  usualBatchSize,
} from "./rule";
import type { Dropped, Outlook, Timed, Timing } from "./rule";
import { openWay, sensibleWays } from "./ways";
import type { Workplace } from "./workplace";

/** An execution, ready. */
export interface ChosenExecution extends Timed {
  readonly execution: Execution;
  readonly executable: Executable;
  /** What it computes on where that is not the CPU; to be disposed of after it. */
  readonly elsewhere?: Engine;
  /** In words, as a clause: why it was taken. */
  readonly why: string;
  /** When it was found out earlier, ISO 8601; absent where it was found out now or is said by study or run. */
  readonly remembered?: string;
  /** What the choice depended on; absent where study or run says how to measure. */
  readonly key?: string;
  /** What a point takes, in milliseconds, where that is known. */
  readonly perPoint?: number | undefined;
}

export interface ChoiceParts extends Subject {
  /** Samples of the first split in batches of that size. */
  batchesOf(batchSize: number): Batches;
  readonly study: Study;
  readonly engine: Engine;
  readonly workplace: Workplace;
  readonly memory: ExecutionMemory;
  /** Whether this evaluator is to find out; the others of a run follow it. */
  readonly leads: boolean;
  /** Whether it is to be found out even where it is remembered. */
  readonly anew?: boolean;
  /** Milliseconds after which no further execution is timed; a moment when absent, because a run waits for it. */
  readonly patience?: number | undefined;
  readonly log: (message: string) => void;
}

/** What a run waits for it, in milliseconds, on each processor. */
const usualPatience = 700;
/** Samples of the first, short look at a model. */
const glimpse = 8;
/** A first run that took more milliseconds tells enough. */
const warmUp = 50;

/** The executions that a study leaves open. */
export interface Choices {
  /** What is taken unless another one is clearly faster. */
  readonly usual: Execution;
  /** The usual one first. */
  readonly ways: readonly [Way, ...Way[]];
  /** The size of batches where model or study fix it. */
  readonly fixed: number | undefined;
}

/** Between which executions there is a choice. */
export function choicesFor({ study, model, engine, path, workplace }: ChoiceParts): Choices {
  const { batchSize: stated } = study.compute;
  const ways = sensibleWays(study, model, engine, path);
  // Statistics depend on the batches over which they are measured, which are part of what a study is.
  const own = stated > 0 ? stated : usualBatchSize;
  const fixed = model.input.batch ?? (stated > 0 || study.batchNorm === "recompute" ? own : undefined);
  const usual: Execution = { provider: "cpu", way: ways[0], batchSize: fixed ?? own, threads: workplace.threads };
  return { usual, ways, fixed };
}

/**
 * How the points of a run are measured: as its header or its first evaluator says, as was found out earlier, or as is
 * found out now by timing the sensible ways and sizes of batches where that can gain anything.
 * @throws ProblemError when the model cannot be run.
 */
export async function chooseExecution(parts: ChoiceParts): Promise<ChosenExecution> {
  const { study, model, engine, samples } = parts;
  const { execution: given, batchSize: stated } = study.compute;
  if (given) return opened(parts, given, "as the run began");
  const choices = choicesFor(parts);
  const { usual, ways, fixed } = choices;
  // Whoever states the size of batches has the same numbers at any time.
  if (stated > 0) return opened(parts, usual, "as the study says");
  const subject = {
    engine,
    graph: model.graph,
    samples,
    batchSize: fixed ?? 0,
    threads: usual.threads,
    isPlane: ways.includes("plane"),
  };
  const key = choiceKey(subject);
  return { ...(await found(parts, choices, key)), key };
}

/** As was found out earlier by that key, or as is found out now. */
async function found(parts: ChoiceParts, { usual, ways, fixed }: Choices, key: string): Promise<ChosenExecution> {
  const { study, model, engine, path, memory } = parts;
  const { points } = study.grid;
  const keyOfGrid = `${key}/${points[0] * points[1]}`;
  const earlier = parts.anew ? undefined : ((await memory.choice(keyOfGrid)) ?? (await memory.choice(key)));
  if (earlier && ways.includes(earlier.execution.way)) {
    const again = await openedAgain(parts, earlier);
    if (again) return again;
  }
  const clock = clockOf(usual);
  const compiling = clock();
  const executable = (await openWay(engine, model, path, usual.way))!;
  const compiled = clock() - compiling;
  const plain = { execution: usual, executable, timings: [], dropped: [] };
  if (!parts.leads) return { ...plain, why: "the usual one" };
  const glance = await atAGlance(parts, usual, executable, compiled);
  const isOnly = ways.length === 1 && fixed !== undefined;
  const evident = isOnly ? "there is no other" : obvious(glance);
  // Nothing is held beside what is timed.
  if (evident === undefined) await executable.dispose();
  const here =
    evident === undefined ? await measure(parts) : { timing: glance.usual, why: evident, timings: [], dropped: [] };
  const there = isShort(glance) ? nothing : await measureElsewhere(parts, here.timing, glance.evaluators);
  const { timing, why } = there.best ?? here;
  const { execution } = timing;
  const timed: Timed = {
    timings: [...here.timings, ...there.timings],
    dropped: [...here.dropped, ...there.dropped],
  };
  // A run that is begun again is measured in the same way, however busy the machine is then.
  await memory.rememberChoice(evident === undefined || there.best ? key : keyOfGrid, {
    execution,
    why,
    found: new Date().toISOString(),
    perPoint: timing.perPoint,
    ...timed,
  });
  if (execution === usual && evident !== undefined) return { ...plain, ...timed, why, perPoint: timing.perPoint };
  // What was timed has the weights of some point; what is used begins with the model's own.
  if (evident !== undefined) await executable.dispose();
  return { ...(await opened(parts, execution, why)), ...timed, perPoint: timing.perPoint };
}

/** As it was found out earlier; undefined when that cannot be done any more. */
async function openedAgain(
  parts: ChoiceParts,
  { execution, why, found: remembered, perPoint, timings = [], dropped = [] }: RememberedChoice,
): Promise<ChosenExecution | undefined> {
  try {
    return { ...(await opened(parts, execution, why)), remembered, perPoint, timings, dropped };
  } catch (error) {
    if (execution.provider === "cpu") throw error;
    parts.log(`${executionText(execution)} was the fastest and is not there: ${toProblem(error).message}`);
    return undefined;
  }
}

/** An execution that is decided. @throws ProblemError when it cannot be run. */
export async function opened(
  { engine, model, path }: Pick<ChoiceParts, "engine" | "model" | "path">,
  execution: Execution,
  why: string,
): Promise<ChosenExecution> {
  const elsewhere = execution.provider === "cpu" ? undefined : await openProvider(execution.provider);
  const executable = await openWay(elsewhere ?? engine, model, path, execution.way);
  if (!executable) throw new Error(`The execution ${executionText(execution)} does not fit the study.`);
  return {
    execution,
    executable,
    ...(elsewhere ? { elsewhere } : {}),
    why,
    timings: [],
    dropped: [],
  };
}

/** What a run will take, judged by compiling the model and by running a few samples. */
export async function atAGlance(
  { study, model, samples, feedsOf }: ChoiceParts,
  usual: Execution,
  executable: Executable,
  setUp: number,
): Promise<Outlook> {
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
  return { usual: { execution: usual, setUp, run, perPoint }, evaluations: points[0] * points[1], evaluators };
}

interface Best {
  readonly timing: Timing;
  /** Why this one, as a clause. */
  readonly why: string;
}

/**
 * Times the usual execution, the other ways, and then other sizes of batches in the fastest way.
 * @throws ProblemError when the model cannot be run at all.
 */
export async function measure(parts: ChoiceParts): Promise<Best & Timed> {
  const { usual, ways, fixed } = choicesFor(parts);
  const probe = new Probe(parts.engine, parts);
  const until = performance.now() + (parts.patience ?? usualPatience);
  try {
    const timings: [Timing, ...Timing[]] = [await usualTiming(probe, usual)];
    const dropped: Dropped[] = [];
    const time = async (execution: Execution): Promise<void> => {
      if (performance.now() > until) return;
      const found = await timed(probe, execution, parts.log);
      if ("reason" in found) dropped.push(found);
      else timings.push(found);
    };
    for (const way of ways.slice(1)) await time({ ...usual, way });
    if (fixed === undefined) {
      const { execution, run } = fastest(timings).timing;
      for (const batchSize of furtherBatchSizes(run, parts.samples)) await time({ ...execution, batchSize });
    }
    return { ...fastest(timings), timings, dropped };
  } finally {
    await probe.dispose();
  }
}

const nothing: Timed & { readonly best?: Best } = { timings: [], dropped: [] };

/**
 * Times the ways on every other processor that works.
 * @param here the fastest on the CPU.
 * @param evaluators how many of them share the CPU.
 * @returns `best` where one is faster than all evaluators here together.
 */
async function measureElsewhere(
  parts: ChoiceParts,
  here: Timing,
  evaluators: number,
): Promise<Timed & { readonly best?: Best }> {
  const { engine, memory, log, study, model, path, samples } = parts;
  if (engine.name !== "onnxruntime") return nothing;
  const working = await workingProviders({ version: engine.version, memory, log });
  if (working.size === 0) return nothing;
  const isFree = choicesFor(parts).fixed === undefined;
  const reference = new Probe(engine, parts);
  try {
    await usualTiming(reference, here.execution);
    const timings: Timing[] = [];
    const dropped: Dropped[] = [];
    for (const [provider, there] of working) {
      const probe = new Probe(there, parts, reference);
      const until = performance.now() + (parts.patience ?? usualPatience);
      const sizes = isFree ? [usualBatchSize, 320, 1000] : [here.execution.batchSize];
      const batchSizes = new Set(sizes.map((size) => Math.min(size, Math.max(samples, 1))));
      for (const way of sensibleWays(study, model, there, path)) {
        for (const batchSize of batchSizes) {
          if (performance.now() > until && timings.length > 0) continue;
          const found = await timed(probe, { provider, way, batchSize, threads: 1 }, log);
          if ("reason" in found) dropped.push(found);
          else timings.push(found);
        }
      }
      await probe.dispose();
    }
    const best = fasterElsewhere(timings, here, evaluators);
    for (const provider of working.keys()) {
      if (best?.timing.execution.provider !== provider) log(`${providerLabels[provider]} is slower for this model`);
    }
    return { timings, dropped, ...(best ? { best } : {}) };
  } finally {
    await reference.dispose();
    for (const there of working.values()) await there.dispose();
  }
}

/** @throws ProblemError when the model cannot be run at all. */
async function usualTiming(probe: Probe, usual: Execution): Promise<Timing> {
  const found = await probe.time(usual);
  if ("reason" in found) throw new Error(`the model does not agree with itself: ${found.reason}`);
  return found;
}

async function timed(probe: Probe, execution: Execution, log: (message: string) => void): Promise<Timing | Dropped> {
  const found = await probe
    .time(execution)
    .catch((error: unknown) => ({ execution, reason: toProblem(error).message }));
  if ("reason" in found) log(`${executionText(execution)} is not used: ${found.reason}`);
  return found;
}

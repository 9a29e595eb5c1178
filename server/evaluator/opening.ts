import type { Engine } from "../engines/engine";
import { openEngine } from "../engines/open";
import type { WeightPath } from "../landscape/plane";
import { ProblemError } from "../protocol/problem";
import type { Study } from "../protocol/study";
import { readPlannedDirections } from "./directions";
import type { ChoiceParts } from "./execution/choose";
import { chooseDivided } from "./execution/divide";
import type { DividedExecution } from "./execution/divide";
import { ExecutionMemory } from "./execution/memory";
import type { Workplace } from "./execution/workplace";
import { fileChanged, reading } from "./fingerprint";
import type { DirectionsFile } from "./messages";
import { loadModel } from "./model";
import type { LoadedModel } from "./model";
import { studyPath, weightPath } from "./paths";
import { openSplits } from "./splits";
import type { Split } from "./splits";

/** One core, and nothing remembered. */
const oneThread: Workplace = { threads: 1 };

export interface OpeningOptions {
  /** Fingerprints that the files must have. */
  readonly fingerprints?: Readonly<Record<string, string>> | undefined;
  /** Where the directions are, unless they follow from the study alone. */
  readonly directions?: DirectionsFile | undefined;
  /** What may be used; one thread when absent. */
  readonly workplace?: Workplace | undefined;
  /** Whether this evaluator finds out how the others of a run measure as well; it takes the usual way otherwise. */
  readonly leads?: boolean | undefined;
  /** Whether that is found out even where it is remembered. */
  readonly anew?: boolean | undefined;
  /** Milliseconds that it may take, as in `ChoiceParts`. */
  readonly patience?: number | undefined;
  readonly log?: ((message: string) => void) | undefined;
}

/** A study's files, read, and the engine for its model. */
export interface OpenedStudy {
  readonly model: LoadedModel;
  readonly path: WeightPath;
  readonly splits: readonly [Split, ...Split[]];
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly engine: Engine;
  /** Why this engine, as a clause. */
  readonly why: string;
  /** What the choice of an execution is made from. */
  readonly choice: ChoiceParts;
}

/** A study that is open, and how its points are measured, on the engine of `chosen`. */
export interface ChosenStudy extends OpenedStudy {
  readonly chosen: DividedExecution;
}

/**
 * `openStudy`, and how the points of the study are measured, or what its evaluators are to try first.
 * @throws ProblemError.
 */
export async function openChosen(study: Study, options: OpeningOptions): Promise<ChosenStudy> {
  const opened = await openStudy(study, options);
  const chosen = await chooseDivided(opened.choice);
  if (chosen.engine !== opened.engine) await opened.engine.dispose();
  return { ...opened, chosen };
}

/**
 * Reads everything that a study names, and opens its engine.
 * @throws ProblemError.
 */
export async function openStudy(
  study: Study,
  {
    fingerprints: expected,
    directions,
    workplace = oneThread,
    leads = false,
    anew = false,
    patience,
    log = () => {},
  }: OpeningOptions,
): Promise<OpenedStudy> {
  const { content, fingerprints } = await reading(study, expected, async () => {
    const model = await loadAgain(study, expected !== undefined);
    const splits = (await openSplits(study, model)) as readonly [Split, ...Split[]];
    const path = directions
      ? await weightPath(study, model, await readPlannedDirections(directions, model))
      : await studyPath(study, model, bytesOf(splits));
    return { model, path, splits, files: model.files };
  });
  const { model, path, splits } = content;
  // Another processor serves for the points of the surface; derivatives and statistics are the CPU's.
  const threads = study.compute.execution?.threads ?? workplace.threads;
  const { engine, why } = await openEngine(study.compute.engine, model.graph, { provider: "cpu", threads }, log);
  const choice = {
    study,
    model,
    engine,
    path,
    samples: splits.reduce((sum, { samples }) => sum + samples.x.shape[0]!, 0),
    feedsOf: (size: number) => splits[0].inBatchesOf(size).batches.batches[0]!.feeds(),
    batchesOf: (size: number) => splits[0].inBatchesOf(size).batches,
    workplace,
    memory: new ExecutionMemory(workplace.memory, log),
    leads,
    anew,
    patience,
    log,
  };
  return { model, path, splits, fingerprints, engine, why, choice };
}

/** What the samples of all splits take, those that splits share counted once. */
function bytesOf(splits: readonly Split[]): number {
  const arrays = new Set(splits.map(({ samples }) => samples.x.data));
  return [...arrays].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

async function loadAgain({ model, loss }: Study, wasGood: boolean): Promise<LoadedModel> {
  try {
    return await loadModel(model, loss);
  } catch (error) {
    // The run has read this model before: then it has changed when it cannot be read now.
    throw wasGood && error instanceof ProblemError ? fileChanged(model.path) : error;
  }
}

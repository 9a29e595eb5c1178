import { stat } from "node:fs/promises";
import path from "node:path";
import { EvaluatorLostError, EvaluatorProcess, lostProblem, siblingEvaluator } from "../evaluator/process";
import { orderCheckpoints } from "../formats/series";
import { exactTolerance, offPlaneCheck, pathLossCheck } from "../landscape/checks";
import { meanOf } from "../landscape/loss";
import { fromJsonNumber } from "../protocol/numbers";
import { ProblemError } from "../protocol/problem";
import type { Check, CheckpointFacts, RunHeader, RunSnapshot } from "../protocol/result";
import type { Study } from "../protocol/study";
import { recordOf } from "./extras";
import type { ExtraRecord } from "./extras";
import { continued } from "./header";
import { readJournal } from "./journal";
import { JournalLock } from "./lock";
import { endOf, gone, snapshotOf } from "./open";
import { directionsFile } from "./plan";
import { endLine, extraLine, headerLine } from "./record";
import type { JournalContent } from "./record";
import { rewriteJournal } from "./rewrite";
import { RunState } from "./state";

export interface FollowOptions {
  /** Absolute path. */
  readonly journal: string;
  /** Absolute paths of files that may be checkpoints of the run's training, written since. */
  readonly checkpoints: readonly string[];
  /** The evaluator's bundle; beside the running bundle when absent. */
  readonly evaluatorPath?: string;
  readonly log: (message: string) => void;
  /** Ends the work when nobody waits for it any more. */
  readonly signal?: AbortSignal;
}

/**
 * Adds checkpoints to the path of a run: places them in its plane, measures their own loss and that of the plane at their
 * projections, and writes both into its journal. The plane, its points and the path so far stay as they are. What does not
 * come after the path so far is left out, and so are files that cannot be placed, unless none can.
 * @returns the whole run as it is then.
 * @throws ProblemError `study-invalid` for a run without a path, `file-changed` where model, data or directions are not
 *   those of the run any more, `journal-unwritable` also while the run goes on; that of the first file when none has a
 *   place. The signal's reason.
 */
export async function followRun(options: FollowOptions): Promise<RunSnapshot> {
  const { journal } = options;
  // Taking the lock would make the folder of a journal that is gone.
  if ((await readJournal(journal)) === undefined) throw gone(journal);
  const lock = await JournalLock.take(journal);
  try {
    const content = await readJournal(journal);
    if (content === undefined) throw gone(journal);
    const files = await filesAfter(content.header, options.checkpoints);
    if (files.length > 0) await add(options, content, files);
    const after = files.length > 0 ? await readJournal(journal) : content;
    if (after === undefined) throw gone(journal);
    return snapshotOf(after, after.header, journal);
  } finally {
    await lock.release();
  }
}

/** Those files that come after the path so far, in the order of training. */
async function filesAfter({ trajectory }: RunHeader, files: readonly string[]): Promise<readonly string[]> {
  if (trajectory === undefined || trajectory.checkpoints.length === 0) throw pathless();
  const earlier = trajectory.checkpoints.map((each) => each.path);
  const fresh = [...new Set(files)].filter((file) => !earlier.includes(file));
  const all = [...earlier, ...fresh];
  const times = await Promise.all(
    all.map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      return found ? [[file, found.mtimeMs] as const] : [];
    }),
  );
  const ordered = orderCheckpoints(all, new Map(times.flat())).files.map((each) => each.path);
  const last = Math.max(...earlier.map((file) => ordered.indexOf(file)));
  return ordered.slice(last + 1).filter((file) => fresh.includes(file));
}

async function add(
  { journal, evaluatorPath = siblingEvaluator(), log, signal }: FollowOptions,
  content: JournalContent,
  files: readonly string[],
): Promise<void> {
  signal?.throwIfAborted();
  const evaluator = new EvaluatorProcess(evaluatorPath, log);
  const end = (): void => void evaluator.kill();
  signal?.addEventListener("abort", end);
  try {
    const { header, records } = await measure(evaluator, content.header, files, journal, log);
    await rewriteJournal(journal, content, {
      line: headerLine(header, content.name),
      tail: records.map(extraLine).join("") + newEnd(content, header, records),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof EvaluatorLostError ? lostProblem(error, "it had measured the new checkpoints") : error;
  } finally {
    signal?.removeEventListener("abort", end);
    await evaluator.kill();
  }
}

interface Added {
  /** The run's header with the new checkpoints. */
  readonly header: RunHeader;
  readonly records: readonly ExtraRecord[];
}

async function measure(
  evaluator: EvaluatorProcess,
  header: RunHeader,
  files: readonly string[],
  journal: string,
  log: (message: string) => void,
): Promise<Added> {
  const trajectory = header.trajectory!;
  const directions = directionsFile(header.directions, journal);
  const withFile = directions ? { directions } : {};
  const { placed } = await evaluator.request({
    kind: "place",
    study: withFiles(header.study, files),
    earlier: trajectory.checkpoints,
    ...withFile,
  });
  const facts = placed.checkpoints.flatMap((each) => ("facts" in each ? [each.facts] : []));
  const problems = placed.checkpoints.flatMap((each) => ("problem" in each ? [each.problem] : []));
  for (const problem of problems) log(`a checkpoint is left out of the path: ${problem.message}`);
  if (facts.length === 0) throw new ProblemError(problems[0]!);

  const { prepared } = await evaluator.request({
    kind: "prepare",
    study: continued(withoutLog(withFiles(header.study, facts.map(pathOf))), header),
    fingerprints: withoutPaths(header.fingerprints, header.study.checkpoints?.log),
    ...withFile,
  });
  const own = await evaluator.request({ kind: "task", task: { kind: "own" } });
  if (own.answer.kind !== "own") throw new Error("the model itself was answered with something else");
  requireSameCentre(header, meanOf(own.answer.sums[0]!).loss);
  const count = trajectory.checkpoints.length;
  const records: ExtraRecord[] = [];
  for (const [checkpoint, { x, y }] of facts.entries()) {
    const task = { kind: "checkpoint", checkpoint, alpha: x, beta: y } as const;
    const { answer } = await evaluator.request({ kind: "task", task });
    const record = recordOf(answer);
    if (record?.extra !== "checkpoint") throw new Error("a checkpoint was answered with something else");
    records.push({ ...record, values: { ...record.values, checkpoint: count + checkpoint } });
  }
  return {
    header: {
      ...header,
      fingerprints: { ...prepared.fingerprints, ...header.fingerprints },
      trajectory: {
        ...trajectory,
        drops: placed.drops,
        checkpoints: [...trajectory.checkpoints, ...facts],
        added: (trajectory.added ?? 0) + facts.length,
      },
    },
    records,
  };
}

/** The last line of a run that is done: its checks of the path are about the longer one. Nothing for any other run. */
function newEnd(content: JournalContent, header: RunHeader, records: readonly ExtraRecord[]): string {
  const end = endOf(content, new RunState(content.header, content));
  if (!end) return "";
  const { values } = new RunState(header, { points: [], extras: [...content.extras, ...records] }).extras;
  const { checkpoints } = header.trajectory!;
  const anew: readonly Check[] = [
    offPlaneCheck(header.trajectory!),
    pathLossCheck(
      values?.checkpoints ?? [],
      checkpoints.map(({ name }) => name),
    ),
  ];
  const checks = end.checks.map((check) => anew.find(({ name }) => name === check.name) ?? check);
  return endLine({ ...end, checks, seconds: 0 });
}

function withFiles(study: Study, files: readonly string[]): Study {
  return { ...study, checkpoints: { ...study.checkpoints, files } };
}

/** A log grows with every epoch, and nothing that is measured depends on it. */
function withoutLog(study: Study): Study {
  const { files, rename } = study.checkpoints!;
  return { ...study, checkpoints: { files, ...(rename ? { rename } : {}) } };
}

function withoutPaths(
  fingerprints: Readonly<Record<string, string>>,
  left: string | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fingerprints).filter(([file]) => file !== left));
}

const pathOf = ({ path: file }: CheckpointFacts): string => file;

/** New values go beside the others only if they come from the same model, data and engine. */
function requireSameCentre({ centre, model }: RunHeader, now: number): void {
  const before = fromJsonNumber(centre.loss);
  if (Object.is(before, now) || Math.abs(now - before) <= exactTolerance * Math.abs(before)) return;
  throw new ProblemError({
    reason: "file-changed",
    title: "The run cannot be followed",
    message:
      `"${path.basename(model.path)}" was measured with a loss of ${String(before)}, but now has ${String(now)}, ` +
      "so new checkpoints would be held against another model.",
    advice: "Run the study again.",
    file: model.path,
  });
}

function pathless(): ProblemError {
  return new ProblemError({
    reason: "study-invalid",
    title: "The run has no path",
    message: "New checkpoints can be added to a run with a path of checkpoints, but this one has none.",
    advice: "Show the path of the checkpoints first.",
  });
}

import { access, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { expandCheckpoints, orderCheckpoints, readLearningRates } from "../formats/series";
import type { CheckpointOrder } from "../formats/series";
import { checkpointsBeside } from "../formats/series/beside";
import type { FoundSeries } from "../formats/series/beside";
import { isCentreName, shortNames, timesIn } from "../formats/series/names";
import { alignRates } from "../formats/series/rates";
import { isEventsName } from "../formats/series/rates/events";
import { ProblemError } from "../protocol/problem";
import type { CheckpointDraft, StudyDraft } from "../study/draft";

/** Names that training logs usually have, beside the checkpoints, above them or beside the model. */
const logNames = ["log.csv", "training.csv", "training.log", "metrics.csv", "history.csv", "trainer_state.json"];
/** Where TensorBoard's event files are, within these folders, and how many of one folder are looked into. */
const eventFolders = [".", "train", "logs", path.join("logs", "train"), "tensorboard"];
const mostEvents = 4;

/**
 * The draft with its checkpoints looked up: wildcards become files in the order of training, checkpoints that are asked
 * for without their files are found beside the model, and so is the training log where the draft names none. A log that is
 * found counts only when it tells learning rates.
 * @returns `notices`: what a user should know of the order and the log, as sentences.
 * @throws ProblemError `file-missing` when a pattern finds nothing to put in order, or the log is not there.
 */
export async function withCheckpoints(
  draft: StudyDraft,
): Promise<{ readonly draft: StudyDraft; readonly notices: readonly string[] }> {
  const { checkpoints } = draft;
  if (!checkpoints) return { draft, notices: [] };
  const found = checkpoints.files.length > 0 ? await filesNamed(checkpoints, draft) : await filesBeside(draft);
  const { files } = found;
  const notices = [...found.notices];
  const { log: written } = checkpoints;
  if (written !== undefined && !(await exists(written))) throw logMissing(written);
  if (written !== undefined || files.length === 0) {
    return { draft: { ...draft, checkpoints: { ...checkpoints, files } }, notices };
  }
  const { log, useless } = await logBeside(files, draft.model);
  const place = (file: string): string => path.relative(path.dirname(draft.model), file);
  if (log !== undefined) notices.push(`Learning rates are read from ${place(log)}.`);
  notices.push(...useless.map((file) => `The log ${place(file)} tells no learning rates and is not used.`));
  return { draft: { ...draft, checkpoints: { ...checkpoints, files, log } }, notices };
}

interface Found {
  readonly files: readonly string[];
  readonly notices: readonly string[];
}

/** The files that patterns and names stand for. A pattern that the model itself matches is not meant for it. */
async function filesNamed({ files: patterns, order: by }: CheckpointDraft, draft: StudyDraft): Promise<Found> {
  const groups: string[][] = [];
  for (const pattern of patterns) {
    const found = await expandCheckpoints(pattern, path.dirname(draft.file ?? draft.model));
    if (found.length === 0) throw nothingFound(pattern, draft);
    groups.push(found.length > 1 ? found.filter((file) => file !== draft.model) : found);
  }
  // The order of a list is the user's own, unless another is asked for; that of a pattern is read from the names.
  const inOrder = by === undefined ? groups : [[...new Set(groups.flat())]];
  const files: string[] = [];
  const notices: string[] = [];
  for (const [k, group] of inOrder.entries()) {
    if (group.length === 1) files.push(...group);
    else {
      const order = orderCheckpoints(group, await timesOf(group), by);
      if (order.files.length === 0) throw nothingTimed(patterns[k]!, order.leftOut, draft);
      files.push(...order.files.map((file) => file.path));
      notices.push(...noticesOf(order));
    }
  }
  return { files, notices };
}

/** Checkpoints beside the model; none for lines, which have no path, and where nothing but their names was said. */
async function filesBeside(draft: StudyDraft): Promise<Found> {
  const { every, log, drops, order: by } = draft.checkpoints!;
  if (draft.grid?.lines === true) return { files: [], notices: [] };
  const [series, ...others] = await checkpointsBeside(draft.model);
  const isNeeded = [every, log, drops, by].some((field) => field !== undefined) || draft.grid?.fit === true;
  if (!series && isNeeded) throw noneBeside(draft);
  if (!series) return { files: [], notices: [] };
  const order = orderCheckpoints(series.files, await timesOf(series.files), by);
  const written = (each: FoundSeries): string =>
    typeof each.written === "string" ? each.written : `${each.written[0]!}, …`;
  const more = others.length === 0 ? "" : ` There are others: ${others.slice(0, 3).map(written).join("; ")}.`;
  return {
    files: order.files.map((file) => file.path),
    notices: [`Checkpoints found beside the model: ${written(series)}.${more}`, ...noticesOf(order)],
  };
}

/** When files were changed last, by their path. */
export async function timesOf(files: readonly string[]): Promise<ReadonlyMap<string, number>> {
  return new Map(await Promise.all(files.map(async (file) => [file, (await stat(file)).mtimeMs] as const)));
}

function noticesOf({ files, by, leftOut, gaps, repeated }: CheckpointOrder): readonly string[] {
  const names = (paths: readonly string[]): string => paths.map((file) => path.basename(file)).join(", ");
  const centres = leftOut.filter(isCentreName);
  const short = shortNames(files.map((file) => file.path));
  const [first, last] = [short[0] ?? "", short.at(-1) ?? ""];
  return [
    `${files.length} checkpoints in the order of their ${by}, from ${first} to ${last}.`,
    ...(leftOut.length > 0 ? [`Left out, because their names tell no time: ${names(leftOut)}.`] : []),
    ...(centres.length > 0
      ? [`The centre may be ${names(centres).replace(/, ([^,]*)$/, " or $1")}, as "weights" of the study's "model".`]
      : []),
    ...gaps.map(([after, before]) => `There are no checkpoints between ${after} and ${before}.`),
    ...repeated.map((time) => `More than one checkpoint is of ${by} ${time}; they follow one another by name.`),
  ];
}

/** The first log that tells learning rates, and the files before it that are called like logs but tell none. */
async function logBeside(
  checkpoints: readonly string[],
  model: string,
): Promise<{ readonly log?: string; readonly useless: readonly string[] }> {
  // Beside the last one: some programs write with every checkpoint the log until then.
  const own = path.dirname(checkpoints.at(-1)!);
  const useless: string[] = [];
  for (const folder of new Set([own, path.dirname(own), path.dirname(model)])) {
    for (const file of await logsIn(folder)) {
      if (await tellsRates(file, checkpoints)) return { log: file, useless };
      useless.push(file);
    }
  }
  return { useless };
}

/** Logs by their usual names, then TensorBoard's of a folder and of those that it makes within, the newest first. */
async function logsIn(folder: string): Promise<readonly string[]> {
  const logs: string[] = [];
  for (const name of logNames) {
    const file = path.join(folder, name);
    if (await exists(file)) logs.push(file);
  }
  for (const within of eventFolders) {
    const names = await readdir(path.join(folder, within)).catch(() => []);
    const events = names.filter(isEventsName).sort().reverse();
    logs.push(...events.slice(0, mostEvents).map((name) => path.join(folder, within, name)));
  }
  return logs;
}

/** Nobody asked for a log that was only found: what is wrong with it is no reason to stop. */
async function tellsRates(file: string, checkpoints: readonly string[]): Promise<boolean> {
  try {
    const rates = await readLearningRates(file);
    const times = timesIn(checkpoints).map(({ epoch, step, number }) => ({ epoch: epoch ?? number, step }));
    // Names may tell nothing where the files themselves do.
    const isTold = times.some(({ epoch, step }) => epoch !== undefined || step !== undefined);
    return !isTold || alignRates(rates, times).rates.length > 0;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function nothingFound(pattern: string, { file, model }: StudyDraft): ProblemError {
  return new ProblemError({
    reason: "file-missing",
    title: "No checkpoints were found",
    message: `${path.basename(file ?? model)} asks for the checkpoints ${pattern}, but no file is called so.`,
    advice: "Correct the path or the wildcards; quote them on the command line, such as 'checkpoints/model_*.pt'.",
    file: pattern,
  });
}

function noneBeside({ file, model }: StudyDraft): ProblemError {
  return new ProblemError({
    reason: "file-missing",
    title: "No checkpoints were found",
    message: `${path.basename(file ?? model)} asks for the checkpoints beside ${path.basename(model)}, but there are none whose names follow one pattern.`,
    advice: 'Name them in the study, such as "files": "checkpoints/model_*.pt".',
    file: file ?? model,
  });
}

function nothingTimed(pattern: string, leftOut: readonly string[], { file, model }: StudyDraft): ProblemError {
  const names = leftOut.map((each) => path.basename(each)).join(", ");
  return new ProblemError({
    reason: "file-missing",
    title: "No checkpoints were found",
    message:
      `${path.basename(file ?? model)} asks for the checkpoints ${pattern}, ` +
      `but the names of all that are called so tell no time: ${names}.`,
    advice: "List the files one by one, in the order of training.",
    file: pattern,
  });
}

function logMissing(file: string): ProblemError {
  return new ProblemError({
    reason: "file-missing",
    title: "The training log was not found",
    message: `The training log should be at ${file}, but there is nothing.`,
    advice: "Correct the path, or leave the log out: then no learning-rate drops are marked.",
    file,
  });
}

import path from "node:path";
import { argumentsOf, commandLine } from "../cli/commandLine";
import { readCommand } from "../cli/commands";
import { UsageError } from "../cli/flags";
import { expandCheckpoints, orderCheckpoints } from "../formats/series";
import { checkpointsBeside } from "../formats/series/beside";
import { ProblemError } from "../protocol/problem";
import type { Study } from "../protocol/study";
import { completeStudy } from "../study/complete";
import type { StudyDraft } from "../study/draft";
import { studyBeside } from "../study/propose";
import { readStudy, studySuffix } from "../study/read";
import { resolveResultsFolder } from "../study/results";
import { modelName } from "../protocol/modelName";
import { timesOf } from "./checkpoints";
import { overridden } from "./describe";

/** What a shell takes for a remark, where flags do not say all that a study says. */
const asStudy = "# Flags cannot say all of this run: save it as a study first.";

/**
 * The command line that makes the run of a study, quoted for a POSIX shell. Where flags cannot say all of it, it is that of
 * a study file, with a remark to save one.
 * @param resultsFolder folder of the user's settings, where they name one.
 */
export async function commandOf(study: Study, resultsFolder?: string): Promise<string> {
  const out = resolveResultsFolder(study.model.path, resultsFolder);
  const usual = out === resolveResultsFolder(study.model.path);
  const pattern = await checkpointPattern(study);
  const args = argumentsOf(study, { ...(pattern === undefined ? {} : { pattern }), ...(usual ? {} : { out }) });
  if (isSame(await studyOfRun(args, study), study)) return commandLine(args);
  const file = path.join(path.dirname(study.model.path), modelName(study.model.path) + studySuffix);
  return `${asStudy}\n${commandLine(["run", file])}`;
}

/** The same with what a study beside the model says where the arguments say nothing, as the command line takes it. */
async function studyOfRun(args: readonly string[], like: Study): Promise<Study | undefined> {
  const { study } = await studyBeside(like.model.path);
  if (study === undefined) return studyOfCommand(args, like);
  try {
    return studyOfCommand(args, like, await readStudy(study, true));
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

/**
 * The study that `run` with these arguments comes to, where its pattern stands for the checkpoints of `like`; undefined for
 * arguments that are refused. Nothing is taken from the files themselves.
 * @param base what a study beside the model says.
 */
export function studyOfCommand(args: readonly string[], like: Study, base?: StudyDraft): Study | undefined {
  try {
    const command = readCommand(args);
    if (command.kind !== "run") return undefined;
    const { overrides } = command;
    const draft = overridden(base ?? { model: command.file }, overrides);
    // The names that a study gives belong to the file that it names.
    const { path: file = like.data.path, ...names } = overrides.data ?? {};
    const { files } = like.checkpoints ?? {};
    const found = draft.checkpoints && files ? { ...draft.checkpoints, files } : draft.checkpoints;
    const complete = { ...draft, data: { ...draft.data, ...names }, ...(found ? { checkpoints: found } : {}) };
    return completeStudy(complete, { path: file }, {});
  } catch (error) {
    if (error instanceof UsageError || error instanceof ProblemError) return undefined;
    throw error;
  }
}

/** A pattern that stands for exactly the checkpoints of a study, in their order; undefined where there is none. */
async function checkpointPattern({ model, checkpoints }: Study): Promise<string | undefined> {
  const { files = [] } = checkpoints ?? {};
  const [first] = files;
  if (first === undefined) return undefined;
  const folder = path.dirname(first);
  const series = await checkpointsBeside(model.path).catch(() => []);
  const written = series
    .filter((each) => JSON.stringify(each.files) === JSON.stringify(files))
    .flatMap((each) =>
      typeof each.written === "string" ? [path.resolve(path.dirname(model.path), each.written)] : [],
    );
  const names = files.map((file) => path.basename(file));
  const isOneFolder = files.every((file) => path.dirname(file) === folder);
  const listed = names.length > 1 ? `{${names.join(",")}}` : names[0]!;
  for (const pattern of [...written, ...(isOneFolder ? [path.join(folder, listed)] : [])]) {
    if (JSON.stringify(await filesOf(pattern, model.path)) === JSON.stringify(files)) return pattern;
  }
  return undefined;
}

/** The files that a pattern comes to, as the command line takes them. */
async function filesOf(pattern: string, model: string): Promise<readonly string[]> {
  try {
    const found = await expandCheckpoints(pattern, path.dirname(model));
    const others = found.length > 1 ? found.filter((file) => file !== model) : found;
    if (others.length === 1) return others;
    return orderCheckpoints(others, await timesOf(others)).files.map((file) => file.path);
  } catch {
    return [];
  }
}

function isSame(found: Study | undefined, study: Study): boolean {
  return found !== undefined && canonical(found) === canonical(study);
}

/** As text with sorted keys, so that the order of fields does not count. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

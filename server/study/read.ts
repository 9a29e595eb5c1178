import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type {
  BatchNormMode,
  CurvatureSpec,
  DataSelection,
  GridSpec,
  LossName,
  LossSpec,
  Preprocess,
  Rename,
} from "../protocol/study";
import type { StudyDraft } from "./draft";
import { faultsToError, parseStudy } from "./faults";
import type { Fault, ParsedStudy } from "./faults";
import type { FieldPath } from "./fields";
import { brokenRules } from "./rules";
import { splitNames } from "./choices";

/** Ending of study files. */
export const studySuffix = ".landscape.json";

/** A study is a page of text; anything larger is some other file with that name. */
const largestStudy = 1 << 20;

/** What the schema has made sure of. */
interface StudyFile {
  readonly model: string | { readonly path: string; readonly weights?: string; readonly rename?: RenameField };
  readonly checkpoints?: string | readonly string[] | CheckpointsFile;
  readonly data?: string | DataFile;
  readonly preprocess?: Partial<Omit<Preprocess, "mean" | "std">> & {
    readonly mean?: OneOrMany;
    readonly std?: OneOrMany;
  };
  readonly loss?: LossName | Omit<LossSpec, "weightDecay">;
  readonly weightDecay?: number;
  readonly directions?: StudyDraft["directions"] & { readonly batchNorm?: BatchNormMode };
  readonly grid?: Partial<Omit<GridSpec, "points">> & { readonly points?: OneOrPair };
  readonly curvature?: Partial<Omit<CurvatureSpec, "points">> & { readonly points?: OneOrPair };
  readonly sharpness?: StudyDraft["sharpness"];
  readonly compute?: StudyDraft["compute"];
}

type DataFile = StudyDraft["data"] & {
  readonly [Name in (typeof splitNames)[number]]?: string | Partial<DataSelection>;
};

interface CheckpointsFile {
  readonly files?: string | readonly string[];
  readonly every?: number;
  readonly log?: string;
  readonly learningRateDrops?: readonly number[];
  readonly order?: "name" | "time";
  readonly rename?: RenameField;
}

type RenameField = Readonly<Record<string, string>> | Rename;

type OneOrPair = number | readonly [number, number];
type OneOrMany = number | readonly number[];

/** Whether `file` is a study by its name. */
export function isStudyPath(file: string): boolean {
  return file.toLowerCase().endsWith(studySuffix);
}

/** A study's text, held against the schema and the rules. */
export interface CheckedStudy {
  readonly parsed: ParsedStudy;
  /** Of the schema, or when there are none, of the rules. */
  readonly faults: readonly Fault[];
  /** What it says, when it keeps to the schema. */
  readonly draft?: StudyDraft;
}

/**
 * Checks the text of a study; touches no file.
 *
 * @param file absolute path of the study; the paths in the text are relative to its folder.
 */
export async function checkText(file: string, text: string): Promise<CheckedStudy> {
  const parsed = await parseStudy(text);
  if (parsed.faults.length > 0) return { parsed, faults: parsed.faults };
  const draft = toDraft(file, parsed.value as StudyFile);
  const broken = brokenRules(draft);
  return { parsed, draft, faults: broken.map((rule) => ({ ...parsed.placeOf(rule.field), kind: "rule", ...rule })) };
}

/**
 * Reads and checks a study file; the paths in it are relative to its own folder.
 *
 * @param dataChosen the user has chosen other data, so that the study's own need not be there.
 * @param text what the file is taken to say, e.g. in an editor; read from the file when absent.
 * @throws ProblemError `study-invalid` with the place of the first fault, `file-missing` when the study, its model or its
 *   weights are not there, `data-missing` when its data is not.
 */
export async function readStudy(file: string, dataChosen = false, text?: string): Promise<StudyDraft> {
  const { parsed, draft, faults } = await checkText(file, text ?? (await readText(file)));
  if (draft === undefined || faults.length > 0) throw faultsToError(file, faults);
  await expectFile(file, parsed, ["model", "path"], draft.model, "model");
  if (draft.weights !== undefined) await expectFile(file, parsed, ["model", "weights"], draft.weights, "weights");
  if (draft.data?.path !== undefined && !dataChosen)
    await expectFile(file, parsed, ["data", "path"], draft.data.path, "data");
  return draft;
}

/**
 * Absolute path of the file whose landscape a study is, even when the rest of the study is faulty: of the weights that it
 * names beside an architecture, otherwise of its model.
 */
export async function subjectOfStudy(file: string): Promise<string | undefined> {
  const { value } = await parseStudy(await readText(file));
  if (typeof value !== "object" || value === null || !("model" in value)) return undefined;
  const { model } = value;
  const named =
    typeof model === "object" && model !== null && "path" in model
      ? "weights" in model
        ? model.weights
        : model.path
      : model;
  return typeof named === "string" ? path.resolve(path.dirname(file), named) : undefined;
}

async function readText(file: string): Promise<string> {
  const name = path.basename(file);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) {
    throw new ProblemError({
      reason: "file-missing",
      title: "The study was not found",
      message: `The study ${name} is not at ${file}.`,
      advice: "Check the path, or open the model itself.",
      file,
    });
  }
  if (!found.isFile() || found.size > largestStudy) {
    throw new ProblemError({
      reason: "study-invalid",
      title: "The study is not valid",
      message: `${name} should be a text file of at most 1 MiB, but is ${found.isFile() ? `${found.size} bytes long` : "no file"}.`,
      advice: "Choose a study that names a model.",
      file,
    });
  }
  return readFile(file, "utf8");
}

function toDraft(file: string, study: StudyFile): StudyDraft {
  const absolute = (name: string): string => path.resolve(path.dirname(file), name);
  const { batchNorm, ...directions } = study.directions ?? {};
  const { weightDecay } = study;
  const loss = typeof study.loss === "string" ? { name: study.loss } : study.loss;
  return {
    file,
    ...toModel(study.model, absolute),
    ...toSplits(study.data, absolute),
    checkpoints: toCheckpoints(study.checkpoints, absolute),
    preprocess: study.preprocess && toPreprocess(study.preprocess),
    loss: loss || weightDecay !== undefined ? { ...loss, weightDecay } : undefined,
    directions: study.directions && {
      ...directions,
      checkpoint: directions.checkpoint === undefined ? undefined : absolute(directions.checkpoint),
      checkpoints: directions.checkpoints && [absolute(directions.checkpoints[0]), absolute(directions.checkpoints[1])],
      path: directions.path === undefined ? undefined : absolute(directions.path),
    },
    batchNorm,
    grid: study.grid && { ...study.grid, points: pairOf(study.grid.points) },
    curvature: study.curvature && { ...study.curvature, points: pairOf(study.curvature.points) },
    sharpness: study.sharpness,
    compute: study.compute,
  };
}

function toModel(
  given: StudyFile["model"],
  absolute: (name: string) => string,
): Pick<StudyDraft, "model" | "weights" | "rename"> {
  if (typeof given === "string") return { model: absolute(given) };
  return {
    model: absolute(given.path),
    ...(given.weights === undefined ? {} : { weights: absolute(given.weights) }),
    ...(given.rename === undefined ? {} : { rename: pairsOf(given.rename) }),
  };
}

function pairsOf(rename: RenameField): Rename {
  return isPairs(rename) ? rename : Object.entries(rename);
}

function isPairs(rename: RenameField): rename is Rename {
  return Array.isArray(rename);
}

function pairOf(points: OneOrPair | undefined): readonly [number, number] | undefined {
  return typeof points === "number" ? [points, points] : points;
}

/** The split that is drawn first, and the others. */
function toSplits(
  given: string | DataFile | undefined,
  absolute: (name: string) => string,
): Pick<StudyDraft, "data" | "splits"> {
  if (given === undefined) return {};
  if (typeof given === "string") return { data: { path: absolute(given) } };
  const withPath = <T extends Partial<DataSelection>>(data: T): T =>
    data.path === undefined ? data : { ...data, path: absolute(data.path) };
  const names: ReadonlySet<string> = new Set(splitNames);
  const common = Object.fromEntries(Object.entries(given).filter(([name]) => !names.has(name)));
  const named = splitNames.flatMap((split) => {
    const found = given[split];
    if (found === undefined) return [];
    return [{ ...withPath(typeof found === "string" ? { path: found } : found), split }];
  });
  const [first, ...others] = named;
  const shared = withPath(common as Partial<DataSelection>);
  // Without a file of its own the split that is drawn first is an array of the common file.
  const inside = first && first.path === undefined ? { x: `x_${first.split}`, y: `y_${first.split}` } : {};
  return { data: { ...inside, ...shared, ...first }, ...(others.length > 0 ? { splits: others } : {}) };
}

function toCheckpoints(given: StudyFile["checkpoints"], absolute: (name: string) => string): StudyDraft["checkpoints"] {
  if (given === undefined) return undefined;
  const {
    files = [],
    every,
    log,
    learningRateDrops,
    order,
    rename,
  }: CheckpointsFile = typeof given === "string" || isList(given) ? { files: given } : given;
  return {
    files: (typeof files === "string" ? [files] : files).map(absolute),
    every,
    log: log === undefined ? undefined : absolute(log),
    drops: learningRateDrops,
    order,
    rename: rename && pairsOf(rename),
  };
}

function isList(value: readonly string[] | CheckpointsFile): value is readonly string[] {
  return Array.isArray(value);
}

function toPreprocess(given: NonNullable<StudyFile["preprocess"]>): Partial<Preprocess> {
  const list = (value: OneOrMany | undefined): readonly number[] | undefined =>
    typeof value === "number" ? [value] : value;
  return { ...given, mean: list(given.mean), std: list(given.std) };
}

/** What a study's file is to it: the field to correct, and how to speak of it. */
const fileWords = {
  model: { reason: "file-missing", title: "The model was not found", subject: "the model", field: "model" },
  weights: {
    reason: "file-missing",
    title: "The weights were not found",
    subject: "the weights",
    field: "model.weights",
  },
  data: { reason: "data-missing", title: "The data was not found", subject: "the data", field: "data" },
} as const;

async function expectFile(
  study: string,
  parsed: ParsedStudy,
  field: FieldPath,
  target: string,
  what: keyof typeof fileWords,
): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (found?.isFile() || (what === "data" && found?.isDirectory())) return;
  const { line, column } = parsed.placeOf(field);
  const { reason, title, subject, field: named } = fileWords[what];
  throw new ProblemError({
    reason,
    title,
    message: `${path.basename(study)}, line ${line}, column ${column}: ${subject} should be at ${target}, but there is ${found === undefined ? "nothing" : "no file"}.`,
    advice: `Correct "${named}" in the study or put the file there; paths are relative to the study.`,
    file: target,
  });
}

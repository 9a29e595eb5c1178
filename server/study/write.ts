import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type { Origins, StudyDefaults } from "../protocol/requests";
import type { DataSelection, Directions, Study } from "../protocol/study";
import { completeStudy } from "./complete";
import type { DirectionsDraft, StudyDraft } from "./draft";
import { jsonText } from "./json";
import { splitOf } from "./propose";
import { splitNames } from "./choices";

type Fields = Readonly<Record<string, unknown>>;

export interface WriteOptions {
  /** Absolute path of the file that is to be written. */
  readonly file: string;
  readonly origins?: Origins;
  /** Settings of the user: what agrees with them alone is written, for they may change. */
  readonly defaults?: StudyDefaults;
  /** A pattern for exactly the study's checkpoints, absolute, where there is one. */
  readonly pattern?: string;
}

/**
 * The text of a study file that reads back as `study`: paths relative to the file, what differs from the defaults, what was
 * inferred with comments that say where it came from. How it is computed is written only where the study says it.
 *
 * @throws ProblemError `study-invalid` for splits that no study file can name.
 */
export function studyText(study: Study, { file, origins = {}, defaults = {}, pattern }: WriteOptions): string {
  const relative = (target: string): string => relativePath(path.dirname(file), target);
  const bases = [{}, defaults].map((each) => baseOf(study, each));
  const changes = <T extends object>(found: T, part: (base: Study) => T | undefined): Fields =>
    Object.fromEntries(
      Object.entries(found).filter(([key, value]) =>
        bases.some((base) => !isSame((part(base) as Fields | undefined)?.[key], value)),
      ),
    );
  const { weightDecay, ...loss } = study.loss;
  const own = (Object.keys(loss) as string[]).length === 1 ? loss.name : loss;
  const fields: readonly (readonly [name: string, value: unknown, comments?: readonly string[]])[] = [
    ["model", modelField(study, relative), origins.model],
    ["checkpoints", checkpointsField(study, relative, pattern), origins.checkpoints],
    ["data", dataField(study, bases[0]!, relative), origins.data],
    ["preprocess", some(changes(study.preprocess, (base) => base.preprocess)), origins.preprocess],
    ["loss", own, origins.loss],
    ["weightDecay", weightDecay ? weightDecay : undefined],
    ["directions", directionsField(study, bases[0]!, relative)],
    [
      "grid",
      some(
        gridField(
          study,
          changes(study.grid, (base) => base.grid),
        ),
      ),
    ],
    ["curvature", study.curvature && pointsField(changes(study.curvature, (base) => base.curvature))],
    ["sharpness", study.sharpness && changes(study.sharpness, (base) => base.sharpness)],
    ["compute", some(computeField(study, bases[1]!))],
  ];
  const lines = fields.flatMap(([name, value, comments = []]) =>
    value === undefined ? [] : [{ comments, text: `${JSON.stringify(name)}: ${jsonText(value, 1)}` }],
  );
  const body = lines.map(({ comments, text }, k) => {
    const above = comments.map((comment) => `  // ${comment.replace(/\s+/g, " ")}\n`).join("");
    return `${above}  ${text}${k === lines.length - 1 ? "" : ","}\n`;
  });
  return `{\n${body.join("")}}\n`;
}

/** What the study would be if nothing but its kinds and files were said. */
function baseOf(study: Study, defaults: StudyDefaults): Study {
  const { model, data, checkpoints, grid, curvature, sharpness } = study;
  const draft: StudyDraft = {
    model: model.path,
    ...(checkpoints ? { checkpoints: { files: checkpoints.files } } : {}),
    directions: kindOf(study.directions),
    ...(grid.lines === true ? { grid: { lines: true } } : {}),
    ...(curvature ? { curvature: {} } : {}),
    ...(sharpness ? { sharpness: {} } : {}),
  };
  return completeStudy(draft, { path: data.path }, defaults);
}

/** What a kind of directions cannot do without. */
function kindOf(directions: Directions): DirectionsDraft {
  const { kind } = directions;
  switch (kind) {
    case "to":
      return { kind, checkpoint: directions.checkpoint };
    case "between":
      return { kind, checkpoints: directions.checkpoints };
    case "file":
      return { kind, path: directions.path };
    default:
      return { kind };
  }
}

function modelField({ model }: Study, relative: (target: string) => string): unknown {
  if (model.weights === undefined) return relative(model.path);
  const { rename } = model;
  return { path: relative(model.path), weights: relative(model.weights), ...(rename?.length ? { rename } : {}) };
}

function checkpointsField(
  { checkpoints }: Study,
  relative: (target: string) => string,
  pattern: string | undefined,
): unknown {
  if (!checkpoints) return undefined;
  const { files, log, drops, rename } = checkpoints;
  const written = pattern === undefined ? files.map(relative) : relative(pattern);
  const more = {
    ...(log === undefined ? {} : { log: relative(log) }),
    ...(drops === undefined ? {} : { learningRateDrops: drops }),
    ...(rename?.length ? { rename } : {}),
  };
  return Object.keys(more).length === 0 ? written : { files: written, ...more };
}

/** One split, or several by name, each with all that it says. */
function dataField(study: Study, base: Study, relative: (target: string) => string): unknown {
  const { data, splits = [] } = study;
  const selection = ({ path: file, x, y, split, ...others }: DataSelection): Fields => {
    // A file of labels is beside that of the samples.
    const labels = y !== undefined && path.isAbsolute(y) ? relativePath(path.dirname(file), y) : y;
    const said = Object.entries(others).filter(
      ([key, value]) =>
        value !== undefined && (splits.length > 0 || !isSame((base.data as unknown as Fields)[key], value)),
    );
    const isDerived = splits.length > 0 || split === (splitOf(x, y, file) ?? "data");
    return {
      path: relative(file),
      ...(x === undefined ? {} : { x }),
      ...(labels === undefined ? {} : { y: labels }),
      ...Object.fromEntries(said),
      ...(isDerived ? {} : { split }),
    };
  };
  if (splits.length === 0) return selection(data);
  const all = [data, ...splits];
  const ranks = all.map(({ split }) => splitNames.findIndex((name) => name === split));
  if (ranks.includes(-1) || Math.min(...ranks) !== ranks[0]) throw unnamed(study);
  return Object.fromEntries(all.map((each) => [each.split, selection(each)]));
}

function unnamed({ data, splits = [] }: Study): ProblemError {
  const names = [data, ...splits].map(({ split }) => JSON.stringify(split)).join(", ");
  return new ProblemError({
    reason: "study-invalid",
    title: "The study cannot be written",
    message: `A study file names its splits ${splitNames.join(", ")}, of which the first that there is comes first, but this study has ${names}.`,
    advice: "Write the study by hand, or rename its splits.",
  });
}

function directionsField(
  { directions, batchNorm, checkpoints }: Study,
  base: Study,
  relative: (t: string) => string,
): unknown {
  const usual = (checkpoints?.files.length ?? 0) >= 3 ? "pca" : "random";
  const known = base.directions as unknown as Fields;
  const said: Record<string, unknown> = directions.kind === usual ? {} : { kind: directions.kind };
  for (const [key, value] of Object.entries(directions) as [string, unknown][]) {
    if (key === "checkpoint" || key === "path") said[key] = relative(String(value));
    else if (key === "checkpoints") said[key] = (value as readonly string[]).map(relative);
    else if (value !== undefined && !isSame(known[key], value)) said[key] = value;
  }
  return some({ ...said, ...(batchNorm === undefined || batchNorm === "keep" ? {} : { batchNorm }) });
}

function gridField({ grid, checkpoints }: Study, changed: Fields): Fields {
  const { fit, x, y, ...others } = pointsField(changed, grid.lines === true);
  if (fit === true || grid.fit === true) return checkpoints ? others : { ...others, fit };
  // Without a range a path would be fitted.
  const range = checkpoints ? { x: grid.x, y: grid.y } : { x, y };
  const axes = Object.entries(range).filter(
    ([axis, value]) => value !== undefined && !(axis === "y" && grid.lines === true),
  );
  return { ...(grid.lines === true ? { lines: true } : {}), ...Object.fromEntries(axes), ...others };
}

/** Equal numbers of points along both axes as one. The second number of lines is that of the directions. */
function pointsField(changed: Fields, isLines = false): Fields {
  const { points } = changed as { readonly points?: readonly [number, number] };
  if (points === undefined) return changed;
  return { ...changed, points: isLines || points[0] === points[1] ? points[0] : points };
}

/** What a study says of its own, apart from settings. */
function computeField({ compute }: Study, base: Study): Fields {
  return Object.fromEntries(
    Object.entries(compute).filter(([key, value]) => !isSame((base.compute as unknown as Fields)[key], value)),
  );
}

function some(fields: Fields): Fields | undefined {
  return Object.keys(fields).length > 0 ? fields : undefined;
}

function isSame(first: unknown, second: unknown): boolean {
  return JSON.stringify(first) === JSON.stringify(second);
}

/** With forward slashes, which every system reads; absolute where there is no way, as between the drives of Windows. */
function relativePath(folder: string, target: string): string {
  return path.relative(folder, target).split(path.sep).join("/");
}

import type { StudyChange } from "../../server/protocol/requests";
import type { EngineChoice, Normalisation, SplitChoice, Study } from "../../server/protocol/study";
import type { PlaneRegion } from "../components/events";
import type { RunData } from "./model";

/** What the settings of a run say, as it is typed. */
export interface RunForm {
  readonly xFrom: string;
  readonly xTo: string;
  readonly yFrom: string;
  readonly yTo: string;
  readonly columns: string;
  readonly rows: string;
  readonly samples: string;
  readonly seed: string;
  readonly normalise: string;
  readonly engine: string;
  /** Empty where every point is measured. */
  readonly refine: string;
  /** Names of the splits that are measured. */
  readonly splits: readonly string[];
}

/** The fields that are typed. */
export type TextField = Exclude<keyof RunForm, "splits">;
export type FormField = keyof RunForm;

/** The settings of the run that is shown. */
export function formOf({ header }: RunData): RunForm {
  const { study, data, engine } = header;
  const { grid, directions } = study;
  return {
    xFrom: written(grid.x[0]),
    xTo: written(grid.x[1]),
    yFrom: written(grid.y[0]),
    yTo: written(grid.y[1]),
    columns: String(grid.points[0]),
    rows: String(grid.points[1]),
    samples: String(data.samples),
    seed: "seed" in directions ? String(directions.seed) : "",
    normalise: "normalise" in directions ? directions.normalise : "",
    engine: engine.name,
    refine: grid.refine === undefined ? "" : String(grid.refine),
    splits: measuredSplits(study).map(({ split }) => split),
  };
}

/** The splits of a study, the first one first. */
export function measuredSplits({ data, splits = [] }: Study): readonly SplitChoice[] {
  return [data, ...splits].map(({ split, path, x, y }) => ({
    split,
    path,
    ...(x === undefined ? {} : { x }),
    ...(y === undefined ? {} : { y }),
  }));
}

/** Whether directions of a study are drawn at random, so that they have a seed and a normalisation. */
export function isDrawn({ directions, grid }: Study): boolean {
  return directions.kind === "random" || (directions.kind === "to" && grid.lines !== true);
}

/**
 * What a form changes about the run, nothing where it says the same; or the field that holds no number, or no split. What
 * was not touched keeps every digit that it has.
 *
 * @param offered the splits that may be measured, in the order in which they are.
 */
export function changeOf(
  run: RunData,
  form: RunForm,
  offered: readonly SplitChoice[] = measuredSplits(run.header.study),
): { readonly change?: StudyChange; readonly invalid?: FormField } {
  const before = formOf(run);
  const { grid } = run.header.study;
  const isOther = (...fields: readonly TextField[]): boolean => fields.some((field) => form[field] !== before[field]);
  const splits = offered.filter(({ split }) => form.splits.includes(split));
  if (splits.length === 0) return { invalid: "splits" };
  const areOther = String(splits.map(({ split }) => split)) !== String(before.splits);
  const numbers: TextField[] = ["xFrom", "xTo", "yFrom", "yTo", "columns", "rows", "samples", "seed"];
  const invalid = [...numbers, ...(form.refine.trim() === "" ? [] : ["refine" as const])].find(
    (field) => isOther(field) && Number.isNaN(read(form[field])),
  );
  if (invalid) return { invalid };
  const value = (field: TextField, exact: number): number => (isOther(field) ? read(form[field]) : exact);
  const changed: NonNullable<StudyChange["grid"]> = {
    ...(isOther("xFrom", "xTo") ? { x: [value("xFrom", grid.x[0]), value("xTo", grid.x[1])] as const } : {}),
    ...(isOther("yFrom", "yTo") ? { y: [value("yFrom", grid.y[0]), value("yTo", grid.y[1])] as const } : {}),
    ...(isOther("columns", "rows")
      ? { points: [value("columns", grid.points[0]), value("rows", grid.points[1])] as const }
      : {}),
    ...(isOther("refine") ? { refine: form.refine.trim() === "" ? 0 : read(form.refine) } : {}),
  };
  const change: StudyChange = {
    ...(Object.keys(changed).length > 0 ? { grid: changed } : {}),
    ...(isOther("samples") ? { samples: read(form.samples) } : {}),
    ...(areOther ? { splits } : {}),
    ...(isOther("seed") ? { seed: read(form.seed) } : {}),
    ...(isOther("normalise") ? { normalise: form.normalise as Normalisation } : {}),
    ...(isOther("engine") ? { engine: form.engine as EngineChoice } : {}),
  };
  return Object.keys(change).length > 0 ? { change } : {};
}

/** A window of the run's own size around a place, its coordinates rounded to a thousandth of it. */
export function windowAround({ header }: RunData, alpha: number, beta: number): PlaneRegion {
  const around = ([from, to]: readonly [number, number], centre: number): readonly [number, number] => {
    const half = (to - from) / 2;
    const unit = 10 ** Math.floor(Math.log10(half) - 2);
    const rounded = Math.round(centre / unit) * unit;
    return [tidy(rounded - half), tidy(rounded + half)];
  };
  return { x: around(header.study.grid.x, alpha), y: around(header.study.grid.y, beta) };
}

/** Samples that one evaluation of a study takes, over all splits. */
export function samplesOf({ data, splits = [] }: Study): number {
  return [data, ...splits].reduce((sum, split) => sum + split.samples, 0);
}

function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function written(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function read(text: string): number {
  const plain = text.trim().replace("\u2212", "-");
  return plain === "" ? NaN : Number(plain);
}

import path from "node:path";
import type { RunSummary } from "../../server/protocol/requests";
import type { JsonNumber } from "../../server/protocol/result";

/** How the names of run files end. */
export const journalSuffix = ".landscape-run.jsonl";

/** Whether a page that is never trusted has sent the absolute path of a run file. */
export function isJournal(value: unknown): value is string {
  return typeof value === "string" && path.isAbsolute(value) && value.endsWith(journalSuffix);
}

/** What a run is called: its own name, or what it measures along which directions. */
export function titleOf({ name, what, directions }: Pick<RunSummary, "name" | "what" | "directions">): string {
  // How most runs are normalised need not be said in a list.
  return name ?? `${what} · ${directions.replace(", filter-normalised", "")}`;
}

/** A loss with three significant digits, as the panel writes it: 0.436, 18.2, 153, 1.20e+4; NaN and ∞ as they are. */
export function lossText(loss: JsonNumber): string {
  if (typeof loss === "string") return loss.replace("Infinity", "∞").replace("-", "−");
  const size = Math.abs(loss);
  const text = size >= 1e4 || (size > 0 && size < 1e-3) ? loss.toExponential(2) : loss.toPrecision(3);
  return text.replace("-", "−");
}

/** `84.4 %`; undefined where there is no accuracy. */
export function accuracyText(accuracy: JsonNumber): string | undefined {
  return typeof accuracy === "number" ? `${accuracy.toFixed(1)} %` : undefined;
}

/** How much of a run is measured, in whole percent; 100 only when it is everything. */
export function percentOf({ measured, total }: Pick<RunSummary, "measured" | "total">): number {
  return total === 0 ? 0 : Math.floor((100 * measured) / total);
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365.25 * 86_400],
  ["month", 30.44 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/**
 * How long ago something was, in the user's language: `2 hours ago`, `yesterday`, `now`.
 * @param started ISO 8601.
 * @param now milliseconds since 1970.
 */
export function ago(started: string, now: number, language: string): string {
  const seconds = (now - Date.parse(started)) / 1000;
  if (Number.isNaN(seconds)) return "";
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? ["second", Infinity];
  return format.format(-Math.floor(Math.max(0, seconds) / length) || 0, unit);
}

/** A group of runs: those of one model. */
export interface ModelRuns {
  readonly path: string;
  readonly name: string;
  /** The newest first. */
  readonly runs: readonly RunSummary[];
}

/** Runs by their models; the model that was run last comes first. */
export function byModel(runs: readonly RunSummary[]): readonly ModelRuns[] {
  const groups = new Map<string, RunSummary[]>();
  for (const run of [...runs].sort((a, b) => (a.started < b.started ? 1 : -1))) {
    const group = groups.get(run.model.path);
    if (group) group.push(run);
    else groups.set(run.model.path, [run]);
  }
  return [...groups].map(([model, own]) => ({ path: model, name: own[0]!.model.name, runs: own }));
}

/** Name of a new file for a run, without its ending: `net surface 51 × 51` becomes `net-surface-51x51`. */
export function fileStem({ name, model, what }: Pick<RunSummary, "name" | "model" | "what">): string {
  const base = path.basename(model.name.replace(/\/model\.json$/, "")).replace(/(?<=.)\.[^.]*$/, "");
  const words = name ?? `${base} ${what.split(",")[0]!}`;
  const plain = words.replaceAll(" × ", "x").replace(/[^\p{L}\p{N}._-]+/gu, "-");
  return plain.replace(/^[-.]+|[-.]+$/g, "").slice(0, 100) || "landscape";
}

/** Files that belong to a run file: its directions, and what was written under its name as JSON. Absolute paths. */
export function sideFiles(journal: string): readonly string[] {
  const stem = journal.endsWith(journalSuffix) ? journal.slice(0, -journalSuffix.length) : journal;
  return [`${stem}.directions.npz`, `${stem}.landscape-run.json`];
}

import { formatCoordinate } from "../../charts/format";
import { normalisationOf, splitOf } from "../../state/comparison";
import type { ComparedSplit } from "../../state/comparison";
import type { CompareOptions } from "../../state/compared-runs";
import type { Cursor } from "../../state/cursor";
import type { Metric } from "../../state/field";
import type { Measure } from "../../state/measures";
import type { RunData } from "../../state/model";
import { splitName } from "../../state/splits";
import { gridStep } from "../../state/summary";
import { windowText } from "../../state/window-text";
import { inSentence } from "../../strings/l10n";
import { compareStrings } from "../../strings/compare";
import { strings } from "../../strings/strings";
import type { Compared } from "./compared";
import { isWhole } from "./surfaces";
import { tileReading } from "./tiles";

/** What a reader of the maps must know beside the warnings. */
export function notesOf(
  { subtractable, comparison, drawing }: Compared,
  { sameScale, difference }: Pick<CompareOptions, "sameScale" | "difference">,
): readonly string[] {
  return [
    ...(sameScale ? [] : [compareStrings.ownScale]),
    ...comparison.notes,
    ...(isWhole(drawing.contents, comparison.window) ? [] : [compareStrings.noSurfaces]),
    ...(subtractable?.kind === "none" ? [compareStrings.noDifference(subtractable.reason)] : []),
    ...(subtractable?.kind === "ready" && difference ? [subtractable.sentence] : []),
  ];
}

/** What a reader of the table must know. */
export function legendOf({ entrants }: Compared, measures: readonly Measure[], split: ComparedSplit): string {
  const runs = entrants.map(({ run }) => run);
  const counts = new Set(runs.map((run) => splitOf(run, split).data.samples));
  const filtered = runs.every((run) => normalisationOf(run) === compareStrings.normalisations.filter);
  const [first] = runs;
  return [
    ...(split === "difference" && first ? [compareStrings.differencesAre(splitName(first, split))] : []),
    ...(measures.some(({ cells }) => cells.some(({ lowest }) => lowest)) ? [compareStrings.lowest] : []),
    ...(filtered && runs.length > 1 ? [compareStrings.comparable] : []),
    ...(counts.size > 1 ? [compareStrings.countsDiffer] : []),
  ].join(" ");
}

/** What the figure shows, in words. */
export function summaryOf({ drawing, comparison }: Compared, metric: Metric, sameScale: boolean): string {
  const values = drawing.contents.flatMap((content) => {
    const reading = tileReading(content, undefined);
    return reading ? [compareStrings.valueOf(content.title, reading.text)] : [];
  });
  const range = windowText(comparison.window);
  const first = compareStrings.summary(values.length, inSentence(strings.metric(metric)), range, values.join(", "));
  return `${first} ${sameScale ? compareStrings.summarySame : compareStrings.summaryOwn}`;
}

/** The values of all tiles at a cursor, to be spoken. */
export function spokenOf({ drawing }: Compared, { header }: RunData, cursor: Cursor): string {
  return strings.spokenReading([
    `${strings.alpha} ${formatCoordinate(cursor.alpha, gridStep(header.x))}`,
    `${strings.beta} ${formatCoordinate(cursor.beta, gridStep(header.y))}`,
    ...drawing.contents.flatMap((content) => {
      const reading = tileReading(content, cursor);
      return reading ? [compareStrings.valueOf(content.title, reading.text)] : [];
    }),
  ]);
}

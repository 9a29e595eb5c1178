import type { ViewState } from "../protocol/messages";
import { strings } from "../strings/contour";
import { saddlesIn } from "./critical";
import type { Cursor } from "./cursor";
import { fieldOf, lowerThanCentre } from "./field";
import type { Extreme } from "./field";
import type { RunData } from "./model";
import { optionsOf } from "./view";

/** What may be marked on a contour map, and whether it is. */
export const markDefaults = { centre: true, lowest: true, saddles: true, path: true };

export type MarkName = keyof typeof markDefaults;

/** What is marked on a map. */
export interface MapMarks {
  readonly centre: boolean;
  /** Better than the trained weights; absent where these are best, which is marked already. */
  readonly lowest?: Extreme;
  readonly saddles: readonly Extreme[];
  readonly path: boolean;
}

const none: readonly Extreme[] = [];

/** What a view marks of a run, as `heldView` has it. */
export function marksIn(run: RunData, view: ViewState): MapMarks {
  const wanted = optionsOf(view, "contour", markDefaults);
  return {
    centre: wanted.centre,
    lowest: wanted.lowest ? lowerThanCentre(run, view.split, view.metric) : undefined,
    saddles: wanted.saddles ? saddlesIn(run, fieldOf(run, view.metric, view.split)) : none,
    path: wanted.path,
  };
}

/** What the mark under a cursor means, if there is one. */
export function markAt(view: ViewState, marks: MapMarks, cursor: Cursor | undefined): string {
  if (!cursor) return "";
  const at = ({ alpha, beta }: Pick<Extreme, "alpha" | "beta">) => alpha === cursor.alpha && beta === cursor.beta;
  if (marks.centre && at({ alpha: 0, beta: 0 })) return strings.atCentre;
  if (marks.lowest && at(marks.lowest)) return view.metric === "accuracy" ? strings.atHighest : strings.atLowest;
  return marks.saddles.some(at) ? strings.atSaddle : "";
}

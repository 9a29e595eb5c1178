import type { Levels } from "../../charts/levels";
import { sceneWith, sharedLevels } from "../../charts/compare/scenes";
import type { Scene } from "../../charts/scene";
import type { ViewState } from "../../protocol/messages";
import { drawnSplit } from "../../state/comparison";
import type { ComparedSplit } from "../../state/comparison";
import type { Extreme, Field, Metric } from "../../state/field";
import { centreValue, fieldOf, lowerThanCentre, origin, readingAt } from "../../state/field";
import type { RunData } from "../../state/model";
import { formatMetric } from "../../state/summary";
import type { PlaneWindow } from "../../state/window";
import { strings } from "../../strings/strings";

/** What one tile shows, apart from how it is drawn. */
export interface TileContent {
  /** What events call it: the run's journal, or the source of a run that has none yet. */
  readonly id: string;
  readonly title: string;
  /** The title at more length. */
  readonly hint?: string;
  /** Absent while there is nothing to draw. */
  readonly field?: Field;
  readonly scene?: Scene;
  /** The second run less the first. */
  readonly difference: boolean;
  /** Value of the metric at the trained weights. */
  readonly centre: number;
  readonly lower?: Extreme;
  /** Why there is no map, in its place. */
  readonly message?: string;
  readonly level?: "error" | "info";
  /** How far the run is, beside the title. */
  readonly progress?: string;
  /** Which of the moves make sense. */
  readonly canRemove: boolean;
  readonly canMoveBack: boolean;
  readonly canMoveOn: boolean;
}

/** Contents with their scenes, and the levels that they have in common. */
export interface Drawing {
  readonly contents: readonly TileContent[];
  /** Absent when each has its own. */
  readonly levels?: Levels;
}

/** Lays the same levels through all tiles, or through each its own; a difference always has its own. */
export function withScenes(
  contents: readonly TileContent[],
  window: PlaneWindow,
  view: ViewState,
  sameScale: boolean,
): Drawing {
  const together = contents.flatMap(({ field, difference }) => (field && !difference ? [field] : []));
  const levels = sameScale ? sharedLevels(together, view, window) : undefined;
  // An upper end is meant for values, not for their differences.
  const choice = ({ difference }: TileContent) => (difference ? { scale: view.scale } : view);
  return {
    levels,
    contents: contents.map((content) => {
      const { field, difference } = content;
      if (!field) return content;
      const own = sameScale && !difference ? levels : sharedLevels([field], choice(content), window);
      return { ...content, scene: sceneWith(field, own) };
    }),
  };
}

/** Field, centre and lowest point of a compared run. */
export function drawnRun(
  run: RunData,
  metric: Metric,
  split: ComparedSplit,
): Pick<TileContent, "field" | "centre" | "lower"> {
  const drawn = drawnSplit(run, split);
  return {
    field: fieldOf(run, metric, drawn),
    centre: centreValue(run, metric, drawn),
    lower: lowerThanCentre(run, drawn, metric),
  };
}

/** A value as a tile shows it. */
export interface TileReading {
  readonly text: string;
  readonly value: number;
  readonly interpolated: boolean;
}

/** The value of a tile at the linked cursor, or at θ* without one. */
export function tileReading(
  { field, centre }: TileContent,
  cursor: { readonly alpha: number; readonly beta: number } | undefined,
): TileReading | undefined {
  if (!field) return undefined;
  const reading = cursor ? readingAt(field, cursor.alpha, cursor.beta) : { value: centre, origin: origin.measured };
  if (reading.origin === origin.unknown) return { text: "–", value: NaN, interpolated: false };
  const interpolated = reading.origin === origin.interpolated;
  const text = formatMetric(field.metric, reading.value, field.split);
  return { text: interpolated ? strings.approximately(text) : text, value: reading.value, interpolated };
}

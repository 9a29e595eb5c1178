import { doublingRadius } from "../../server/drawing/radius";
import type { Radius } from "../../server/drawing/radius";
import { centreValue, fieldOf, origin } from "./field";
import { isSurface } from "./kind";
import type { RunData } from "./model";
import { splitsOf } from "./splits";

/** The radius of a run's surface, and whether all grid points that it follows from are measured. */
export type RunRadius = Radius & { readonly measured: boolean };

/** `doublingRadius` of a split; undefined for lines, too, and while points of the grid are unknown. */
export function radiusOf(run: RunData, split: number): RunRadius | undefined {
  if (!isSurface(run) || splitsOf(run)[split] === undefined) return undefined;
  const field = fieldOf(run, "loss", split);
  const radius = field.complete ? doublingRadius(field, centreValue(run, "loss", split)) : undefined;
  if (!radius) return undefined;
  const points = radius.kind === "found" ? radius.points : field.values.keys();
  return { ...radius, measured: Array.from(points).every((index) => field.origins[index] === origin.measured) };
}

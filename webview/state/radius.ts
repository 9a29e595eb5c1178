import { doublingRadius } from "../../server/drawing/radius";
import type { Radius } from "../../server/drawing/radius";
import { centreValue, fieldOf, origin } from "./field";
import type { Field } from "./field";
import { isSurface } from "./kind";
import type { RunData } from "./model";
import { splitsOf } from "./splits";

/** The radius of a run's surface, and whether all grid points that it follows from are measured. */
export type RunRadius = Radius & { readonly measured: boolean };

/** By the loss that it is of: it takes milliseconds, and is shown again with every change of a control. */
const found = new WeakMap<Field, { readonly radius: RunRadius | undefined }>();

/** `doublingRadius` of a split; undefined for lines, too, and while points of the grid are unknown. */
export function radiusOf(run: RunData, split: number): RunRadius | undefined {
  if (!isSurface(run) || splitsOf(run)[split] === undefined) return undefined;
  const field = fieldOf(run, "loss", split);
  const known = found.get(field) ?? { radius: radiusIn(field, centreValue(run, "loss", split)) };
  found.set(field, known);
  return known.radius;
}

function radiusIn(field: Field, centre: number): RunRadius | undefined {
  const radius = field.complete ? doublingRadius(field, centre) : undefined;
  if (!radius) return undefined;
  const points = radius.kind === "found" ? radius.points : field.values.keys();
  return { ...radius, measured: Array.from(points).every((index) => field.origins[index] === origin.measured) };
}

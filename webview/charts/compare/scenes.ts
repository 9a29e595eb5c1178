import type { Field } from "../../state/field";
import { origin } from "../../state/field";
import type { PlaneWindow } from "../../state/window";
import { levelShapes, nonFiniteCells } from "../contours";
import { levelsOf } from "../levels";
import type { Levels } from "../levels";
import type { Scene, SceneChoice } from "../scene";

/** The levels of several fields of one metric together: those of all their values inside `window`. */
export function sharedLevels(
  fields: readonly Field[],
  { scale, clip }: SceneChoice,
  window: PlaneWindow,
): Levels | undefined {
  const [first] = fields;
  if (!first) return undefined;
  const values = fields.flatMap((field) => valuesInside(field, window));
  return levelsOf(values, { scale, clip, metric: first.metric, signed: first.split === "difference" });
}

/** Values inside a part of the plane, and those of the cells that its border cuts, which are drawn in part. */
function valuesInside(field: Field, window: PlaneWindow): number[] {
  const columns = inside(field.x, window.x);
  const rows = inside(field.y, window.y);
  const values: number[] = [];
  for (let row = rows[0]; row <= rows[1]; row++) {
    for (let column = columns[0]; column <= columns[1]; column++) {
      const index = row * field.columns + column;
      if (field.origins[index] !== origin.unknown) values.push(field.values[index]!);
    }
  }
  return values;
}

/** First and last index of the nodes that reach over a range. */
function inside(nodes: readonly number[], [from, to]: readonly [number, number]): readonly [number, number] {
  const near = 1e-9 * (to - from);
  const first = nodes.filter((node) => node <= from + near).length - 1;
  const last = nodes.findIndex((node) => node >= to - near);
  return [Math.max(0, first), last < 0 ? nodes.length - 1 : last];
}

const kept = new WeakMap<Field, { readonly key: string; readonly scene: Scene }>();

/** The scene of a field with levels given from outside; kept as long as these are equal. */
export function sceneWith(field: Field, levels: Levels | undefined): Scene {
  const key = JSON.stringify(levels) ?? "";
  const known = kept.get(field);
  if (known?.key === key) return known.scene;
  const drawable = field.complete && field.columns > 1 && field.rows > 1;
  const scene: Scene = {
    field,
    levels,
    drawable,
    shapes: levels && drawable ? levelShapes(field, levels) : [],
    nonFinite: drawable ? nonFiniteCells(field) : [],
  };
  kept.set(field, { key, scene });
  return scene;
}

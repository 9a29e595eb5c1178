import type { Field } from "../state/field";
import { origin } from "../state/field";
import { levelShapes, nonFiniteCells } from "./contours";
import type { Cell, LevelShape } from "./contours";
import { levelsOf } from "./levels";
import type { Levels } from "./levels";
import type { ViewState } from "../protocol/messages";

/** What is drawn of a field, in plane coordinates: independent of size, zoom and theme. */
export interface Scene {
  readonly field: Field;
  /** Absent while there is no finite value. */
  readonly levels?: Levels;
  /** Contours can be drawn: every point has a value and the grid has two rows and columns at least. */
  readonly drawable: boolean;
  /** One per level; empty when nothing can be drawn. */
  readonly shapes: readonly LevelShape[];
  readonly nonFinite: readonly Cell[];
}

/** How values become levels, of a view. */
export type SceneChoice = Pick<ViewState, "scale" | "clip">;

const scenes = new WeakMap<Field, Map<string, Scene>>();
/** Scenes kept of one field; the oldest one goes. */
const keptScenes = 8;

/** The scene of a field; kept, because hovering, zooming and themes need it again. */
export function sceneOf(field: Field, choice: SceneChoice): Scene {
  const kept = scenes.get(field) ?? new Map<string, Scene>();
  scenes.set(field, kept);
  const key = `${choice.scale} ${choice.clip}`;
  const known = kept.get(key);
  if (known) return known;
  const scene = makeScene(field, choice);
  if (kept.size >= keptScenes) kept.delete(kept.keys().next().value!);
  kept.set(key, scene);
  return scene;
}

function makeScene(field: Field, { scale, clip }: SceneChoice): Scene {
  const values = field.values.filter((_, index) => field.origins[index] !== origin.unknown);
  const levels = levelsOf(values, { scale, clip, metric: field.metric, signed: field.split === "difference" });
  const drawable = field.complete && field.columns > 1 && field.rows > 1;
  return {
    field,
    levels,
    drawable,
    shapes: levels && drawable ? levelShapes(field, levels) : [],
    nonFinite: drawable ? nonFiniteCells(field) : [],
  };
}

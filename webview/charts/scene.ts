import type { LevelShape } from "../../server/drawing/contours";
import type { Field } from "../state/field";
import { origin } from "../state/field";
import { nonFiniteCells, shapesInTurn } from "./contours";
import type { Cell } from "./contours";
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

/** What is kept of one field: its newest levels and scenes, the oldest ones go. */
interface Kept {
  readonly levels: Map<string, Levels | undefined>;
  readonly scenes: Map<string, Scene>;
}

const kept = new WeakMap<Field, Kept>();
const keptEach = 8;

function keptOf(field: Field): Kept {
  const known = kept.get(field) ?? { levels: new Map(), scenes: new Map() };
  kept.set(field, known);
  return known;
}

function keep<T>(map: Map<string, T>, key: string, value: T): T {
  if (map.size >= keptEach) map.delete(map.keys().next().value!);
  map.set(key, value);
  return value;
}

const keyOf = ({ scale, clip }: SceneChoice) => `${scale} ${clip}`;

/** The levels of a field, without their shapes. */
export function levelsIn(field: Field, choice: SceneChoice): Levels | undefined {
  const { levels } = keptOf(field);
  const key = keyOf(choice);
  if (levels.has(key)) return levels.get(key);
  const values = knownValues(field);
  const { scale, clip } = choice;
  const signed = field.split === "difference";
  return keep(levels, key, levelsOf(values, { scale, clip, metric: field.metric, signed }));
}

function knownValues({ values, origins, complete }: Field): Float64Array {
  if (complete) return values;
  const known = new Float64Array(values.length);
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    if (origins[index] !== origin.unknown) known[count++] = values[index]!;
  }
  return known.subarray(0, count);
}

/** The scene of a field; kept, because hovering, zooming and themes need it again. */
export function sceneOf(field: Field, choice: SceneChoice): Scene {
  const known = keptScene(field, choice);
  if (known) return known;
  const work = sceneInTurn(field, choice);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** The scene of a field if it has been made before. */
export function keptScene(field: Field, choice: SceneChoice): Scene | undefined {
  return keptOf(field).scenes.get(keyOf(choice));
}

/** Makes the scene of a field a level at a time, so that the work can be spread over frames. */
export function* sceneInTurn(field: Field, choice: SceneChoice): Generator<void, Scene> {
  const levels = levelsIn(field, choice);
  const drawable = field.complete && field.columns > 1 && field.rows > 1;
  const shapes: LevelShape[] = [];
  if (levels && drawable) {
    for (const shape of shapesInTurn(field, levels)) {
      shapes.push(shape);
      yield;
    }
  }
  const nonFinite = drawable ? nonFiniteCells(field) : [];
  return keep(keptOf(field).scenes, keyOf(choice), { field, levels, drawable, shapes, nonFinite });
}

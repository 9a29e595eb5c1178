import { coloursOf } from "../../charts/colours";
import type { FigureInput } from "../../charts/figure";
import type { FigureLayout } from "../../charts/layout";
import { sceneOf } from "../../charts/scene";
import type { Scene } from "../../charts/scene";
import type { FigureTheme } from "../../charts/theme";
import type { RunHeader } from "../../../server/protocol/result";
import type { PathPoint } from "../../charts/path";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import { centreValue, fieldOf } from "../../state/field";
import type { MapMarks } from "../../state/marks";
import type { RunData } from "../../state/model";
import type { PlaneWindow } from "../../state/window";

/** What is to be drawn of a run in a view. */
export function figureInput(parts: {
  readonly run?: RunData;
  readonly view: ViewState;
  /** The scene to draw; made of the run where it is left out. */
  readonly scene?: Scene;
  readonly layout: FigureLayout;
  readonly window: PlaneWindow;
  readonly theme: FigureTheme;
  readonly cursor?: Cursor;
  /** What is marked; the path of training is, and nothing but θ*, where it is left out. */
  readonly marks?: MapMarks;
}): FigureInput {
  const { run, view, layout, window, theme, cursor, marks } = parts;
  return {
    scene: parts.scene ?? (run && sceneOf(fieldOf(run, view.metric, view.split), view)),
    layout,
    window,
    theme,
    colours: coloursOf(view, theme.dark),
    fill: view.fill,
    centre: run ? centreValue(run, view.metric, view.split) : NaN,
    unmarked: marks ? !marks.centre : false,
    unlabelled: run?.isProvisional === true,
    lower: marks?.lowest,
    saddles: marks?.saddles,
    points: view.measuredPoints,
    path: run && (marks?.path ?? true) ? pathOf(run.header) : undefined,
    axes: run && run.header.directions.kind !== "random" ? run.header.directions.axes : undefined,
    pinned: cursor?.pinned ? { alpha: cursor.alpha, beta: cursor.beta } : undefined,
  };
}

/** The path of a run, kept so that inputs can be compared. */
const paths = new WeakMap<RunHeader, readonly PathPoint[]>();

/** The checkpoints of a run as a path, the learning rate's drops marked; undefined when it has none. */
export function pathOf(header: RunHeader): readonly PathPoint[] | undefined {
  const { trajectory } = header;
  if (!trajectory) return undefined;
  const known = paths.get(header);
  if (known) return known;
  const { checkpoints, drops } = trajectory;
  // A drop between two checkpoints is marked at the earlier one.
  const until = (drop: number): number =>
    checkpoints.reduce((last, { epoch }, k) => (epoch !== undefined && epoch <= drop ? k : last), -1);
  const marked = new Set(drops.map(until));
  const path = checkpoints.map(({ x, y }, k) => ({ x, y, drop: marked.has(k) }));
  paths.set(header, path);
  return path;
}

/** Whether both would give the same drawing. */
export function sameInput(a: FigureInput, b: FigureInput): boolean {
  return (
    a.scene === b.scene &&
    a.layout === b.layout &&
    a.theme === b.theme &&
    a.colours === b.colours &&
    a.fill === b.fill &&
    Object.is(a.centre, b.centre) &&
    a.unlabelled === b.unlabelled &&
    a.points === b.points &&
    a.path === b.path &&
    a.axes === b.axes &&
    a.lower?.index === b.lower?.index &&
    a.saddles === b.saddles &&
    a.unmarked === b.unmarked &&
    a.pinned?.alpha === b.pinned?.alpha &&
    a.pinned?.beta === b.pinned?.beta &&
    a.window.x.every((end, index) => end === b.window.x[index]) &&
    a.window.y.every((end, index) => end === b.window.y[index])
  );
}

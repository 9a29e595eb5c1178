import { ramp } from "../../charts/colours";
import type { ColourMap } from "../../charts/colours";
import type { FigureInput } from "../../charts/figure";
import type { FigureLayout } from "../../charts/layout";
import { sceneOf } from "../../charts/scene";
import type { FigureTheme } from "../../charts/theme";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import { fieldOf, lowerThanCentre } from "../../state/field";
import type { RunData } from "../../state/model";
import { centreValue } from "../../state/summary";
import type { PlaneWindow } from "../../state/window";

const ramps = new Map<string, ColourMap>();

/** The same function for the same choice, so that inputs can be compared. */
function rampOf(name: ViewState["colours"], dark: boolean, metric: ViewState["metric"]): ColourMap {
  const key = `${name} ${dark} ${metric}`;
  const known = ramps.get(key) ?? ramp(name, dark, metric);
  ramps.set(key, known);
  return known;
}

/** What is to be drawn of a run in a view. */
export function figureInput(parts: {
  readonly run?: RunData;
  readonly view: ViewState;
  readonly layout: FigureLayout;
  readonly window: PlaneWindow;
  readonly theme: FigureTheme;
  readonly cursor?: Cursor;
}): FigureInput {
  const { run, view, layout, window, theme, cursor } = parts;
  return {
    scene: run && sceneOf(fieldOf(run, view.metric), view.scale),
    layout,
    window,
    theme,
    colours: rampOf(view.colours, theme.dark, view.metric),
    centre: run ? centreValue(run, view.metric) : NaN,
    lower: run && view.metric === "loss" ? lowerThanCentre(run) : undefined,
    points: view.measuredPoints,
    pinned: cursor?.pinned ? { alpha: cursor.alpha, beta: cursor.beta } : undefined,
  };
}

/** Whether both would give the same drawing. */
export function sameInput(a: FigureInput, b: FigureInput): boolean {
  return (
    a.scene === b.scene &&
    a.layout === b.layout &&
    a.theme === b.theme &&
    a.colours === b.colours &&
    Object.is(a.centre, b.centre) &&
    a.points === b.points &&
    a.lower?.index === b.lower?.index &&
    a.pinned?.alpha === b.pinned?.alpha &&
    a.pinned?.beta === b.pinned?.beta &&
    a.window.x.every((end, index) => end === b.window.x[index]) &&
    a.window.y.every((end, index) => end === b.window.y[index])
  );
}

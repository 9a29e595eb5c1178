import { coloursOf } from "../../charts/colours";
import { sceneOf } from "../../charts/scene";
import type { Scene } from "../../charts/scene";
import type { Camera } from "../../charts/surface/camera";
import type { SurfaceFigure } from "../../charts/surface/figure";
import type { SurfaceLayout } from "../../charts/surface/layout";
import type { FigureTheme } from "../../charts/theme";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import { centreValue, fieldOf } from "../../state/field";
import type { RunData } from "../../state/model";
import { strings } from "../../strings/strings";
import { pathOf } from "../contour-figure/input";

/** The scene of a run in a view: the one that the contour map shows. */
export function surfaceScene(run: RunData, view: ViewState): Scene {
  return sceneOf(fieldOf(run, view.metric, view.split), view);
}

/** What is to be drawn of a run in a view. */
export function surfaceFigure(parts: {
  readonly run?: RunData;
  readonly view: ViewState;
  readonly floor: boolean;
  readonly layout: SurfaceLayout;
  readonly camera: Camera;
  readonly theme: FigureTheme;
  readonly cursor?: Cursor;
}): SurfaceFigure {
  const { run, view, floor, layout, camera, theme, cursor } = parts;
  const directions = run?.header.directions;
  return {
    scene: run && surfaceScene(run, view),
    layout,
    camera,
    theme,
    colours: coloursOf(view, theme.dark),
    plane: run ? { x: run.header.x, y: run.header.y } : { x: [-1, 1], y: [-1, 1] },
    centre: run && !run.isProvisional ? centreValue(run, view.metric, view.split) : NaN,
    floor,
    labels: true,
    axes: directions && directions.kind !== "random" ? directions.axes : [strings.alpha, strings.beta],
    path: run && pathOf(run.header),
    cursor: cursor && { alpha: cursor.alpha, beta: cursor.beta },
  };
}

/** Whether both give the same walls, floor map and sheet. */
export function sameBody(a: SurfaceFigure, b: SurfaceFigure): boolean {
  return (
    a.scene === b.scene &&
    a.layout === b.layout &&
    a.camera === b.camera &&
    a.theme === b.theme &&
    a.colours === b.colours &&
    a.floor === b.floor
  );
}

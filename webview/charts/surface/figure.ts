import type { ColourMap } from "../../../server/drawing/colours";
import type { PathPoint } from "../path";
import type { Scene } from "../scene";
import type { FigureTheme } from "../theme";
import type { Camera } from "./camera";
import type { SurfaceLayout } from "./layout";

/** All that a picture of a surface shows. */
export interface SurfaceFigure {
  /** Absent before a run is known: the box alone is drawn. */
  readonly scene?: Scene;
  readonly layout: SurfaceLayout;
  readonly camera: Camera;
  readonly theme: FigureTheme;
  readonly colours: ColourMap;
  /** Coordinates of the plane's grid, which the scene's field has too. */
  readonly plane: { readonly x: readonly number[]; readonly y: readonly number[] };
  /** Value of the metric at the trained weights; NaN where it is not known. */
  readonly centre: number;
  readonly floor: boolean;
  /** Numbers and names along the edges; small pictures do without. */
  readonly labels: boolean;
  /** Names of the axes alone, where there is no room for their numbers. */
  readonly names?: true;
  readonly axes: readonly [string, string];
  /** The path of training, when the run has one. */
  readonly path?: readonly PathPoint[];
  readonly cursor?: { readonly alpha: number; readonly beta: number };
}

import type { SurfaceFigure } from "./figure";
import { projectorOf } from "./projection";
import type { Projector } from "./projection";
import { planeScale, sheetOf } from "./sheet";
import type { PlaneScale, Sheet } from "./sheet";

/** The projection and the plane of a figure, which all of its parts share. */
export interface Staging {
  readonly projector: Projector;
  readonly plane: PlaneScale;
  readonly sheet?: Sheet;
}

export function stagingOf(figure: SurfaceFigure): Staging {
  const plane = planeScale(figure.plane.x, figure.plane.y);
  return {
    projector: projectorOf(figure.camera, figure.layout.stage, plane),
    plane,
    sheet: figure.scene && sheetOf(figure.scene),
  };
}

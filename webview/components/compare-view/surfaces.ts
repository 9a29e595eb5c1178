import { coloursOf } from "../../charts/colours";
import type { CompareLayout } from "../../charts/compare/layout";
import { startCamera } from "../../charts/surface/camera";
import type { Camera } from "../../charts/surface/camera";
import type { SurfaceFigure } from "../../charts/surface/figure";
import type { FigureTheme } from "../../charts/theme";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import type { PlaneWindow } from "../../state/window";
import { strings } from "../../strings/strings";
import type { TileContent } from "./tiles";

/** The surface of a tile; undefined where there is none. The first tile without a bar of its own draws that of all. */
export function tileFigure(
  { scene, difference, centre }: TileContent,
  layout: CompareLayout,
  index: number,
  view: ViewState,
  camera: Camera,
  theme: FigureTheme,
  cursor?: Pick<Cursor, "alpha" | "beta">,
): SurfaceFigure | undefined {
  const place = layout.tiles[index];
  if (!scene || !place) return undefined;
  const { x, y } = scene.field;
  const bar = place.bar ?? (layout.tiles.findIndex((tile) => !tile.bar) === index ? layout.bar : undefined);
  return {
    scene,
    layout: { width: layout.width, height: layout.height, stage: place.plot, bar, narrow: true },
    camera,
    theme,
    colours: coloursOf(difference ? { ...view, split: "difference" } : view, theme.dark),
    plane: { x, y },
    centre,
    floor: true,
    labels: false,
    names: true,
    ...(cursor ? { cursor } : {}),
    axes: [strings.alpha, strings.beta],
  };
}

const firstCameras = new WeakMap<readonly TileContent[], Camera>();

/** From where all surfaces are seen at first: as suits the first one. The same for the same contents. */
export function firstCamera(contents: readonly TileContent[]): Camera {
  const known = firstCameras.get(contents);
  if (known) return known;
  const camera = startCamera(contents.find(({ scene }) => scene)?.scene?.field);
  firstCameras.set(contents, camera);
  return camera;
}

/** Whether every tile covers just the part of the plane that all have: surfaces are not cut. */
export function isWhole(contents: readonly TileContent[], { x, y }: PlaneWindow): boolean {
  return contents.every(({ field }) => {
    if (!field) return true;
    const ends = (nodes: readonly number[]) => [nodes[0], nodes[nodes.length - 1]];
    return [...ends(field.x), ...ends(field.y)].every((end, index) => end === [...x, ...y][index]);
  });
}

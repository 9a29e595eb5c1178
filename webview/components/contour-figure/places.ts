import type { Box } from "../../../server/drawing/box";
import { projection } from "../../charts/layout";
import type { FigureLayout } from "../../charts/layout";
import { tidied } from "../../state/window";
import type { PlaneWindow } from "../../state/window";
import type { Place } from "./pointer";

type Size = Pick<DOMRect, "width" | "height">;

/** The part of the plane under a rectangle of the canvas, with coordinates that a person would write. */
export function windowOf(box: Box, layout: FigureLayout, shown: PlaneWindow): PlaneWindow {
  const project = projection(layout.plot, shown);
  return tidied({
    x: [project.alpha(box.x), project.alpha(box.x + box.width)],
    y: [project.beta(box.y + box.height), project.beta(box.y)],
  });
}

/** The rectangle of the canvas over a part of the plane. */
export function boxOf({ x, y }: PlaneWindow, layout: FigureLayout, shown: PlaneWindow): Box {
  const project = projection(layout.plot, shown);
  const [left, top] = [project.x(x[0]), project.y(y[1])];
  return { x: left, y: top, width: project.x(x[1]) - left, height: project.y(y[0]) - top };
}

/** A place for something of a size, moved so that it stays inside as far as it fits. */
export function heldIn(at: Place, size: Size, room: Size): Place {
  return {
    x: Math.max(0, Math.min(at.x, room.width - size.width - 2)),
    y: Math.max(0, Math.min(at.y, room.height - size.height - 2)),
  };
}

/** Distance of a bar from its rectangle. */
const gap = 6;

/** Below the rectangle, or above it where there is no room, or inside it where there is none either. */
export function barPlace(box: Box, size: Size, room: Size): Place {
  const below = box.y + box.height + gap;
  const above = box.y - gap - size.height;
  const y = below + size.height <= room.height ? below : above >= 0 ? above : box.y + gap;
  return heldIn({ x: box.x, y }, size, room);
}

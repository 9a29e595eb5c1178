import type { Box } from "../../../server/drawing/box";

/** A drag shorter than this is a click. */
export const smallestDrag = 6;

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * The rectangle of the plot's own shape (a square on a square plot) dragged from `start` towards `now`, held inside
 * the plot.
 */
export function dragBox(start: Place, now: Place, plot: Box): Box {
  const right = now.x >= start.x;
  const down = now.y >= start.y;
  const roomX = right ? plot.x + plot.width - start.x : start.x - plot.x;
  const roomY = down ? plot.y + plot.height - start.y : start.y - plot.y;
  const wanted = Math.max(Math.abs(now.x - start.x) / plot.width, Math.abs(now.y - start.y) / plot.height);
  const share = Math.min(wanted, roomX / plot.width, roomY / plot.height);
  const width = share * plot.width;
  const height = share * plot.height;
  return { x: right ? start.x : start.x - width, y: down ? start.y : start.y - height, width, height };
}

import type { Box } from "../../../server/drawing/box";
import { narrowWidth } from "../layout";

/** Where the parts of a surface's picture stand, in pixels. */
export interface SurfaceLayout {
  readonly width: number;
  readonly height: number;
  /** Room of the box at rest, without its labels. */
  readonly stage: Box;
  /** The colour bar; absent in small pictures, which share one. */
  readonly bar?: Box;
  readonly narrow: boolean;
}

const margins = { side: 66, top: 36, bottom: 48 };
const narrowMargins = { side: 44, top: 30, bottom: 42 };
const largestBox = 620;
const bar = { height: 12, gap: 8, below: 28, width: 440, side: 64 };
/** Height of the room for the box to its width: enough for a view straight from above. */
const stageShape = 0.86;

/** The layout for a canvas of `width`. */
export function surfaceLayout(width: number): SurfaceLayout {
  const narrow = width < narrowWidth;
  const m = narrow ? narrowMargins : margins;
  const room = Math.max(120, Math.min(width - 2 * m.side, largestBox));
  const stage: Box = {
    x: Math.round((width - room) / 2),
    y: m.top,
    width: room,
    height: Math.round(room * stageShape),
  };
  const barWidth = Math.round(Math.min(bar.width, width - 2 * (narrow ? 28 : bar.side)));
  const barTop = stage.y + stage.height + m.bottom + bar.gap + (narrow ? 16 : 0);
  return {
    width,
    height: barTop + bar.height + bar.below,
    stage,
    bar: { x: Math.round((width - barWidth) / 2), y: barTop, width: barWidth, height: bar.height },
    narrow,
  };
}

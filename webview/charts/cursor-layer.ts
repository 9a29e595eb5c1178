import * as echarts from "echarts/core";
import type { Chart, Drawn } from "./chart";

const { Group, Rect } = echarts.graphic;

/** Above the drawing, on a canvas layer of its own, so that the drawing is not painted again when the cursor moves. */
const layer = 1;

/** Rectangles that follow the cursor. */
export class CursorLayer {
  #group = new Group({ silent: true });

  constructor(private readonly chart: Chart) {
    chart.getZr().add(this.#group);
  }

  /** Takes the place of what was drawn before; of the elements only rectangles are drawn. */
  draw(elements: readonly Drawn[]): void {
    this.#group.removeAll();
    for (const { type, shape, style } of elements) {
      if (type !== "rect") continue;
      this.#group.add(new Rect({ shape: shape as { x: number; y: number }, style, silent: true, zlevel: layer }));
    }
    this.chart.getZr().refresh();
  }
}

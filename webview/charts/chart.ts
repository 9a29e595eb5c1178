import { CustomChart } from "echarts/charts";
import { GraphicComponent, GridComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import type { Box } from "../../server/drawing/box";

echarts.use([CanvasRenderer, SVGRenderer, CustomChart, GridComponent, GraphicComponent]);

export type Chart = ReturnType<typeof echarts.init>;

/** An element of a figure, as ECharts takes it from a custom series or the graphic component. */
export interface Drawn {
  readonly type: "rings" | "hatch" | "dots" | "rect" | "line" | "circle" | "polygon" | "polyline" | "text" | "group";
  readonly x?: number;
  readonly y?: number;
  readonly rotation?: number;
  readonly shape?: object;
  readonly style?: object;
  readonly children?: readonly Drawn[];
  readonly silent?: boolean;
  readonly z?: number;
}

/**
 * Many open or closed lines in one path, from flat arrays of pixels. Of a list ECharts copies every number; a set it
 * takes as it is, in custom series.
 */
const Rings = echarts.graphic.extendShape({
  type: "rings",
  shape: { rings: [] as Iterable<Float64Array> },
  buildPath(path: Pick<CanvasRenderingContext2D, "moveTo" | "lineTo">, shape: { rings: Iterable<Float64Array> }) {
    for (const ring of shape.rings) {
      path.moveTo(ring[0]!, ring[1]!);
      for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i]!, ring[i + 1]!);
    }
  },
});

/** Lines at 45° through boxes; they go on from one box to the next. */
const Hatch = echarts.graphic.extendShape({
  type: "hatch",
  shape: { boxes: [] as readonly Box[], step: 7 },
  buildPath(path: Pick<CanvasRenderingContext2D, "moveTo" | "lineTo">, shape: { boxes: readonly Box[]; step: number }) {
    for (const box of shape.boxes) {
      for (const [x0, y0, x1, y1] of hatchLines(box, shape.step)) {
        path.moveTo(x0, y0);
        path.lineTo(x1, y1);
      }
    }
  },
});

/** Small squares around places, from a flat array of pixels: many of them cost less than circles. */
const Dots = echarts.graphic.extendShape({
  type: "dots",
  shape: { places: [] as readonly number[], size: 2 },
  buildPath(path: Pick<CanvasRenderingContext2D, "rect">, shape: { places: readonly number[]; size: number }) {
    const { places, size } = shape;
    for (let i = 0; i < places.length; i += 2) path.rect(places[i]! - size / 2, places[i + 1]! - size / 2, size, size);
  },
});

echarts.graphic.registerShape("dots", Dots);
echarts.graphic.registerShape("rings", Rings);
echarts.graphic.registerShape("hatch", Hatch);

/** The parts of the lines x + y = k · step that lie inside a box. */
export function hatchLines(box: Box, step: number): readonly (readonly [number, number, number, number])[] {
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const lines: (readonly [number, number, number, number])[] = [];
  for (let k = Math.ceil((box.x + box.y) / step); k * step <= right + bottom; k++) {
    const sum = k * step;
    const x0 = Math.max(box.x, sum - bottom);
    const x1 = Math.min(right, sum - box.y);
    if (x1 > x0) lines.push([x0, sum - x0, x1, sum - x1]);
  }
  return lines;
}

/** Width of a text in pixels. */
export function textWidth(text: string, font: string): number {
  return echarts.format.getTextRect(text, font).width;
}

/**
 * A chart on an element of the page, or off the page with a size of its own. A vector chart gives its drawing as SVG
 * (`renderToSVGString`) and puts nothing on the page.
 */
export function createChart(
  element: HTMLElement,
  size?: { readonly width: number; readonly height: number; readonly vector?: boolean },
): Chart {
  const { vector = false, ...rest } = size ?? {};
  return echarts.init(vector ? null : element, null, { renderer: vector ? "svg" : "canvas", ssr: vector, ...rest });
}

/**
 * Puts a drawing in the place of that which is on a chart, at a size in pixels. The one before is taken away first: merging
 * would leave its elements where the new one has fewer, and at another size the chart would paint it once more.
 */
export function redraw(
  chart: Chart,
  option: Parameters<Chart["setOption"]>[0],
  { width, height }: { readonly width: number; readonly height: number },
): void {
  chart.clear();
  if (chart.getWidth() !== width || chart.getHeight() !== height) chart.resize({ width, height });
  chart.setOption(option);
}

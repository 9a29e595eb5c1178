import * as echarts from "echarts/core";
import type { Mounted } from "./panel";

/** An element that is drawn, as far as tests look at it. */
export interface DrawnElement {
  readonly type: string;
  readonly z: number;
  /** Texts have none. */
  readonly shape?: { readonly rings?: Iterable<Float64Array> };
  readonly style: {
    readonly fill?: string;
    readonly stroke?: string;
    readonly lineWidth?: number;
    readonly text?: string;
  };
}

/** Everything that is on the figure's canvas, in the order in which it is painted. */
export function drawnElements(mounted: Mounted, canvas = ".canvas"): readonly DrawnElement[] {
  const chart = echarts.getInstanceByDom(mounted.find(canvas))!;
  return chart.getZr().storage.getDisplayList(true) as unknown as readonly DrawnElement[];
}

/** The texts on the figure, each once. */
export function drawnTexts(mounted: Mounted): readonly string[] {
  const texts = drawnElements(mounted).flatMap(({ style }) => (style.text ? [style.text] : []));
  return [...new Set(texts)];
}

/** The fills of the map's regions, the lowest one first; none when lines alone are drawn. */
export function fillsOf(mounted: Mounted): readonly string[] {
  return drawnElements(mounted).flatMap(({ shape, style }) =>
    shape?.rings && style.fill && style.fill !== "none" ? [style.fill] : [],
  );
}

/** The level lines of the map, each with its colour and points. */
export function linesOf(mounted: Mounted): readonly { stroke: string; points: number }[] {
  return drawnElements(mounted).flatMap(({ shape, style }) =>
    shape?.rings && style.fill === "none"
      ? [{ stroke: style.stroke!, points: [...shape.rings].reduce((sum, ring) => sum + ring.length / 2, 0) }]
      : [],
  );
}

import type { LayerWeights, WeightsFigure } from "../../../server/protocol/weights";
import { captionMarks } from "../../charts/caption-marks";
import { textWidth } from "../../charts/chart";
import { css } from "../../charts/colours";
import type { Drawing, Mark } from "../../charts/drawing";
import { multipleHeight, overallDrawing, overallHeight } from "../../charts/histograms";
import { runStyle } from "../../charts/line-styles";
import type { FigureTheme } from "../../charts/theme";
import { strings } from "../../strings/weights";
import { layerDrawing } from "./weights-multiple";
import type { WeightsMode } from "./weights-multiple";

const columns = 3;
const gap = 16;
const edge = 12;
const legendRow = 20;

/** The view as one drawing: files, the histogram over all kernels, every layer, and a caption. */
export function weightsPicture(parts: {
  readonly figure: WeightsFigure;
  readonly layers: readonly LayerWeights[];
  readonly ranges: ReadonlyMap<LayerWeights, readonly [number, number]>;
  readonly mode: WeightsMode;
  readonly names: readonly string[];
  readonly theme: FigureTheme;
  readonly width: number;
}): Drawing {
  const { figure, layers, ranges, mode, names, theme, width } = parts;
  const inner = width - 2 * edge;
  const { from, to, models } = figure.overall;
  const overall = overallDrawing(
    { width: inner, theme, title: "", aside: "", details: "", from, to, models, range: [from, to] },
    strings.count,
  );
  const legend = legendMarks(names, inner, theme);
  const each = Math.floor((inner - (columns - 1) * gap) / columns);
  const top = legend.height + overallHeight + gap;
  const rows = Math.ceil(layers.length / columns);
  const bottom = top + rows * (multipleHeight + 8);
  const caption = captionMarks(strings.caption(names.join(", ")), { x: edge, y: bottom, width: inner }, theme);
  return {
    width,
    height: bottom + caption.height,
    marks: [
      { kind: "group", x: edge, y: 0, marks: legend.marks },
      { kind: "group", x: edge, y: legend.height, marks: overall.marks },
      ...layers.map((layer, k): Mark => {
        const range = ranges.get(layer)!;
        const { marks } = layerDrawing({ layer, mode, range, width: each, theme, warning: "#a05a00" });
        const x = edge + (k % columns) * (each + gap);
        return { kind: "group", x, y: top + Math.floor(k / columns) * (multipleHeight + 8), marks };
      }),
      ...caption.marks,
    ],
  };
}

function legendMarks(
  names: readonly string[],
  width: number,
  theme: FigureTheme,
): { readonly marks: readonly Mark[]; readonly height: number } {
  const marks: Mark[] = [];
  let [x, y] = [0, 16];
  names.forEach((name, k) => {
    const size = 24 + textWidth(name, `12px ${theme.font}`);
    if (x > 0 && x + size > width) [x, y] = [0, y + legendRow];
    const { colour, dash } = runStyle(k, false, theme);
    marks.push(
      { kind: "path", d: `M${x} ${y}h18`, stroke: colour, width: k === 0 ? 6 : 2, ...(dash ? { dash } : {}) },
      { kind: "text", x: x + 24, y: y + 4, text: name, size: 12, fill: css(theme.foreground) },
    );
    x += size + 16;
  });
  return { marks, height: y + 12 };
}

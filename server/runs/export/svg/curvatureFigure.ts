import type { Box } from "../../../drawing/box";
import { densityCurve } from "../../../landscape/curvature/density";
import { fromJsonNumber } from "../../../protocol/numbers";
import type { CurvatureFigure, SpectralDensity } from "../../../protocol/result";
import { axisNames } from "./contourFigure";
import type { Exportable } from "../exportable";
import { bottomAxis, frame, sideAxis, sideRoom } from "./axes";
import { hatch, margin, pointerArea, sizes, type Canvas, type Drawing } from "./canvas";
import { chart } from "./chart";
import { smoothBar, type SmoothBar } from "./colourBar";
import { ramp, divergingRamp, type ColourMap } from "../../../drawing/colours";
import { css } from "./colours";
import { element, group, pathData, rect } from "./element";
import { decadeText, valueText } from "./format";
import { text } from "./text";
import { linearTicks, logTicks, scaleOf, type Scale } from "./ticks";

type Quantity = "max" | "min" | "ratio";

const titles: Readonly<Record<Quantity, string>> = { max: "λ max", min: "λ min", ratio: "|λ min / λ max|" };

/** How one quantity becomes colours. */
interface Shading extends SmoothBar {
  readonly colours: ColourMap;
}

/** Maps of |λmin / λmax|, as in the paper, and of both eigenvalues; then the spectral density where it is known. */
export function curvatureDrawings(
  canvas: Canvas,
  result: Exportable,
  curvature: CurvatureFigure,
): readonly ((top: number) => Drawing)[] {
  const single = curvature.x.length * curvature.y.length === 1;
  const axes = axisNames(result);
  return [
    ...(single
      ? [valuesDrawing(canvas, curvature)]
      : [ratioDrawing(canvas, curvature, axes), pairDrawing(canvas, curvature, axes)]),
    ...(curvature.density ? [densityDrawing(canvas, curvature.density)] : []),
  ];
}

/** The largest map, alone in its row. */
function ratioDrawing(
  canvas: Canvas,
  curvature: CurvatureFigure,
  axes: readonly [string, string],
): (top: number) => Drawing {
  return (top) => {
    const width = canvas.width - 64 - 92;
    const box = { x: 64, y: top + 28, ...proportions(curvature, width) };
    return { markup: mapMarkup(canvas, curvature, "ratio", box, axes, 16), height: box.height + 28 + 52 };
  };
}

/** Both eigenvalues side by side. */
function pairDrawing(
  canvas: Canvas,
  curvature: CurvatureFigure,
  axes: readonly [string, string],
): (top: number) => Drawing {
  return (top) => {
    const size = proportions(curvature, (canvas.width - 64 - 2 * 74 - 16) / 2);
    const left = { x: 64, y: top + 24, ...size };
    const right = { ...left, x: left.x + size.width + 74 + 6 };
    const markup =
      mapMarkup(canvas, curvature, "min", left, axes, 10) +
      mapMarkup(canvas, curvature, "max", right, [axes[0], ""], 10);
    return { markup, height: size.height + 24 + 52 };
  };
}

/** Cells are squares where both axes have the same step. */
function proportions({ x, y }: CurvatureFigure, width: number): { readonly width: number; readonly height: number } {
  const [spanX, spanY] = [spanOf(x), spanOf(y)];
  return { width, height: Math.min(1.3 * width, Math.max(60, (width * spanY) / spanX)) };
}

function spanOf(axis: readonly number[]): number {
  const edges = edgesOf(axis);
  return Math.abs(edges[edges.length - 1]! - edges[0]!);
}

/** Borders of the cells: half way between neighbours, and as far beyond the first and the last. */
function edgesOf(axis: readonly number[]): readonly number[] {
  if (axis.length === 1) return [axis[0]! - 0.5, axis[0]! + 0.5];
  const middles = axis.slice(1).map((value, k) => (axis[k]! + value) / 2);
  const [first, last] = [axis[0]!, axis[axis.length - 1]!];
  return [2 * first - middles[0]!, ...middles, 2 * last - middles[middles.length - 1]!];
}

/** Every computed point is a cell of its own colour; nothing is interpolated. A point not computed is a small dot. */
function mapMarkup(
  canvas: Canvas,
  curvature: CurvatureFigure,
  quantity: Quantity,
  box: Box,
  axes: readonly [string, string],
  gap: number,
): string {
  const { theme } = canvas;
  const { x, y } = curvature;
  const intervals = box.width < 200 ? 2 : 4;
  const [edgesX, edgesY] = [edgesOf(x), edgesOf(y)];
  const scaleX = scaleOf([edgesX[0]!, edgesX[x.length]!], [box.x, box.x + box.width], { intervals });
  const scaleY = scaleOf([edgesY[0]!, edgesY[y.length]!], [box.y + box.height, box.y], { intervals });
  const shading = shadingOf(canvas, curvature, quantity);
  const pattern = hatch(canvas, `${quantity}`);
  let infinite = false;
  const cells = y.flatMap((beta, row) =>
    x.map((alpha, column) => {
      const written = curvature[quantity][row]![column]!;
      if (written === "NaN") {
        return element("circle", {
          class: "unknown",
          cx: scaleX.at(alpha),
          cy: scaleY.at(beta),
          r: 1.2,
          fill: theme.muted,
        });
      }
      const value = fromJsonNumber(written);
      infinite ||= !Number.isFinite(value);
      const [left, right] = [scaleX.at(edgesX[column]!), scaleX.at(edgesX[column + 1]!)];
      const [bottom, top] = [scaleY.at(edgesY[row]!), scaleY.at(edgesY[row + 1]!)];
      const cell = {
        x: Math.min(left, right),
        y: Math.min(top, bottom),
        width: Math.abs(right - left),
        height: Math.abs(bottom - top),
      };
      const fill = shading && Number.isFinite(value) ? css(shading.colours(shading.place(value))) : pattern.fill;
      // The stroke closes the seams that antialiasing leaves.
      const seam = Number.isFinite(value) ? { stroke: fill, "stroke-width": 1 } : {};
      return rect(cell, { class: "cell", fill, ...seam });
    }),
  );
  const bar = { x: box.x + box.width + gap, y: box.y, width: 10, height: box.height };
  return group(
    {},
    infinite ? pattern.markup : "",
    ...cells,
    centreCross(canvas, scaleX, scaleY, box),
    frame(canvas, box),
    bottomAxis(canvas, box, scaleX, { name: axes[0] }),
    axes[1] === "" ? "" : sideAxis(canvas, box, scaleY, { name: axes[1] }),
    text(box.x, box.y - 8, titles[quantity], { size: sizes.name, fill: theme.ink }),
    shading ? smoothBar(canvas, bar, shading, shading.colours, "") : "",
    pointerArea(box, { part: "curvature", range: [...scaleX.domain, ...scaleY.domain] }),
  );
}

/** Where the model is. */
function centreCross({ theme }: Canvas, x: Scale, y: Scale, box: Box): string {
  const [cx, cy] = [x.at(0), y.at(0)];
  if (cx < box.x || cx > box.x + box.width || cy < box.y || cy > box.y + box.height) return "";
  const d = `M${(cx - 4).toFixed(2)} ${cy.toFixed(2)}h8m-4 -4v8`;
  return (
    element("path", { d, stroke: theme.paper, "stroke-width": 3, "stroke-opacity": 0.7, fill: "none" }) +
    element("path", { d, stroke: theme.ink, "stroke-width": 1.3, fill: "none" })
  );
}

/**
 * The ratio from 0 to 0.5, as in the paper, or as far as it goes; λmin on a signed scale with 0 in its middle; λmax
 * logarithmic when it is positive and spans more than a factor of 20.
 */
function shadingOf({ theme, colours }: Canvas, curvature: CurvatureFigure, quantity: Quantity): Shading | undefined {
  const values = curvature[quantity].flat().map(fromJsonNumber).filter(Number.isFinite);
  if (values.length === 0) return undefined;
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const map = ramp(colours, theme.dark, "high");
  if (quantity === "ratio") return linear([0, Math.max(0.5, Math.min(1, most))], map, most > 1);
  if (quantity === "min" || least < 0) {
    const size = Math.max(Math.abs(least), Math.abs(most)) || 1;
    return linear([-size, size], divergingRamp(theme.dark), false);
  }
  if (least > 0 && most > 20 * least) {
    const domain = [least, most] as const;
    const place = (value: number): number => Math.log(value / least) / Math.log(most / least);
    return { domain, log: true, ticks: logTicks(domain), place, colours: map };
  }
  return linear([0, most || 1], map, false);
}

/** High values are dark on a light page and light on a dark one. */
function linear(domain: readonly [number, number], map: ColourMap, capped: boolean): Shading {
  const [low, high] = domain;
  const place = (value: number): number => Math.min(1, Math.max(0, (value - low) / (high - low)));
  return { domain, log: false, ticks: linearTicks(domain, 5), place, capped, colours: map };
}

/** The eigenvalues at the model alone, as text. */
function valuesDrawing({ theme }: Canvas, { max, min, ratio }: CurvatureFigure): (top: number) => Drawing {
  return (top) => {
    const values = { max, min, ratio };
    const markup = (["max", "min", "ratio"] as const).map((quantity, k) =>
      [
        text(margin + k * 150, top + 16, titles[quantity], { size: sizes.name, fill: theme.muted }),
        text(margin + k * 150, top + 42, valueText(values[quantity][0]![0]!), { size: 20, fill: theme.ink }),
      ].join(""),
    );
    return { markup: group({}, ...markup), height: 62 };
  };
}

/** Powers of ten that a density may lie below its largest value and still be drawn. */
const depth = 6;

/** The density of the Hessian's eigenvalues on a logarithmic axis, each Ritz value a Gaussian of a hundredth of the range. */
function densityDrawing(canvas: Canvas, density: SpectralDensity): (top: number) => Drawing {
  const { theme } = canvas;
  return (top) => {
    const finite = density.values.every(Number.isFinite) && density.values.length > 0;
    if (!finite) {
      const words = "Spectral density: not finite";
      return { markup: text(24, top + 20, words, { size: sizes.name, fill: theme.ink }), height: 34 };
    }
    const curve = densityCurve(density, 400);
    const most = curve.y.reduce((a, b) => Math.max(a, b), 0);
    const domain = [most / 10 ** depth, most * 2] as const;
    const left = 12 + sideRoom(scaleOf(domain, [1, 0], { log: true }), decadeText);
    const box = { x: left, y: top + 28, width: canvas.width - left - 24, height: 120 };
    const x = scaleOf([curve.x[0]!, curve.x[curve.x.length - 1]!], [box.x, box.x + box.width], { intervals: 6 });
    const y = scaleOf(domain, [box.y + box.height, box.y], { log: true });
    const heights = curve.y.map((value) => y.at(Math.max(value, domain[0])));
    const outline = curve.x.flatMap((at, k) => [x.at(at), heights[k]!]);
    const area = [box.x, box.y + box.height, ...outline, box.x + box.width, box.y + box.height];
    const content = [
      element("path", { d: pathData([area], true), fill: theme.loss, "fill-opacity": 0.16 }),
      element("path", {
        class: "density",
        d: pathData([outline]),
        fill: "none",
        stroke: theme.loss,
        "stroke-width": 1.5,
      }),
    ];
    const axes = { x, y, xName: "eigenvalue of the Hessian", yName: "density", yFormat: decadeText };
    const title = text(box.x, box.y - 8, "Spectral density at the model", { size: sizes.name, fill: theme.ink });
    return { markup: title + chart(canvas, box, axes, ...content), height: 28 + box.height + 52 };
  };
}

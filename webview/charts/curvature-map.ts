import { curvatureStrings as strings } from "../strings/curvature";
import type { CurvatureCell, CurvatureMap, Quantity } from "../state/curvature";
import { cellWindow } from "../state/curvature";
import { outlineOf } from "./cell-outline";
import { textWidth } from "./chart";
import type { Drawn } from "./chart";
import { black, luminance, white } from "../../server/drawing/colours";
import { css } from "./colours";
import type { CurvatureScale } from "./curvature-scale";
import { formatTick } from "./format";
import type { Box } from "../../server/drawing/box";
import { axisTicks, contains, projection, toNumbers } from "./layout";
import type { FigureLayout, Projection } from "./layout";
import { bottomAxis, frameOf, leftAxis, lineBetween, nameStyle, textAt, tickStyle } from "./plot";
import type { Scene } from "./scene";
import type { FigureTheme } from "./theme";

/** All that a curvature map shows except what follows the cursor. */
export interface CurvatureFigureInput {
  readonly map: CurvatureMap;
  readonly quantity: Quantity;
  /** Absent while nothing is computed. */
  readonly scale?: CurvatureScale;
  /** The loss, whose contours are drawn on top; absent for none. */
  readonly loss?: Scene;
  readonly layout: FigureLayout;
  readonly theme: FigureTheme;
  readonly axes: readonly [string, string];
}

/** Between the title of the bar and the edge of the picture. */
const titleMargin = 14;

/** Side of the marked corner of a cell whose eigenvalues are not converged. */
const cornerSide = 11;

/** The map: cells, dots where nothing is computed, contours of the loss, the outline of the non-convex region, θ*, bar. */
export function curvatureElements(input: CurvatureFigureInput): readonly Drawn[] {
  const { map, layout, theme, axes, scale } = input;
  const { plot } = layout;
  const window = cellWindow(map);
  const project = projection(plot, window);
  const borders = bordersOf(map, project);
  const boxes = map.cells.map((_, index) => boxOf(borders, index, map.x.length));
  return [
    ...dots(input, project),
    ...map.computed.flatMap((cell) => cellElements(cell, boxes[cell.index]!, input)),
    ...lossContours(input, project),
    frameOf(plot, theme),
    ...outline(input, borders),
    ...centreMark(plot, project),
    ...bottomAxis(
      plot,
      axisTicks(window.x).map((tick) => ({ at: project.x(tick), text: formatTick(tick) })),
      axes[0],
      theme,
    ),
    ...leftAxis(
      plot,
      axisTicks(window.y).map((tick) => ({ at: project.y(tick), text: formatTick(tick) })),
      axes[1],
      layout.betaNameGap,
      theme,
    ),
    ...(scale ? bar(input, scale) : []),
  ];
}

/** Borders of the cells in whole pixels, so that neighbours meet without a seam. */
interface Borders {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

function bordersOf({ edges }: CurvatureMap, project: Projection): Borders {
  return {
    x: edges.x.map((edge) => Math.round(project.x(edge))),
    y: edges.y.map((edge) => Math.round(project.y(edge))),
  };
}

function boxOf({ x, y }: Borders, index: number, columns: number): Box {
  const [column, row] = [index % columns, Math.floor(index / columns)];
  return { x: x[column]!, y: y[row + 1]!, width: x[column + 1]! - x[column]!, height: y[row]! - y[row + 1]! };
}

/** The cell of a pixel of the plot, computed or not. */
export function cellAt(map: CurvatureMap, plot: Box, x: number, y: number): number | undefined {
  if (!contains(plot, x, y)) return undefined;
  const project = projection(plot, cellWindow(map));
  const find = (edges: readonly number[], at: number): number =>
    Math.min(
      edges.length - 2,
      Math.max(
        0,
        edges.findIndex((edge, k) => at >= edge && at < (edges[k + 1] ?? Infinity)),
      ),
    );
  return find(map.edges.y, project.beta(y)) * map.x.length + find(map.edges.x, project.alpha(x));
}

/** Where a cell is drawn. */
export function cellBox(map: CurvatureMap, plot: Box, index: number): Box {
  return boxOf(bordersOf(map, projection(plot, cellWindow(map))), index, map.x.length);
}

function cellElements(
  cell: CurvatureCell,
  box: Box,
  { quantity, scale, theme }: CurvatureFigureInput,
): readonly Drawn[] {
  const value = cell[quantity];
  if (cell.state === "not-finite" || !scale || Number.isNaN(value)) {
    const stroke = css(theme.muted);
    return [
      { type: "rect", shape: box, style: { fill: css(theme.background) } },
      { type: "hatch", shape: { boxes: [box], step: 7 }, style: { fill: "none", stroke, lineWidth: 1 } },
    ];
  }
  const colour = scale.colour(value);
  // The stroke closes the seam that antialiasing leaves between neighbours.
  const fill = css(colour);
  const drawn: Drawn = { type: "rect", shape: box, style: { fill, stroke: fill, lineWidth: 0.6 } };
  return cell.state === "unconverged" ? [drawn, ...corner(box, theme)] : [drawn];
}

/** A hatched corner: what the cell says is uncertain. */
function corner(box: Box, theme: FigureTheme): readonly Drawn[] {
  const side = Math.min(cornerSide, box.width / 2, box.height / 2);
  const right = box.x + box.width;
  const points = [
    [right - side, box.y],
    [right, box.y],
    [right, box.y + side],
  ];
  const stroke = { stroke: css(theme.foreground), lineWidth: 1 };
  return [
    { type: "polygon", shape: { points }, style: { fill: css(theme.background), ...stroke } },
    ...[1 / 3, 2 / 3].map((share) =>
      lineBetween(right - side * (1 - share), box.y, right, box.y + side * (1 - share), stroke),
    ),
  ];
}

function dots({ map, theme }: CurvatureFigureInput, project: Projection): readonly Drawn[] {
  return map.cells.flatMap((cell, index): Drawn[] =>
    cell
      ? []
      : [
          {
            type: "circle",
            shape: {
              cx: project.x(map.x[index % map.x.length]!),
              cy: project.y(map.y[Math.floor(index / map.x.length)]!),
              r: 1.5,
            },
            style: { fill: css(theme.muted) },
          },
        ],
  );
}

/** Contours of the loss in a line that is seen on every ground. */
function lossContours({ loss, theme }: CurvatureFigureInput, project: Projection): readonly Drawn[] {
  if (!loss?.levels || !loss.drawable) return [];
  return loss.levels.levels.flatMap((level, k): Drawn[] => {
    if (!level.major) return [];
    const rings = loss.shapes[k]!.lines.map(project.line);
    const wide = theme.highContrast ? 3.6 : 2.6;
    return [
      { type: "rings", shape: { rings }, style: { fill: "none", stroke: css(black, 0.35), lineWidth: wide } },
      { type: "rings", shape: { rings }, style: { fill: "none", stroke: css(white, 0.9), lineWidth: 1 } },
    ];
  });
}

/** The border of the cells where the loss is not convex: a line of the text's colour in a casing of the page's. */
function outline({ map, theme }: CurvatureFigureInput, { x, y }: Borders): readonly Drawn[] {
  const marked = map.cells.map((cell) => cell?.isNonConvex === true);
  const polygons = outlineOf(marked, map.x.length, map.y.length).map((corners) =>
    corners.map(([column, row]) => [x[column]!, y[row]!]),
  );
  const styled = (stroke: string, lineWidth: number): Drawn[] =>
    polygons.map((points) => ({
      type: "polygon",
      shape: { points },
      style: { fill: "none", stroke, lineWidth, lineJoin: "miter" },
    }));
  const width = theme.highContrast ? 2.5 : 2;
  return [...styled(css(theme.background), width + 2.5), ...styled(css(theme.foreground), width)];
}

/** θ*, in black on white or the other way round, whatever lies below. */
function centreMark(plot: Box, project: Projection): readonly Drawn[] {
  const [x, y] = [project.x(0), project.y(0)];
  if (!contains(plot, x, y)) return [];
  const bars = (stroke: string, lineWidth: number): Drawn[] => [
    lineBetween(x - 6, y, x + 6, y, { stroke, lineWidth, lineCap: "round" }),
    lineBetween(x, y - 6, x, y + 6, { stroke, lineWidth, lineCap: "round" }),
  ];
  return [...bars(css(black, 0.75), 4.4), ...bars(css(white), 1.8)];
}

/** Width of the longest number beside the bar of a scale, in pixels. */
export function scaleNumbersWidth({ ticks }: CurvatureScale, theme: FigureTheme): number {
  return Math.max(...ticks.map((tick) => textWidth(formatTick(tick), `11px ${theme.font}`)));
}

function bar({ layout, quantity, theme }: CurvatureFigureInput, scale: CurvatureScale): readonly Drawn[] {
  const { x, y, width, height } = layout.bar;
  const at = (value: number): number => y + (1 - scale.place(value)) * height;
  const stops = Array.from({ length: 33 }, (_, k) => ({ offset: k / 32, color: css(scale.map(1 - k / 32)) }));
  const top = scale.isCapped ? 14 : 12;
  const title = scale.kind === "log" ? strings.colourBarLog(strings.titles[quantity]) : strings.titles[quantity];
  // At the bar's left edge as far as it fits.
  const titleX = Math.min(x, layout.width - titleMargin - textWidth(title, `12px ${theme.font}`));
  return [
    {
      type: "rect",
      shape: { x, y, width, height },
      style: { fill: { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: stops } },
    },
    frameOf(layout.bar, theme),
    ...(scale.isCapped
      ? [
          {
            type: "polygon",
            shape: {
              points: [
                [x, y - 1],
                [x + width, y - 1],
                [x + width / 2, y - 9],
              ],
            },
            style: { fill: css(scale.map(1)), stroke: css(theme.frame), lineWidth: 1 },
          } as const,
        ]
      : []),
    ...scale.ticks.flatMap((tick): Drawn[] => [
      lineBetween(x + width, at(tick), x + width + 4, at(tick), { stroke: css(theme.frame), lineWidth: 1 }),
      textAt(x + width + toNumbers.bar, at(tick), formatTick(tick), { ...tickStyle(theme), verticalAlign: "middle" }),
    ]),
    textAt(titleX, y - top, title, { ...nameStyle(theme), verticalAlign: "bottom" }),
  ];
}

/** The border of the cell under the cursor, seen on every colour. */
export function cursorElements(box: Box, theme: FigureTheme): readonly Drawn[] {
  const light = luminance(theme.background) > 0.2;
  const inner = { x: box.x + 1.5, y: box.y + 1.5, width: box.width - 3, height: box.height - 3 };
  return [
    { type: "rect", shape: inner, style: { fill: "none", stroke: css(light ? white : black, 0.8), lineWidth: 4 } },
    { type: "rect", shape: inner, style: { fill: "none", stroke: css(light ? black : white), lineWidth: 1.5 } },
  ];
}

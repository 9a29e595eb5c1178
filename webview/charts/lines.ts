import { origin } from "../state/field";
import type { Origin } from "../state/field";
import type { FamilyBand } from "../state/curves";
import { captionMarks } from "./caption-marks";
import { hatchLines, textWidth } from "./chart";
import { css } from "./colours";
import { areaPath, dotsPath, linePath } from "./drawing";
import type { Drawing, Mark } from "./drawing";
import type { Box } from "../../server/drawing/box";
import type { LevelsChoice } from "./levels";
import { interpolatedDash } from "./line-styles";
import type { LineStyle } from "./line-styles";
import { frameMarks, labelFont, labelSize, projectX, projectY, shortened } from "./lines-frame";
import type { FrameNames, PanelGeometry } from "./lines-frame";
import { labelGap, legendRows, linesLayout, spread } from "./lines-layout";
import type { LinesLayout } from "./lines-layout";
import type { FigureTheme } from "./theme";
import { lossAxis, percentAxis } from "./value-axis";
import type { ValueAxis } from "./value-axis";

/** One line of a figure. */
export interface DrawnCurve {
  /** Tells it apart from all others, e.g. in tests. */
  readonly key: string;
  /** At its right end, and in the legend; none for all but one line of a family. */
  readonly label?: string;
  readonly quantity: "loss" | "accuracy" | "error";
  readonly axis: "left" | "right";
  readonly style: LineStyle;
  readonly x: readonly number[];
  readonly values: Float64Array;
  readonly origins: readonly Origin[];
  /** Half the height of a band around it: its standard error. */
  readonly errors?: Float64Array;
  /** The lines of which it is the median. */
  readonly band?: FamilyBand;
  /** Whether measured points are marked. */
  readonly hasDots: boolean;
}

export interface LinesPanel {
  /** Name of the horizontal axis. */
  readonly axis: string;
  /** Names of the models at 0 and 1. */
  readonly ends?: readonly [string, string];
  readonly curves: readonly DrawnCurve[];
  /** The part that is shown, when not the whole. */
  readonly window?: readonly [number, number];
}

export interface LinesInput {
  readonly width: number;
  readonly panels: readonly LinesPanel[];
  readonly theme: FigureTheme;
  readonly scale: LevelsChoice["scale"];
  /** Losses above it are cut off. */
  readonly clip?: number;
  /** Names of the axes of values; without a right one there is none. */
  readonly left: string;
  readonly right?: string;
  /** A line of provenance below the figure, in pictures. */
  readonly caption?: string;
}

export interface LinesDrawing extends Drawing {
  readonly panels: readonly PanelGeometry[];
}

const swatch = { width: 18, gap: 6 };
const labelLine = 16;
/** Below this distance of neighbours in pixels dots would run into a line. */
const dotDistance = 5;

/** The figure: one or two panels of lines over one direction each. */
export function linesDrawing(input: LinesInput): LinesDrawing {
  const { width, panels, theme } = input;
  const labelled = panels[0]?.curves.filter(({ label }) => label !== undefined) ?? [];
  const entry = ({ label }: DrawnCurve) => swatch.width + swatch.gap + Math.ceil(textWidth(label!, labelFont(theme)));
  const widths = labelled.map(entry);
  const layout = linesLayout({
    width,
    panels: panels.length,
    hasRightAxis: input.right !== undefined,
    hasEnds: panels.some(({ ends }) => ends !== undefined),
    labelWidth: labelled.length < 2 ? 0 : Math.max(...widths),
    legend: labelled.length < 2 ? [] : widths,
  });
  const drawn = panels.map((panel, k) => panelMarks(panel, input, layout, k, labelled.length > 1));
  const below =
    input.caption === undefined
      ? undefined
      : captionMarks(input.caption, { x: 12, y: layout.height, width: width - 24 }, theme);
  const marks = [
    ...(layout.legend && labelled.length > 1 ? legendMarks(labelled, widths, layout.legend, theme) : []),
    ...drawn.flatMap((each) => each.marks),
    ...(below?.marks ?? []),
  ];
  return {
    width,
    height: layout.height + (below?.height ?? 0),
    marks,
    panels: drawn.map(({ geometry }) => geometry),
  };
}

/** The whole of a panel: from the first place of any line to the last. */
export function wholeOf({ curves }: LinesPanel): readonly [number, number] {
  const from = Math.min(...curves.map(({ x }) => x[0] ?? Infinity));
  const to = Math.max(...curves.map(({ x }) => x.at(-1) ?? -Infinity));
  return from < to ? [from, to] : [Math.min(from, 0) - 1, Math.max(to, 0) + 1];
}

function panelMarks(
  panel: LinesPanel,
  input: LinesInput,
  layout: LinesLayout,
  index: number,
  isLabelled: boolean,
): { readonly marks: readonly Mark[]; readonly geometry: PanelGeometry } {
  const { theme } = input;
  const { plot, labels } = layout.panels[index]!;
  const window = panel.window ?? wholeOf(panel);
  const inside = ({ x }: DrawnCurve, k: number) => x[k]! >= window[0] - 1e-12 && x[k]! <= window[1] + 1e-12;
  const valuesOn = (side: "left" | "right") =>
    panel.curves
      .filter(({ axis }) => axis === side)
      .flatMap((curve) =>
        [curve.values, ...(curve.band ? [curve.band.least, curve.band.greatest] : [])].flatMap((values) =>
          Array.from(values).filter((_, k) => inside(curve, k)),
        ),
      );
  const isLoss = panel.curves.some(({ axis, quantity }) => axis === "left" && quantity === "loss");
  const left = isLoss ? lossAxis(valuesOn("left"), input.scale, input.clip) : percentAxis(valuesOn("left"), false);
  const right = input.right === undefined ? undefined : percentAxis(valuesOn("right"), true);
  const geometry: PanelGeometry = { plot, window, left, ...(right ? { right } : {}) };
  const axisOf = ({ axis }: DrawnCurve) => (axis === "left" ? left : (right ?? left));
  return {
    geometry,
    marks: [
      ...frameMarks(namesOf(panel, input), geometry, theme),
      ...hatchMarks(panel, geometry, theme),
      ...panel.curves.flatMap((curve) => bandMarks(curve, geometry, axisOf(curve), theme)),
      ...panel.curves.flatMap((curve) => curveMarks(curve, geometry, axisOf(curve))),
      ...(labels > 0 && isLabelled ? labelMarks(panel, geometry, input, labels, axisOf) : []),
    ],
  };
}

/** Names of a panel's axes; in two-axis figures in the colour of their lines. */
function namesOf({ axis, ends, curves }: LinesPanel, { left, right }: LinesInput): FrameNames {
  const colourOf = (side: "left" | "right"): string | undefined => {
    const colours = new Set(curves.filter((curve) => curve.axis === side).map(({ style }) => style.colour));
    return right !== undefined && colours.size === 1 ? [...colours][0] : undefined;
  };
  return {
    axis,
    left,
    leftColour: colourOf("left"),
    rightColour: colourOf("right"),
    ...(ends ? { ends } : {}),
    ...(right === undefined ? {} : { right }),
  };
}

/** Places where a line is not finite. */
function hatchMarks({ curves }: LinesPanel, geometry: PanelGeometry, theme: FigureTheme): readonly Mark[] {
  const { plot, window } = geometry;
  const boxes: Box[] = [];
  for (const { x, values, origins } of curves) {
    for (let k = 0; k < x.length; k++) {
      if (Number.isFinite(values[k]!) || origins[k] === origin.unknown) continue;
      if (x[k]! < window[0] || x[k]! > window[1]) continue;
      const from = Math.max(window[0], k > 0 ? (x[k - 1]! + x[k]!) / 2 : x[k]!);
      const to = Math.min(window[1], k + 1 < x.length ? (x[k + 1]! + x[k]!) / 2 : x[k]!);
      const [start, end] = [projectX(geometry, from), projectX(geometry, to)];
      boxes.push({ x: start, y: plot.y, width: Math.max(2, end - start), height: plot.height });
    }
  }
  if (boxes.length === 0) return [];
  const lines = boxes.flatMap((box) => hatchLines(box, 7));
  const d = [...new Set(lines.map(([x0, y0, x1, y1]) => linePath([x0, y0, x1, y1])))].join("");
  return [
    {
      kind: "path",
      d,
      stroke: css(theme.muted),
      opacity: theme.highContrast ? 1 : 0.6,
      clip: plot,
      role: "not-finite",
    },
  ];
}

/** The family of a median line, and the standard error of a single one. */
function bandMarks(curve: DrawnCurve, geometry: PanelGeometry, axis: ValueAxis, theme: FigureTheme): readonly Mark[] {
  const { band, errors, style, key } = curve;
  const xs = curve.x.map((at) => projectX(geometry, at));
  const area = (upper: Float64Array, lower: Float64Array, opacity: number, role: string): Mark => {
    const y = (value: number) => (Number.isFinite(value) ? projectY(geometry, axis, value) : NaN);
    // On a logarithmic axis a band may reach below all that can be drawn.
    const low = (value: number) => (axis.scale === "log" && value <= 0 ? axis.low / 10 : value);
    return {
      kind: "path",
      d: areaPath(
        xs,
        Float64Array.from(upper, y),
        Float64Array.from(lower, (value) => y(low(value))),
      ),
      fill: style.colour,
      opacity,
      clip: geometry.plot,
      role: `${role} ${key}`,
    };
  };
  const strength = theme.highContrast ? 2 : 1;
  if (band) {
    return [
      area(band.greatest, band.least, 0.13 * strength, "extent"),
      area(band.upper, band.lower, 0.2 * strength, "quartiles"),
    ];
  }
  if (!errors) return [];
  const upper = curve.values.map((value, k) => value + errors[k]!);
  const lower = curve.values.map((value, k) => value - errors[k]!);
  return [area(upper, lower, 0.25 * strength, "error")];
}

function curveMarks(curve: DrawnCurve, geometry: PanelGeometry, axis: ValueAxis): readonly Mark[] {
  const { x, values, origins, style, key } = curve;
  const { colour: stroke, width, dash } = style;
  const pixels = x.map((at, k) => [projectX(geometry, at), projectY(geometry, axis, values[k]!)] as const);
  const solid: number[] = [];
  const guessed: number[] = [];
  for (let k = 0; k + 1 < x.length; k++) {
    const [a, b] = [origins[k], origins[k + 1]];
    const isKnown = a !== origin.unknown && b !== origin.unknown;
    const isMeasured = a === origin.measured && b === origin.measured;
    extend(solid, pixels[k]!, pixels[k + 1]!, isMeasured);
    extend(guessed, pixels[k]!, pixels[k + 1]!, isKnown && !isMeasured);
  }
  const measured = pixels.filter((_, k) => origins[k] === origin.measured);
  const step = geometry.plot.width / Math.max(1, x.length - 1);
  // A single measured point between unknown ones would not be seen as a line.
  const hasDots = curve.hasDots ? step >= dotDistance : measured.length < x.length;
  const line = { kind: "path", stroke, clip: geometry.plot } as const;
  return [
    {
      ...line,
      d: linePath(guessed),
      width: Math.max(1, width / 2),
      dash: interpolatedDash,
      role: `interpolated ${key}`,
    },
    { ...line, d: linePath(solid), width, ...(dash ? { dash } : {}), role: `measured ${key}` },
    ...(hasDots
      ? [
          {
            kind: "path",
            d: dotsPath(measured.flat(), Math.min(2.2, Math.max(1.4, step / 4))),
            fill: stroke,
            clip: geometry.plot,
            role: `points ${key}`,
          } as const,
        ]
      : []),
  ];
}

/** Lengthens a line by a piece, or interrupts it. */
function extend(
  line: number[],
  from: readonly [number, number],
  to: readonly [number, number],
  isDrawn: boolean,
): void {
  if (!isDrawn) line.push(NaN, NaN);
  else if (line.at(-1) === from[1] && line.at(-2) === from[0]) line.push(...to);
  else line.push(...from, ...to);
}

/** Labels beside the right ends of the lines, none over another. */
function labelMarks(
  panel: LinesPanel,
  geometry: PanelGeometry,
  { theme, right }: LinesInput,
  room: number,
  axisOf: (curve: DrawnCurve) => ValueAxis,
): readonly Mark[] {
  const { plot, window } = geometry;
  const ended = panel.curves.flatMap((curve) => {
    if (curve.label === undefined) return [];
    const shown = Array.from(curve.values).filter(
      (value, k) => Number.isFinite(value) && curve.x[k]! <= window[1] + 1e-12,
    );
    const wanted = projectY(geometry, axisOf(curve), shown.at(-1) ?? NaN);
    return [{ curve, wanted: Number.isNaN(wanted) ? plot.y + plot.height : wanted }];
  });
  const places = spread(
    ended.map(({ wanted }) => wanted),
    labelLine,
    plot.y + 4,
    plot.y + plot.height - 2,
  );
  const x = plot.x + plot.width + labelGap(right !== undefined);
  return ended.flatMap(({ curve }, k) => entryMarks(curve, x, places[k]!, theme, room - swatch.width - swatch.gap));
}

function legendMarks(
  curves: readonly DrawnCurve[],
  widths: readonly number[],
  box: Box,
  theme: FigureTheme,
): readonly Mark[] {
  return legendRows(widths, box.width).flatMap((row, line) => {
    let x = box.x;
    return row.flatMap((index) => {
      const marks = entryMarks(curves[index]!, x, box.y + 10 + line * 20, theme, box.width - swatch.width);
      x += widths[index]! + 16;
      return marks;
    });
  });
}

/** A short piece of the line and its name. */
function entryMarks({ label, style, key }: DrawnCurve, x: number, y: number, theme: FigureTheme, room: number): Mark[] {
  return [
    {
      kind: "path",
      d: `M${x.toFixed(2)} ${y.toFixed(2)}h${swatch.width}`,
      stroke: style.colour,
      width: style.width,
      ...(style.dash ? { dash: style.dash } : {}),
      role: `swatch ${key}`,
    },
    {
      kind: "text",
      x: x + swatch.width + swatch.gap,
      y: y + 4,
      text: shortened(label!, room, labelFont(theme)),
      size: labelSize,
      fill: css(theme.foreground),
      role: `label ${key}`,
    },
  ];
}

import type { WeightHistogram } from "../../server/protocol/weights";
import { css } from "./colours";
import { dotsPath, linePath } from "./drawing";
import type { Drawing, Mark } from "./drawing";
import { formatCount, formatTick } from "./format";
import type { Box } from "../../server/drawing/box";
import { axisTicks } from "./layout";
import { shortened } from "./lines-frame";
import { runStyle } from "./line-styles";
import type { FigureTheme } from "./theme";

/** What a histogram shows: one set of bins for each file over one range, drawn over a range that holds it. */
export interface HistogramInput {
  readonly width: number;
  readonly theme: FigureTheme;
  readonly title: string;
  /** First line below, e.g. the shape. */
  readonly aside: string;
  readonly details: string;
  readonly from: number;
  readonly to: number;
  readonly models: readonly WeightHistogram[];
  /** Ends of the axis. */
  readonly range: readonly [number, number];
  /** The bin that is pointed at. */
  readonly bin?: number;
}

const title = { size: 12, y: 13 };
const plotTop = 22;
const plotHeight = 72;
/** Height of a histogram, or of filter norms, of one layer. */
export const multipleHeight = 156;
const side = 6;

export const multiplePlot = (width: number): Box => ({
  x: side,
  y: plotTop,
  width: width - 2 * side,
  height: plotHeight,
});

/** The bin at a pixel of a histogram, if there is one. */
export function binAt(
  input: Pick<HistogramInput, "from" | "to" | "range" | "models">,
  plot: Box,
  x: number,
): number | undefined {
  const at = input.range[0] + ((x - plot.x) / plot.width) * (input.range[1] - input.range[0]);
  const size = input.models[0]?.bins.length ?? 0;
  const bin = Math.floor(((at - input.from) / (input.to - input.from)) * size);
  return bin >= 0 && bin < size ? bin : undefined;
}

/** Ends of a bin. */
export function binEnds(
  { from, to }: Pick<HistogramInput, "from" | "to">,
  bin: number,
  size: number,
): readonly [number, number] {
  return [from + ((to - from) * bin) / size, from + ((to - from) * (bin + 1)) / size];
}

/** Height of a count on a square-root axis, 0..1 of the largest. */
export const countShare = (count: number, most: number): number => (most > 0 ? Math.sqrt(count / most) : 0);

/** The outline of a histogram: steps from its first bin to its last, down to the base at both ends. */
function stepPath(model: WeightHistogram, input: HistogramInput, plot: Box, most: number): string {
  const size = model.bins.length;
  const x = (value: number) => plot.x + ((value - input.range[0]) / (input.range[1] - input.range[0])) * plot.width;
  const base = plot.y + plot.height;
  const points = [x(input.from), base];
  model.bins.forEach((count, bin) => {
    const [left, right] = binEnds(input, bin, size);
    const y = base - countShare(count, most) * plot.height;
    points.push(x(left), y, x(right), y);
  });
  points.push(x(input.to), base);
  return linePath(points);
}

const mostOf = (models: readonly WeightHistogram[]): number => Math.max(0, ...models.flatMap(({ bins }) => bins));

/** The first file filled, the others as outlines before it. */
function histogramMarks(input: HistogramInput, plot: Box): readonly Mark[] {
  const { models, theme, bin } = input;
  const most = mostOf(models);
  const path = (model: WeightHistogram) => stepPath(model, input, plot, most);
  const [own, ...others] = models;
  const style = (k: number) => runStyle(k, false, theme);
  const base = plot.y + plot.height;
  const x = (value: number) => plot.x + ((value - input.range[0]) / (input.range[1] - input.range[0])) * plot.width;
  const size = own?.bins.length ?? 0;
  const ends = bin === undefined ? undefined : binEnds(input, bin, size).map(x);
  const hasZero = input.range[0] < 0 && input.range[1] > 0;
  return [
    ...(hasZero
      ? [{ kind: "path", d: `M${x(0).toFixed(2)} ${plot.y}V${base}`, stroke: css(theme.rule), role: "zero" } as const]
      : []),
    ...(ends
      ? [
          {
            kind: "path",
            d: `M${ends[0]} ${plot.y}H${Math.max(ends[1]!, ends[0]! + 1)}V${base}H${ends[0]}Z`,
            fill: css(theme.foreground),
            opacity: 0.18,
            role: "bin",
          } as const,
        ]
      : []),
    ...(own
      ? [
          {
            kind: "path",
            d: path(own),
            fill: style(0).colour,
            opacity: theme.highContrast ? 0.6 : 0.45,
            role: "filled 0",
          } as const,
        ]
      : []),
    ...(own ? [{ kind: "path", d: path(own), stroke: style(0).colour, width: 1, role: "outline 0" } as const] : []),
    ...others.map((model, k): Mark => {
      const { colour, dash } = style(k + 1);
      return {
        kind: "path",
        d: path(model),
        stroke: colour,
        width: 1.5,
        ...(dash ? { dash } : {}),
        role: `outline ${k + 1}`,
      };
    }),
    { kind: "path", d: `M${plot.x} ${base}h${plot.width}`, stroke: css(theme.frame), role: "base" },
  ];
}

/** One layer's histogram with its name above and its figures below. */
export function histogramDrawing(input: HistogramInput): Drawing {
  const { width, theme, range, models } = input;
  const plot = multiplePlot(width);
  return {
    width,
    height: multipleHeight,
    marks: [
      ...textMarks(input),
      ...histogramMarks(input, plot),
      small(plot.x, plot.y + 8, formatCount(mostOf(models)), "start", theme, "most"),
      ...rangeMarks(range, plot, theme),
    ],
  };
}

function fitted(text: string, width: number, theme: FigureTheme): string {
  return shortened(text, width, `11px ${theme.font}`);
}

/** The name of the layer above its plot, and its shape and figures below. */
function textMarks({
  title: name,
  aside,
  details,
  width,
  theme,
}: Pick<HistogramInput, "title" | "aside" | "details" | "width" | "theme">): readonly Mark[] {
  const { x, y, width: room, height } = multiplePlot(width);
  const below = (text: string, line: number, role: string) =>
    small(x, y + height + 31 + line * 16, fitted(text, room, theme), "start", theme, role, 11);
  return [
    {
      kind: "text",
      x,
      y: title.y,
      text: shortened(name, room, `600 ${title.size}px ${theme.font}`),
      size: title.size,
      fill: css(theme.foreground),
      weight: 600,
      role: "title",
    },
    below(aside, 0, "shape"),
    below(details, 1, "details"),
  ];
}

function small(
  x: number,
  y: number,
  text: string,
  anchor: "start" | "middle" | "end",
  theme: FigureTheme,
  role: string,
  size = 10,
): Mark {
  return { kind: "text", x, y, text, size, fill: css(theme.muted), anchor, role };
}

/** Numbers at both ends of the axis, and 0 where there is room between them. */
function rangeMarks([from, to]: readonly [number, number], plot: Box, theme: FigureTheme): readonly Mark[] {
  const y = plot.y + plot.height + 13;
  const written = (value: number) => formatTick(Number(value.toPrecision(2)));
  const zero = plot.x + (-from / (to - from)) * plot.width;
  const hasZero = zero > plot.x + 44 && zero < plot.x + plot.width - 44;
  return [
    small(plot.x, y, written(from), "start", theme, "from"),
    ...(hasZero ? [small(zero, y, "0", "middle", theme, "zero-tick")] : []),
    small(plot.x + plot.width, y, written(to), "end", theme, "to"),
  ];
}

/** Height of the histogram over all kernels. */
export const overallHeight = 214;
const overallMargins = { left: 56, right: 12, top: 30, bottom: 30 };

export const overallPlot = (width: number): Box => ({
  x: overallMargins.left,
  y: overallMargins.top,
  width: width - overallMargins.left - overallMargins.right,
  height: overallHeight - overallMargins.top - overallMargins.bottom,
});

/** The largest of 1, 2, 5, 10, … that is not above a number. */
function niceBelow(number: number): number {
  const decade = 10 ** Math.floor(Math.log10(number) + 1e-9);
  return ([5, 2, 1].find((step) => step * decade <= number * (1 + 1e-9)) ?? 1) * decade;
}

/** The histogram over all kernels, several files over one another, with both axes. */
export function overallDrawing(input: HistogramInput, countName: string): Drawing {
  const { width, theme, models, range } = input;
  const plot = overallPlot(width);
  const most = mostOf(models);
  const counts = [...new Set([1, 6, 60].map((part) => niceBelow(Math.max(1, most / part))))].filter(
    (count) => count <= most,
  );
  const base = plot.y + plot.height;
  const yOf = (count: number) => base - countShare(count, most) * plot.height;
  const xOf = (value: number) => plot.x + ((value - range[0]) / (range[1] - range[0])) * plot.width;
  return {
    width,
    height: overallHeight,
    marks: [
      {
        kind: "text",
        x: plot.x,
        y: plot.y - 11,
        text: shortened(countName, plot.width, `12px ${theme.font}`),
        size: 12,
        fill: css(theme.foreground),
        role: "count-name",
      },
      {
        kind: "path",
        d: counts.map((count) => `M${plot.x} ${yOf(count).toFixed(2)}h${plot.width}`).join(""),
        stroke: css(theme.rule),
        role: "rules",
      },
      ...counts.map((count) => small(plot.x - 7, yOf(count) + 4, formatCount(count), "end", theme, "count-tick", 11)),
      ...histogramMarks(input, plot),
      ...axisTicks(range, plot.width < 300 ? 4 : 8).map((value) =>
        small(xOf(value), base + 17, formatTick(value), "middle", theme, "x-tick", 11),
      ),
    ],
  };
}

/** Filter norms of one layer, from the largest to the smallest. */
export interface NormsInput {
  readonly width: number;
  readonly theme: FigureTheme;
  readonly title: string;
  readonly aside: string;
  readonly details: string;
  /** For each file, in descending order. */
  readonly norms: readonly (readonly number[])[];
  /** The rank that is pointed at. */
  readonly rank?: number;
  /** Colour of filters that are zero. */
  readonly warning: string;
}

/** The rank at a pixel of a layer's filter norms. */
export function rankAt(count: number, plot: Box, x: number): number | undefined {
  const rank = Math.floor(((x - plot.x) / plot.width) * count);
  return rank >= 0 && rank < count ? rank : undefined;
}

/** One layer's filter norms: dots of the first file where there is room, lines of the others; zero filters are crossed. */
export function normsDrawing(input: NormsInput): Drawing {
  const { width, theme, norms, rank, warning } = input;
  const plot = multiplePlot(width);
  const base = plot.y + plot.height;
  const most = Math.max(0, ...norms.flat().filter(Number.isFinite)) || 1;
  const points = (sorted: readonly number[]) =>
    sorted.map((norm, k) => {
      const x = plot.x + ((k + 0.5) / sorted.length) * plot.width;
      return [x, Number.isFinite(norm) ? base - (norm / most) * (plot.height - 4) : NaN] as const;
    });
  const [own = [], ...others] = norms;
  const ownPoints = points(own);
  const step = plot.width / Math.max(1, own.length);
  const style = runStyle(0, false, theme);
  const zeros = ownPoints.filter((_, k) => own[k] === 0);
  const marked = rank === undefined ? undefined : ownPoints[rank];
  return {
    width,
    height: multipleHeight,
    marks: [
      ...textMarks(input),
      ...(marked
        ? [
            {
              kind: "path",
              d: `M${marked[0].toFixed(2)} ${plot.y}V${base}`,
              stroke: css(theme.muted),
              role: "rank",
            } as const,
          ]
        : []),
      ...others.map((sorted, k): Mark => {
        const { colour, dash } = runStyle(k + 1, false, theme);
        return {
          kind: "path",
          d: linePath(points(sorted).flat()),
          stroke: colour,
          width: 1.5,
          ...(dash ? { dash } : {}),
          role: `norms ${k + 1}`,
        };
      }),
      step >= 4
        ? { kind: "path", d: dotsPath(ownPoints.flat(), Math.min(2.4, step / 3)), fill: style.colour, role: "norms 0" }
        : { kind: "path", d: linePath(ownPoints.flat()), stroke: style.colour, width: 2, role: "norms 0" },
      {
        kind: "path",
        d: zeros.map(([x]) => `M${x - 3} ${base - 6}l6 6m0 -6l-6 6`).join(""),
        stroke: warning,
        width: 1.5,
        role: "zero-filters",
      },
      { kind: "path", d: `M${plot.x} ${base}h${plot.width}`, stroke: css(theme.frame), role: "base" },
      small(plot.x + plot.width, plot.y + 8, formatTick(Number(most.toPrecision(3))), "end", theme, "most"),
      small(plot.x, base + 13, "1", "start", theme, "from"),
      small(plot.x + plot.width, base + 13, formatCount(own.length), "end", theme, "to"),
    ],
  };
}

import { mix } from "../../server/drawing/colours";
import { css, parseColour } from "./colours";
import type { Colour } from "../../server/drawing/colours";
import type { FigureTheme } from "./theme";

/** How a line is drawn. */
export interface LineStyle {
  readonly colour: string;
  readonly width: number;
  readonly dash?: readonly number[];
}

/** Colours of the theme for charts, where the page has them. */
export interface ChartColours {
  readonly blue?: Colour;
  readonly red?: Colour;
}

/** Blue and red that are told apart with every kind of colour vision: they differ in lightness too. */
const own = { dark: { blue: "#6cb2ff", red: "#ff7b66" }, light: { blue: "#0b62b8", red: "#c9351f" } } as const;

/** For runs side by side, after the palette of M. Okabe and K. Ito (2008), lighter on dark pages. */
const runColours = {
  dark: ["#6cb2ff", "#ff9e4a", "#3fcfa0", "#f08cc8", "#d8c84a", "#b9a2ff"],
  light: ["#0072b2", "#b84a00", "#00785a", "#a8447f", "#7a6800", "#5b3fb8"],
} as const;

/** The most runs that can be told apart. */
export const mostRuns = runColours.dark.length;

/** Dashes of runs where colour must not be the only sign. */
const runDashes: readonly (readonly number[] | undefined)[] = [
  undefined,
  [9, 3],
  [3, 3],
  [9, 3, 2, 3],
  [14, 4],
  [2, 5],
];

/** Test data dashed, training data solid, as in the paper. */
export const testDash: readonly number[] = [6, 4];

/** What was not measured is thinner and dotted. */
export const interpolatedDash: readonly number[] = [1.5, 3];

/** Reads the colours for charts from the page. */
export function readChartColours(): ChartColours {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => parseColour(style.getPropertyValue(`--vscode-charts-${name}`));
  return { blue: colour("blue"), red: colour("red") };
}

/** Lines of one run: loss blue, accuracy red, as in the paper; in high contrast told apart by weight as well. */
export function quantityStyle(
  isLoss: boolean,
  isDashed: boolean,
  theme: FigureTheme,
  page: ChartColours = {},
): LineStyle {
  const shade = own[theme.dark ? "dark" : "light"];
  const colour = isLoss ? page.blue : page.red;
  const heavy = theme.highContrast ? (isLoss ? 3 : 1.5) : 2;
  return {
    colour: colour ? css(colour) : isLoss ? shade.blue : shade.red,
    width: heavy,
    ...(isDashed ? { dash: testDash } : {}),
  };
}

/** Lines of several runs: one colour for each, the first one heavier in high contrast. */
export function runStyle(run: number, isDashed: boolean, theme: FigureTheme): LineStyle {
  const colours = runColours[theme.dark ? "dark" : "light"];
  const dash = theme.highContrast ? runDashes[run % runDashes.length] : isDashed ? testDash : undefined;
  return {
    colour: colours[run % colours.length]!,
    width: theme.highContrast && run === 0 ? 3 : 2,
    ...(dash ? { dash } : {}),
  };
}

/** A colour of the page in the strength of a rule. */
export const faint = (theme: FigureTheme, share: number): string => css(mix(theme.background, theme.foreground, share));

import { luminance, mix } from "../../server/drawing/colours";
import { parseColour } from "./colours";
import type { Colour } from "../../server/drawing/colours";

/** The colours and the font of a figure, read from the page once per theme. */
export interface FigureTheme {
  readonly dark: boolean;
  readonly highContrast: boolean;
  readonly background: Colour;
  readonly foreground: Colour;
  /** Axis ticks and other quiet text. */
  readonly muted: Colour;
  readonly frame: Colour;
  /** Rules behind profiles. */
  readonly rule: Colour;
  readonly font: string;
}

/** A theme from its two base colours; shares of the foreground keep text readable on the page. */
export function figureTheme(
  background: Colour,
  foreground: Colour,
  font: string,
  highContrast: { readonly border: Colour } | undefined,
): FigureTheme {
  const dark = luminance(background) < 0.2;
  const share = highContrast ? 1 : dark ? 0.7 : 0.76;
  return {
    dark,
    highContrast: highContrast !== undefined,
    background,
    foreground,
    muted: mix(background, foreground, share),
    frame: highContrast ? highContrast.border : mix(background, foreground, 0.28),
    rule: mix(background, foreground, highContrast ? 0.5 : 0.13),
    font,
  };
}

/** The light theme on white that pictures are copied in, whatever the page looks like. */
export function paperTheme(font: string): FigureTheme {
  return figureTheme([255, 255, 255], [51, 51, 51], font, undefined);
}

/** Reads the page's theme from the `--vscode-*` variables. */
export function readTheme(): FigureTheme {
  const style = getComputedStyle(document.documentElement);
  const body = getComputedStyle(document.body);
  const colour = (name: string) => parseColour(style.getPropertyValue(`--vscode-${name}`));
  const kind = document.body.dataset.vscodeThemeKind ?? document.body.className;
  const background = colour("editor-background") ?? [255, 255, 255];
  const foreground =
    colour("foreground") ?? parseColour(body.color) ?? (luminance(background) < 0.2 ? [255, 255, 255] : [0, 0, 0]);
  const font = style.getPropertyValue("--vscode-font-family").trim() || "sans-serif";
  const border = colour("contrastBorder") ?? foreground;
  return figureTheme(background, foreground, font, kind.includes("high-contrast") ? { border } : undefined);
}

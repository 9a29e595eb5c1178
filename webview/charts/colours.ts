import { contrastRatio, divergingRamp, mix, ramp } from "../../server/drawing/colours";
import type { Colour, ColourMap } from "../../server/drawing/colours";
import type { ViewState } from "../protocol/messages";

/** The colour of a line on the bare page: that of its value, moved towards the text until it is seen (3:1). */
export function lineInk(colour: Colour, page: { readonly background: Colour; readonly foreground: Colour }): Colour {
  for (let share = 0; share < 1; share += 0.1) {
    const seen = mix(colour, page.foreground, share);
    if (contrastRatio(seen, page.background) >= 3) return seen;
  }
  return page.foreground;
}

export function css(colour: Colour, opacity = 1): string {
  const [red, green, blue] = colour.map((channel) => Math.round(channel));
  return opacity === 1 ? `rgb(${red}, ${green}, ${blue})` : `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}

/** A colour written as #rgb, #rrggbb, #rrggbbaa, rgb() or rgba(); opacity is left out. */
export function parseColour(text: string): Colour | undefined {
  const value = text.trim();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?$/i.exec(value);
  if (short) return short.slice(1, 4).map((digit) => parseInt(digit + digit, 16)) as unknown as Colour;
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?:[0-9a-f]{2})?$/i.exec(value);
  if (long) return long.slice(1, 4).map((pair) => parseInt(pair, 16)) as unknown as Colour;
  const channels = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/i.exec(value);
  if (channels) return channels.slice(1, 4).map(Number) as unknown as Colour;
  return undefined;
}

const ramps = new Map<string, ColourMap>();

/** The map of what a view shows on a page; the same function for the same choice, so that inputs can be compared. */
export function coloursOf(
  { colours, metric, split }: Pick<ViewState, "colours" | "metric" | "split">,
  dark: boolean,
): ColourMap {
  const key = split === "difference" ? `difference ${dark}` : `${colours} ${dark} ${metric}`;
  const known =
    ramps.get(key) ??
    (split === "difference" ? divergingRamp(dark) : ramp(colours, dark, metric === "accuracy" ? "high" : "low"));
  ramps.set(key, known);
  return known;
}

import { interpolateCividis, interpolateMagma, interpolateViridis } from "d3-scale-chromatic";
import type { ViewState } from "../protocol/messages";

/** sRGB, each channel 0..255. */
export type Colour = readonly [number, number, number];
export type ColourMapName = ViewState["colours"];
/** From t in 0..1 to a colour; lightness rises with t. */
export type ColourMap = (t: number) => Colour;

export const black: Colour = [0, 0, 0];
export const white: Colour = [255, 255, 255];

const held = (t: number) => Math.min(1, Math.max(0, t));

/**
 * OKLCH to sRGB, clamped to the gamut; `hue` in degrees.
 * Source of the matrices: B. Ottosson, "A perceptual color space for image processing" (2020).
 */
export function fromOklch(lightness: number, chroma: number, hue: number): Colour {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const encode = (linear: number) =>
    255 * held(linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

const decode = (channel: number) => {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

/** Lightness L of OKLab, 0..1. */
export function oklabLightness([red, green, blue]: Colour): number {
  const [r, g, b] = [decode(red), decode(green), decode(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
}

/** Relative luminance of WCAG 2, 0..1. */
export function luminance([red, green, blue]: Colour): number {
  return 0.2126 * decode(red) + 0.7152 * decode(green) + 0.0722 * decode(blue);
}

/** Contrast ratio of WCAG 2, 1..21. */
export function contrastRatio(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white, whichever reads better: at least 4.5:1 on every colour. */
export function ink(ground: Colour): Colour {
  return luminance(ground) > 0.179 ? black : white;
}

/** `a` with the share `k` of `b`. */
export function mix(a: Colour, b: Colour, k: number): Colour {
  return [a[0] * (1 - k) + b[0] * k, a[1] * (1 - k) + b[1] * k, a[2] * (1 - k) + b[2] * k];
}

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

const named = (interpolate: (t: number) => string): ColourMap => {
  return (t) => parseColour(interpolate(held(t))) ?? black;
};

/** Every map's lightness is monotone, so order survives colour-vision deficiency and grey print. */
export const colourMaps: Readonly<Record<ColourMapName, ColourMap>> = {
  /** Own map: lightness linear in t, hue from indigo through teal to pale mint. */
  fathom: (t) => {
    const at = held(t);
    return fromOklch(0.2 + 0.76 * at, 0.05 + 0.058 * Math.sin(Math.PI * (0.1 + 0.84 * at)), 284 - 122 * at);
  },
  viridis: named(interpolateViridis),
  cividis: named(interpolateCividis),
  magma: named(interpolateMagma),
  grey: (t) => fromOklch(0.2 + 0.76 * held(t), 0, 0),
};

/**
 * The map from low (0) to high (1) values, turned so that the interesting end stands out from the page: low loss
 * and high accuracy are light on a dark page and dark on a light page.
 */
export function ramp(name: ColourMapName, darkPage: boolean, metric: "loss" | "accuracy" | "error"): ColourMap {
  const map = colourMaps[name];
  const lowIsLight = darkPage === (metric !== "accuracy");
  return (t) => map(lowIsLight ? 1 - t : t);
}

/**
 * The map of signed values: zero (0.5) is the neutral nearest to the page, negative ones are blue, positive ones orange.
 * Both arms have the same lightness and the same chroma at the same size, so that neither sign looks the larger one.
 */
export function divergingRamp(darkPage: boolean): ColourMap {
  const [neutral, end] = darkPage ? [0.27, 0.8] : [0.95, 0.45];
  return (t) => {
    const size = Math.abs(2 * held(t) - 1);
    const chroma = 0.1 * Math.sin((Math.PI / 2) * size);
    return fromOklch(neutral + (end - neutral) * size, chroma, t < 0.5 ? 255 : 55);
  };
}

const ramps = new Map<string, ColourMap>();

/** The map of what a view shows on a page; the same function for the same choice, so that inputs can be compared. */
export function coloursOf(
  { colours, metric, split }: Pick<ViewState, "colours" | "metric" | "split">,
  dark: boolean,
): ColourMap {
  const key = split === "difference" ? `difference ${dark}` : `${colours} ${dark} ${metric}`;
  const known = ramps.get(key) ?? (split === "difference" ? divergingRamp(dark) : ramp(colours, dark, metric));
  ramps.set(key, known);
  return known;
}

import { interpolateCividis, interpolateMagma, interpolateViridis } from "d3-scale-chromatic";

/** sRGB, each channel 0..255. */
export type Colour = readonly [number, number, number];
export type ColourMapName = "fathom" | "viridis" | "cividis" | "magma" | "grey";
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

/** The colour of a line on its own ground: away from its lightness, towards black or white, or these themselves. */
export function lineOn(ground: Colour, highContrast = false): Colour {
  if (highContrast) return ink(ground);
  return luminance(ground) > 0.179 ? mix(ground, black, 0.62) : mix(ground, white, 0.55);
}

function named(interpolate: (t: number) => string): ColourMap {
  return (t) => {
    const [red = 0, green = 0, blue = 0] = channelsOf(interpolate(held(t)));
    return [red, green, blue];
  };
}

/** Of `#rrggbb` or `rgb(r, g, b)`, the two notations in which the maps come. */
function channelsOf(text: string): readonly number[] {
  const pairs = /^#(..)(..)(..)$/.exec(text);
  return pairs ? pairs.slice(1).map((pair) => parseInt(pair, 16)) : (text.match(/[\d.]+/g) ?? []).map(Number);
}

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
 * The map from low (0) to high (1) values, turned so that the end of interest stands out from the page: dark on a light
 * page and light on a dark one.
 */
export function ramp(name: ColourMapName, dark: boolean, interest: "low" | "high"): ColourMap {
  const map = colourMaps[name];
  return dark === (interest === "low") ? (t) => map(1 - t) : map;
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

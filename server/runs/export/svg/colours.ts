import { interpolateCividis, interpolateMagma, interpolateViridis } from "d3-scale-chromatic";

/** sRGB, each channel 0..255. */
export type Colour = readonly [number, number, number];
/** From t in 0..1 to a colour. */
export type ColourMap = (t: number) => Colour;
export type ColourMapName = "fathom" | "viridis" | "cividis" | "magma" | "grey";

export const black: Colour = [0, 0, 0];
export const white: Colour = [255, 255, 255];

function held(t: number): number {
  return Math.min(1, Math.max(0, t));
}

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
  const encode = (linear: number): number =>
    255 * held(linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function decode(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Relative luminance of WCAG 2, 0..1. */
export function luminance([red, green, blue]: Colour): number {
  return 0.2126 * decode(red) + 0.7152 * decode(green) + 0.0722 * decode(blue);
}

/** Black or white, whichever reads better: at least 4.5:1 on every colour. */
export function inkOn(ground: Colour): Colour {
  return luminance(ground) > 0.179 ? black : white;
}

/** `a` with the share `k` of `b`. */
export function mix(a: Colour, b: Colour, k: number): Colour {
  return [a[0] * (1 - k) + b[0] * k, a[1] * (1 - k) + b[1] * k, a[2] * (1 - k) + b[2] * k];
}

export function css(colour: Colour): string {
  return `#${colour.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`;
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

/** Lightness rises with t in every map, so that order survives colour-vision deficiency and grey print. */
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

/** Blue for negative, orange for positive values, the same lightness on both arms; 0.5 is neutral and near the page. */
export function signedMap(dark: boolean): ColourMap {
  return (t) => {
    const share = 2 * held(t) - 1;
    const strength = Math.abs(share);
    const lightness = dark ? 0.3 + 0.5 * strength : 0.95 - 0.5 * strength;
    return fromOklch(lightness, 0.14 * strength, share < 0 ? 250 : 55);
  };
}

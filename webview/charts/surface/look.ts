import { lineOn } from "../../../server/drawing/colours";
import { css } from "../colours";
import type { Colour, ColourMap } from "../../../server/drawing/colours";
import type { Levels } from "../levels";
import type { FigureTheme } from "../theme";

/** Width, colour and opacity of an iso-line. */
export interface IsoLine {
  /** Place in the domain, 0..1. */
  readonly at: number;
  readonly colour: Colour;
  readonly opacity: number;
  readonly width: number;
}

/** The iso-lines of the sheet: those of the map, each against the colour that lies under it here. */
export function isoLines(levels: Levels, colours: ColourMap, theme: FigureTheme): readonly IsoLine[] {
  return levels.levels.map(({ position, major }) => {
    return {
      at: position,
      colour: lineOn(colours(position), theme.highContrast),
      opacity: major ? (theme.highContrast ? 0.95 : 0.72) : theme.highContrast ? 0.55 : 0.36,
      width: major ? (theme.highContrast ? 1.4 : 0.9) : 0.6,
    };
  });
}

/** The share of the page in the floor map, which lies back behind the sheet. */
export const floorFade = 0.1;

/** Shading by the light: 1 leaves a colour as it is. A surface turned away keeps four fifths of it. */
export const shading = { least: 0.8, range: 0.26 } as const;

/** Direction of the light in the world: from the upper left of the viewer, wherever the viewer stands. */
export function lightFrom(yaw: number): readonly [number, number, number] {
  const [x, y, z] = [-0.45, 0.9, 0.35];
  const length = Math.hypot(x, y, z);
  const [s, c] = [Math.sin(yaw), Math.cos(yaw)];
  return [(c * x - s * z) / length, y / length, (s * x + c * z) / length];
}

export function shadeOf(nx: number, ny: number, nz: number, light: readonly [number, number, number]): number {
  return shading.least + shading.range * Math.max(0, nx * light[0] + ny * light[1] + nz * light[2]);
}

const steps = { shade: 48 } as const;

/** The colours of a picture as text, made once: a picture has thousands of cells but few colours. */
export class Palette {
  #texts = new Map<number, string>();

  constructor(
    private readonly colours: ColourMap,
    readonly bands: number,
  ) {}

  /** The band of a place in the domain. */
  bandOf(t: number): number {
    return Math.min(this.bands - 1, Math.max(0, Math.floor(t * this.bands)));
  }

  /** The colour of a band under a shading of 0.8 to 1.06. */
  text(band: number, shade: number): string {
    const step = Math.round(((shade - shading.least) / shading.range) * steps.shade);
    const key = band * (steps.shade + 1) + step;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const factor = shading.least + (step / steps.shade) * shading.range;
    const [red, green, blue] = this.colours((band + 0.5) / this.bands);
    const held = (channel: number) => Math.min(255, channel * factor);
    const text = css([held(red), held(green), held(blue)]);
    this.#texts.set(key, text);
    return text;
  }
}

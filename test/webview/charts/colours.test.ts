import { describe, expect, test } from "vitest";
import { colourMaps, contrastRatio, divergingRamp, fromOklch, ink, ramp } from "../../../server/drawing/colours";
import { oklabLightness } from "../support/lightness";
import { coloursOf, css, lineInk, parseColour } from "../../../webview/charts/colours";
import type { ColourMapName } from "../../../server/drawing/colours";

const names = Object.keys(colourMaps) as ColourMapName[];
const steps = Array.from({ length: 101 }, (_, index) => index / 100);

describe("colour maps", () => {
  test("Fathom ends at the two colours of its definition", () => {
    expect(css(colourMaps.fathom(0))).toBe("rgb(20, 15, 51)");
    expect(css(colourMaps.fathom(1))).toBe("rgb(206, 255, 229)");
  });

  test.each(names)("lightness of %s rises everywhere", (name) => {
    const lightness = steps.map((t) => oklabLightness(colourMaps[name](t)));
    for (let i = 1; i < lightness.length; i++) expect(lightness[i]).toBeGreaterThan(lightness[i - 1]! - 1e-9);
    expect(lightness[100]! - lightness[0]!).toBeGreaterThan(0.5);
  });

  test("sixteen equal steps of Fathom differ evenly in lightness", () => {
    const lightness = Array.from({ length: 17 }, (_, index) => oklabLightness(colourMaps.fathom(index / 16)));
    const differences = lightness.slice(1).map((value, index) => value - lightness[index]!);
    expect(Math.min(...differences)).toBeGreaterThan(0.0465);
    expect(Math.max(...differences)).toBeLessThan(0.0485);
  });

  test("values outside 0 to 1 take the ends", () => {
    for (const name of names) {
      expect(colourMaps[name](-1)).toEqual(colourMaps[name](0));
      expect(colourMaps[name](2)).toEqual(colourMaps[name](1));
    }
  });

  test.each(names)("text in ink reads on every colour of %s", (name) => {
    for (const t of steps) {
      const ground = colourMaps[name](t);
      expect(contrastRatio(ink(ground), ground)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe("orientation", () => {
  test("low loss and high accuracy stand out from the page", () => {
    const lightness = (dark: boolean, metric: "loss" | "accuracy", t: number) =>
      oklabLightness(ramp("fathom", dark, metric === "loss" ? "low" : "high")(t));
    expect(lightness(true, "loss", 0)).toBeGreaterThan(lightness(true, "loss", 1));
    expect(lightness(false, "loss", 0)).toBeLessThan(lightness(false, "loss", 1));
    expect(lightness(true, "accuracy", 1)).toBeGreaterThan(lightness(true, "accuracy", 0));
    expect(lightness(false, "accuracy", 1)).toBeLessThan(lightness(false, "accuracy", 0));
  });
});

describe("signed values", () => {
  test.each([true, false])("are equally light on both arms, zero nearest to the page (dark: %s)", (dark) => {
    const map = divergingRamp(dark);
    for (const size of [0.1, 0.25, 0.4, 0.5]) {
      const [below, above] = [oklabLightness(map(0.5 - size)), oklabLightness(map(0.5 + size))];
      expect(Math.abs(below - above)).toBeLessThan(0.002);
      expect(dark ? above : -above).toBeGreaterThan(dark ? oklabLightness(map(0.5)) : -oklabLightness(map(0.5)));
    }
    const [red, , blue] = map(0);
    expect(blue).toBeGreaterThan(red);
    expect(map(1)[0]).toBeGreaterThan(map(1)[2]);
    const [r, g, b] = map(0.5);
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(0.01);
  });

  test("have one map whatever colours are chosen", () => {
    const view = { colours: "fathom", metric: "loss", split: "difference" } as const;
    expect(coloursOf(view, true)).toBe(coloursOf({ ...view, colours: "magma", metric: "accuracy" }, true));
    expect(coloursOf({ ...view, split: 0 }, true)).not.toBe(coloursOf(view, true));
  });
});

test("a line on the bare page is seen on every theme", () => {
  for (const background of [
    [31, 31, 31],
    [255, 255, 255],
    [0, 0, 0],
  ] as const) {
    const foreground = background[0] > 100 ? ([0, 0, 0] as const) : ([255, 255, 255] as const);
    for (const name of names)
      for (const t of steps) {
        const line = lineInk(colourMaps[name](t), { background, foreground });
        expect(contrastRatio(line, background)).toBeGreaterThanOrEqual(3);
      }
  }
  const clear = colourMaps.fathom(0.9);
  expect(lineInk(clear, { background: [0, 0, 0], foreground: [255, 255, 255] })).toEqual(clear);
});

describe("colours as text", () => {
  test("every form that VS Code writes is read", () => {
    expect(parseColour("#1f1f1f")).toEqual([31, 31, 31]);
    expect(parseColour(" #abc ")).toEqual([170, 187, 204]);
    expect(parseColour("#0078d480")).toEqual([0, 120, 212]);
    expect(parseColour("rgba(255, 255, 255, 0.7)")).toEqual([255, 255, 255]);
    expect(parseColour("rgb(1 2 3 / 50%)")).toEqual([1, 2, 3]);
    expect(parseColour("")).toBeUndefined();
  });

  test("lightness of OKLab inverts the conversion from OKLCH", () => {
    expect(oklabLightness(fromOklch(0.62, 0.05, 200))).toBeCloseTo(0.62, 6);
  });
});

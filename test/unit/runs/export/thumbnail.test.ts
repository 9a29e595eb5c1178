import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { toThumbnail } from "../../../../server/runs/export/thumbnail";
import { family, lineFigure, spaced, surfaceFigure } from "../../../support/results";

const size = { width: 240, dark: false };
const square = surfaceFigure({ y: spaced(-1, 1, 7) });

function parsed(svg: string): { readonly width: number; readonly height: number } {
  expect(XMLValidator.validate(svg)).toBe(true);
  const { svg: root } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" }).parse(svg) as {
    svg: Record<string, string>;
  };
  return { width: Number(root.width), height: Number(root.height) };
}

describe("a thumbnail", () => {
  test("of a surface is its map with the model in the middle, without letters", () => {
    const svg = toThumbnail({ surfaces: [square], lines: [] }, size);
    expect(parsed(svg)).toEqual({ width: 240, height: 240 });
    expect(svg.match(/class="level"/g)!.length).toBeGreaterThan(5);
    expect(svg).toContain('x1="115" y1="120" x2="125" y2="120"');
    expect(svg).not.toContain("<text");
  });

  test("is small enough to be part of a text", () => {
    const wild = surfaceFigure({
      x: spaced(-1, 1, 51),
      y: spaced(-1, 1, 51),
      loss: (x, y) => 3 + Math.sin(9 * x) + Math.cos(11 * y + x) + 4 * (x * x + y * y),
    });
    expect(toThumbnail({ surfaces: [wild], lines: [] }, size).length).toBeLessThan(60_000);
  });

  test("has the colours of its background", () => {
    const light = toThumbnail({ surfaces: [square], lines: [] }, size);
    const dark = toThumbnail({ surfaces: [square], lines: [] }, { width: 240, dark: true });
    expect(dark).not.toBe(light);
  });

  test("of a path shows it over the map, its last point the model", () => {
    const checkpoints = [
      { name: "0", path: "/0", x: -1, y: 1 },
      { name: "1", path: "/1", x: 0, y: 0 },
    ];
    const trajectory = { drops: [], checkpoints };
    const svg = toThumbnail({ surfaces: [square], lines: [], trajectory }, size);
    expect(svg).toContain('d="M0 0L120 120"');
    expect(svg).toContain('<circle cx="120" cy="120"');
    expect(parsed(toThumbnail({ surfaces: [], lines: [], trajectory }, size)).width).toBe(240);
  });

  test("of lines has one for each direction, of the first split", () => {
    const count = (svg: string) => svg.match(/class="line"/g)!.length;
    expect(count(toThumbnail({ surfaces: [], lines: family() }, size))).toBe(5);
    const two = [lineFigure("test", 0, (x) => 1 + x * x), lineFigure("train", 0, (x) => 2 + x * x)];
    expect(count(toThumbnail({ surfaces: [], lines: two }, size))).toBe(1);
    const row = surfaceFigure({ y: [0] });
    expect(count(toThumbnail({ surfaces: [row], lines: [] }, size))).toBe(1);
  });

  test("hatches what is not finite and leaves blank what is not known", () => {
    const beyond = surfaceFigure({ y: spaced(-1, 1, 7), loss: (x, y) => (x > 0.9 && y > 0.9 ? Infinity : 1 + x * x) });
    expect(toThumbnail({ surfaces: [beyond], lines: [] }, size)).toContain('class="beyond"');
    const nothing = surfaceFigure({ loss: () => NaN, measured: () => false });
    expect(toThumbnail({ surfaces: [nothing], lines: [] }, size)).toContain('class="unknown"');
  });

  test("of nothing is refused", () => {
    expect(() => toThumbnail({ surfaces: [], lines: [] }, size)).toThrow(/no trajectory/);
  });
});

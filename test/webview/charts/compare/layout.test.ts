import { describe, expect, test } from "vitest";
import { columnsOf, compareLayout } from "../../../../webview/charts/compare/layout";

const square = { x: [-1, 1], y: [-1, 1] } as const;

describe.each([320, 559, 560, 760, 1400])("at a width of %i", (width) => {
  test.each([2, 3, 4, 5, 6])("%i tiles have the same sides, apart from each other and inside the canvas", (count) => {
    const layout = compareLayout({ width, ownBars: Array<boolean>(count).fill(false), window: square });
    const [first] = layout.tiles;
    for (const { plot } of layout.tiles) {
      expect([plot.width, plot.height]).toEqual([first!.plot.width, first!.plot.width]);
      expect(plot.x + plot.width).toBeLessThanOrEqual(layout.width);
      expect(plot.y + plot.height).toBeLessThan(layout.bar!.y);
    }
    const columns = new Set(layout.tiles.map(({ plot }) => plot.x)).size;
    expect(columns).toBe(columnsOf(count, width));
    expect(layout.tiles.filter((tile) => tile.first)).toHaveLength(Math.ceil(count / columns));
    expect(layout.bar!.y + layout.bar!.height).toBeLessThan(layout.height);
  });
});

test("the first tile of a row is 22 px wider than the others", () => {
  const { tiles } = compareLayout({ width: 760, ownBars: [false, false, false], window: square });
  expect(tiles[0]!.plot.x).toBe(22);
  expect(tiles[1]!.plot.x - tiles[0]!.plot.x).toBe(tiles[2]!.plot.x - tiles[1]!.plot.x);
});

test("two or three stand in a row, four two by two, more in threes, and all in one column where there is little room", () => {
  expect([2, 3, 4, 5, 6].map((count) => columnsOf(count, 760))).toEqual([2, 3, 2, 3, 3]);
  expect([2, 3, 4, 5, 6].map((count) => columnsOf(count, 500))).toEqual([1, 1, 1, 1, 1]);
});

test("every tile has a bar of its own, or the difference alone beside that of the others", () => {
  const own = compareLayout({ width: 760, ownBars: [true, true], window: square });
  expect(own.bar).toBeUndefined();
  expect(own.tiles.every(({ bar, plot }) => bar!.x === plot.x && bar!.width === plot.width)).toBe(true);
  const beside = compareLayout({ width: 760, ownBars: [false, false, true], window: square });
  expect(beside.bar!.y).toBe(beside.tiles[2]!.bar!.y);
  expect(beside.bar!.x + beside.bar!.width).toBeLessThan(beside.tiles[2]!.bar!.x);
});

test("in one column a bar takes room under its own tile alone", () => {
  const { tiles } = compareLayout({ width: 400, ownBars: [false, false, true], window: square });
  const [first, second, third] = tiles.map(({ plot }) => plot.y);
  expect(second! - first!).toBe(third! - second!);
  const without = compareLayout({ width: 400, ownBars: [false, false, false], window: square });
  expect(without.tiles.map(({ plot }) => plot.y)).toEqual([first, second, third]);
});

test("a plane of other proportions is drawn with its own", () => {
  const { tiles } = compareLayout({ width: 760, ownBars: [false, false], window: { x: [-1, 1], y: [-0.5, 0.5] } });
  expect(tiles[0]!.plot.height).toBe(Math.round(tiles[0]!.plot.width / 2));
});

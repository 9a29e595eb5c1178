import * as echarts from "echarts/core";
import { describe, expect, test } from "vitest";
import { compareLayout } from "../../../webview/charts/compare/layout";
import { fieldOf } from "../../../webview/state/field";
import { comparedSnapshot, runIn } from "../support/compare";
import { mount, option } from "../support/maps";
import { press, settled, tidy } from "../support/panel";
import type { Mounted } from "../support/panel";
import { comparison, storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(21);
const unit = { x: [-1, 1], y: [-1, 1] } as const;
const stories = storiesOf(surface);
const runs = [0, 1, 2, 3, 4, 5].map((index) => runIn(comparedSnapshot(surface, index)));
const losses = runs.map((run) => fieldOf(run, "loss").values);

/** Fill colours of the bands of a tile, lowest first. */
function bands(mounted: Mounted, tile: number): readonly string[] {
  const { children } = option(mounted)
    .series.find(({ id }) => id === `map ${tile}`)!
    .renderItem();
  return children
    .filter(({ style }) => style.fill !== undefined && style.fill !== "none" && style.text === undefined)
    .map(({ style }) => style.fill!);
}

const values = (mounted: Mounted) =>
  mounted.all(".head .reading").map((element) => Number((element as HTMLElement).dataset.value));

async function hover(mounted: Mounted, tile: number, alpha: number, beta: number, type = "pointermove"): Promise<void> {
  const { plot } = mounted.find<HTMLElementTagNameMap["compare-figure"]>("compare-figure").layout!.tiles[tile]!;
  const box = mounted.find(".canvas").getBoundingClientRect();
  const place = {
    clientX: box.left + plot.x + ((alpha + 1) / 2) * plot.width,
    clientY: box.top + plot.y + ((1 - beta) / 2) * plot.height,
  };
  mounted
    .find(".canvas")
    .dispatchEvent(new PointerEvent(type, { ...place, bubbles: true, composed: true, pointerId: 1, button: 0 }));
  await settled();
}

/** Pixel centres of the rings of the cursor, as they stand on the canvas. */
function rings(mounted: Mounted): readonly (readonly [number, number])[] {
  const list = echarts.getInstanceByDom(mounted.find(".canvas"))!.getZr().storage.getDisplayList(true);
  return list
    .filter((element) => element.zlevel === 1 && element.type === "circle")
    .map((element) => (element as unknown as { shape: { cx: number; cy: number } }).shape)
    .filter((_, index) => index % 2 === 0)
    .map(({ cx, cy }) => [cx, cy] as const);
}

describe("tiles", () => {
  test.each(["compare-2", "compare", "compare-4", "compare-6"] as const)(
    "%s: all plots have the same side",
    async (name) => {
      const mounted = await mount(stories[name], { width: 800 });
      const { grid } = option(mounted);
      const count = { "compare-2": 2, compare: 3, "compare-4": 4, "compare-6": 6 }[name];
      expect(grid).toHaveLength(count);
      for (const { width, height } of grid) expect([width, height]).toEqual([grid[0]!.width, grid[0]!.width]);
    },
  );

  test("stand in one column in a narrow panel", async () => {
    const mounted = await mount(stories.compare, { width: 400 });
    expect(new Set(option(mounted).grid.map(({ left }) => left)).size).toBe(1);
  });

  test("have the same levels, and so the same colour for the same loss", async () => {
    const mounted = await mount(stories.compare, { width: 800 });
    const figure = mounted.find<HTMLElementTagNameMap["compare-figure"]>("compare-figure");
    const levels = figure.contents.map(({ scene }) => scene!.levels);
    expect(new Set(levels).size).toBe(1);
    const all = losses.slice(0, 3).flatMap((values) => [...values]);
    expect(levels[0]!.low).toBe(Math.min(...all));
    expect(bands(mounted, 0)).toEqual(bands(mounted, 1));
    expect(bands(mounted, 0).length).toBe(levels[0]!.bands.length);
  });

  test("have levels and a bar each, and a note, when the scale is not the same", async () => {
    const mounted = await mount(stories["compare-own"], { width: 800 });
    const figure = mounted.find<HTMLElementTagNameMap["compare-figure"]>("compare-figure");
    expect(figure.contents.map(({ scene }) => scene!.levels!.low)).toEqual(
      losses.slice(0, 3).map((own) => Math.min(...own)),
    );
    expect(figure.layout!.tiles.every(({ bar }) => bar !== undefined)).toBe(true);
    expect(
      mounted
        .all(".lines")
        .map((lines) => tidy(lines.textContent))
        .join(),
    ).toContain("equal colours do not mean equal values");
  });
});

describe("the linked cursor", () => {
  test("stands at the same place in every tile, with the value of each run", async () => {
    const mounted = await mount(stories.compare, { width: 800 });
    expect(values(mounted)).toEqual(runs.slice(0, 3).map((run) => run.header.centre.loss));
    await hover(mounted, 1, 0.4, -0.3);
    const index = 7 * 21 + 14;
    expect(values(mounted)).toEqual([0, 1, 2].map((run) => losses[run]![index]));
    const { tiles } = mounted.find<HTMLElementTagNameMap["compare-figure"]>("compare-figure").layout!;
    expect(rings(mounted)).toEqual(
      tiles.map(({ plot }) => [
        expect.closeTo(plot.x + 0.7 * plot.width, 6),
        expect.closeTo(plot.y + 0.65 * plot.height, 6),
      ]),
    );
    await hover(mounted, 1, 0.4, -0.3, "pointerleave");
    expect(rings(mounted)).toEqual([]);
  });

  test("moves by the keyboard and speaks the values of all", async () => {
    const mounted = await mount(stories["compare-2"], { width: 800 });
    await press(mounted, "ArrowRight");
    await press(mounted, "ArrowUp");
    const index = 11 * 21 + 11;
    expect(values(mounted)).toEqual([losses[0]![index], losses[1]![index]]);
    const spoken = mounted.all("[aria-live]").map((element) => tidy(element.textContent));
    expect(spoken.some((text) => /α 0\.10, β 0\.10, ResNet-20 \d.*, ResNet-20, no skip \d/.test(text))).toBe(true);
  });

  test("zooms all tiles to the same window", async () => {
    const mounted = await mount(stories["compare-2"], { width: 800 });
    await press(mounted, "+");
    const axes = option(mounted) as unknown as { xAxis: readonly { min: number; max: number }[] };
    expect(axes.xAxis.map(({ min, max }) => [min, max])).toEqual([
      [-0.5, 0.5],
      [-0.5, 0.5],
    ]);
  });
});

describe("the difference", () => {
  test("is the second run less the first, on a scale with zero in the middle", async () => {
    const mounted = await mount(stories["compare-difference"], { width: 800 });
    const figure = mounted.find<HTMLElementTagNameMap["compare-figure"]>("compare-figure");
    const { field, scene } = figure.contents[2]!;
    expect([...field!.values]).toEqual([...losses[1]!].map((value, index) => value - losses[0]![index]!));
    expect(scene!.levels!.low).toBe(-scene!.levels!.high);
    await hover(mounted, 2, 0.4, -0.3);
    const [first, second, difference] = values(mounted);
    expect(difference).toBe(second! - first!);
  });

  test("is not offered, and the reason told, where it has no meaning", async () => {
    const mounted = await mount(
      comparison(surface, 2, (snapshot, index) =>
        index === 0
          ? snapshot
          : { ...snapshot, header: { ...snapshot.header, model: { ...snapshot.header.model, parameters: 1 } } },
      ),
      { width: 800 },
    );
    expect(mounted.all('[data-option="difference"]')).toHaveLength(0);
    expect(
      mounted
        .all(".lines")
        .map((lines) => tidy(lines.textContent))
        .join(),
    ).toContain("There is no difference map: the models have different numbers of parameters.");
  });
});

describe("what differs", () => {
  test("another loss is refused in its tile; other samples, directions and ranges are labelled", async () => {
    const mounted = await mount(stories["compare-refused"], { width: 800 });
    const text = mounted
      .all(".lines")
      .map((lines) => tidy(lines.textContent))
      .join(" ");
    expect(text).toMatch(/normalised in different ways/);
    expect(text).toMatch(/different samples/);
    expect(text).toMatch(/only the part that all runs cover is shown, ±0\.5/);
    expect(mounted.text('.message[data-level="error"]')).toMatch(/measures mean squared error/);
    const series = option(mounted).series.find(({ id }) => id === "map 1")!;
    expect(series.renderItem().children).toEqual([]);
    expect(mounted.all("td[data-lowest]")).toHaveLength(0);
  });
});

describe("surfaces", () => {
  test("stand in place of the maps, all seen from the same place, which arrow keys turn", async () => {
    const mounted = await mount(stories["compare-surfaces"], { width: 800 });
    expect(mounted.all("compare-figure")).toHaveLength(0);
    const surfaces = mounted.find<HTMLElementTagNameMap["compare-surfaces"]>("compare-surfaces");
    const canvas = surfaces.shadowRoot!.querySelector("canvas")!;
    const before = canvas.toDataURL();
    const { yaw } = surfaces.camera;
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, composed: true }));
    await settled();
    expect(surfaces.camera.yaw).toBeCloseTo(yaw + 0.08, 9);
    expect(canvas.toDataURL()).not.toBe(before);
    // Every tile is painted: some of its pixels are of the map's colours.
    const context = canvas.getContext("2d")!;
    const ratio = canvas.width / canvas.clientWidth;
    const { tiles } = compareLayout({ width: canvas.clientWidth, ownBars: [false, false, false], window: unit });
    for (const { plot } of tiles) {
      const box = [plot.x, plot.y, plot.width, plot.height].map((size) => Math.round(size * ratio));
      const { data } = context.getImageData(box[0]!, box[1]!, box[2]!, box[3]!);
      let coloured = 0;
      for (let i = 0; i < data.length; i += 4) {
        const channels = [data[i]!, data[i + 1]!, data[i + 2]!];
        if (Math.max(...channels) - Math.min(...channels) > 20) coloured += 1;
      }
      expect(coloured / (data.length / 4)).toBeGreaterThan(0.2);
    }
  });

  test("have one cursor, seen and read in all of them, pinned by a click and freed by Escape", async () => {
    const mounted = await mount(stories["compare-surfaces"], { width: 800 });
    const surfaces = mounted.find<HTMLElementTagNameMap["compare-surfaces"]>("compare-surfaces");
    const [canvas, places] = [...surfaces.shadowRoot!.querySelectorAll("canvas")] as [
      HTMLCanvasElement,
      HTMLCanvasElement,
    ];
    const { tiles } = compareLayout({ width: canvas.clientWidth, ownBars: [false, false, false], window: unit });
    const marked = () =>
      tiles.map(({ plot }) => {
        const ratio = places.width / places.clientWidth;
        const box = [plot.x, plot.y, plot.width, plot.height].map((size) => Math.round(size * ratio));
        const { data } = places.getContext("2d")!.getImageData(box[0]!, box[1]!, box[2]!, box[3]!);
        return data.some((value) => value > 0);
      });
    expect(marked()).toEqual([false, false, false]);
    const painted = canvas.toDataURL();
    const { left, top } = canvas.getBoundingClientRect();
    const { plot } = tiles[1]!;
    const at = { clientX: left + plot.x + 0.5 * plot.width, clientY: top + plot.y + 0.62 * plot.height };
    const point = (type: string) =>
      canvas.dispatchEvent(new PointerEvent(type, { ...at, bubbles: true, composed: true, pointerId: 1, button: 0 }));
    point("pointermove");
    await settled();
    expect(marked()).toEqual([true, true, true]);
    // The surfaces themselves have not been painted again.
    expect(canvas.toDataURL()).toBe(painted);
    const { alpha, beta } = surfaces.cursor!;
    const column = surface.x.findIndex((x) => x === alpha);
    const index = surface.y.findIndex((y) => y === beta) * surface.x.length + column;
    expect(values(mounted)).toEqual([0, 1, 2].map((k) => losses[k]![index]));
    canvas.setPointerCapture = () => undefined;
    point("pointerdown");
    point("pointerup");
    await settled();
    expect(surfaces.cursor).toMatchObject({ alpha, beta, pinned: true });
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, composed: true }));
    await settled();
    expect(surfaces.cursor).toBeUndefined();
    expect(marked()).toEqual([false, false, false]);
  });

  test("are not offered where ranges differ, and the reason is told", async () => {
    const mounted = await mount(stories["compare-refused"], { width: 800 });
    expect(mounted.all('[data-option="surfaces"]')).toHaveLength(0);
    expect(
      mounted
        .all(".lines")
        .map((lines) => tidy(lines.textContent))
        .join(),
    ).toContain("need the same range");
  });
});

describe("the table", () => {
  test("has the measures of every run, the lowest in bold", async () => {
    const mounted = await mount(stories.compare, { width: 800 });
    const cells = (measure: string) =>
      mounted.all(`tr[data-measure="${measure}"] td`).map((cell) => tidy(cell.textContent));
    expect(cells("loss")).toEqual(["0.406 ± 0.021", "0.426 ± 0.021", "0.406 ± 0.021"]);
    expect(cells("largest")).toHaveLength(3);
    const largest = losses.slice(0, 3).map((own) => Math.max(...own));
    const marked = mounted.all('tr[data-measure="largest"] td').map((cell) => cell.hasAttribute("data-lowest"));
    expect(marked).toEqual(largest.map((value) => value === Math.min(...largest)));
    expect(cells("eigenvalue")).toEqual(["not run", "not run", "not run"]);
    expect(cells("samples")).toEqual(["500", "500", "500"]);
  });
});

describe("the picture", () => {
  test("is made of all tiles, with their names and a caption for each", async () => {
    const mounted = await mount(stories.compare, { width: 800 });
    const view = mounted.find<HTMLElementTagNameMap["compare-view"]>("compare-view");
    const svg = await (await view.picture("svg")).text();
    for (const name of ["ResNet-20", "ResNet-20, no skip", "ResNet-8"]) expect(svg).toContain(name);
    expect(svg.match(/random, filter-normalised, seed 123/g)!.length).toBeGreaterThanOrEqual(3);
    const png = await createImageBitmap(await view.picture("png"));
    expect(png.width).toBe(3 * 960);
  });

  test("shows surfaces where these are shown, and what must be said of the comparison", async () => {
    const mounted = await mount(stories["compare-surfaces"], { width: 800 });
    const view = mounted.find<HTMLElementTagNameMap["compare-view"]>("compare-view");
    const svg = await (await view.picture("svg")).text();
    expect(svg).toContain("ResNet-20, no skip");
    // Every surface has the names of its axes.
    for (const name of ["α", "β"]) expect(svg.match(new RegExp(`>${name}<`, "g"))).toHaveLength(3);
    expect(svg.match(/<path|<polygon/g)!.length).toBeGreaterThan(3000);
    const refused = await mount(stories["compare-refused"], { width: 800 });
    const labelled = refused.find<HTMLElementTagNameMap["compare-view"]>("compare-view");
    expect((await (await labelled.picture("svg")).text()).replace(/<[^>]*>/g, " ")).toMatch(
      /normalised in different ways/,
    );
  });
});

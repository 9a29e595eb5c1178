import { describe, expect, test } from "vitest";
import { divergingRamp } from "../../../server/drawing/colours";
import { css } from "../../../webview/charts/colours";
import { levelsOf } from "../../../webview/charts/levels";
import { fieldOf } from "../../../webview/state/field";
import type { ViewState } from "../../../webview/protocol/messages";
import { drawnElements, drawnTexts, fillsOf, linesOf } from "../support/drawing";
import { clientPoint, mountPanel, point, press, settled, tidy } from "../support/panel";
import type { Mounted } from "../support/panel";
import { snapshotOf } from "../support/runs";
import { storiesOf } from "../support/stories";
import type { Story } from "../support/stories";
import { secondOf } from "../support/splits";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(21);
const second = secondOf(surface);
const stories = storiesOf(surface);
const middle = (surface.loss.length - 1) / 2;

type Figure = HTMLElementTagNameMap["contour-figure"];
const figureOf = (mounted: Mounted) => mounted.find<Figure>("contour-figure");

async function change(mounted: Mounted, detail: Partial<ViewState>): Promise<void> {
  mounted.find("contour-view").dispatchEvent(new CustomEvent("view-change", { detail, bubbles: true, composed: true }));
  await settled();
}

/** Chooses an entry of a select by its label, as a person does: by what it says. */
async function choose(mounted: Mounted, label: string, entry: string): Promise<void> {
  const select = mounted.find<HTMLElementTagNameMap["vscode-single-select"]>(`vscode-single-select[label="${label}"]`);
  const option = select.options.find((each) => each.label === entry);
  if (!option) throw new Error(`${label} has no ${entry}, only ${select.options.map((each) => each.label).join(", ")}`);
  select.value = option.value!;
  select.dispatchEvent(new Event("change"));
  await settled();
}

function read(mounted: Mounted, name: string): number {
  return Number(mounted.find(`[data-read="${name}"]`).dataset.value);
}

describe("splits", () => {
  test("every one is told under its own name, everywhere", async () => {
    const mounted = await mountPanel(stories.splits);
    const facts = () => ["loss", "accuracy", "data"].map((name) => mounted.text(`[data-fact="${name}"]`));
    expect(facts()).toEqual(["0.454", "80.4 ± 1.8 %", "test.npz, 500 samples"]);
    expect(read(mounted, "loss")).toBe(second.loss[middle]);
    expect(tidy(mounted.find("read-out").shadowRoot!.querySelector("dl")!.textContent)).toContain("Loss, test 0.454");
    expect(mounted.find(".canvas").getAttribute("aria-label")).toContain("loss on test");
    expect(drawnTexts(mounted)).toContain("θ*  0.454");

    await choose(mounted, "Split", "train");
    expect(facts()).toEqual(["0.406", "84.4 ± 1.6 %", "train.npz, 500 of 2,000 samples"]);
    expect(read(mounted, "loss")).toBe(surface.loss[middle]);
    expect(tidy(mounted.find("read-out").shadowRoot!.querySelector("dl")!.textContent)).toContain("Loss, train 0.406");
    expect(drawnTexts(mounted)).toContain("θ*  0.406");
    expect(mounted.kept()!.view.split).toBe(0);

    await choose(mounted, "Split", "test − train");
    expect(facts()).toEqual([
      "0.406 (train); 0.454 (test)",
      "84.4 ± 1.6 % (train); 80.4 ± 1.8 % (test)",
      "train.npz, 500 of 2,000 samples; test.npz, 500 samples",
    ]);
    expect(read(mounted, "loss")).toBe(second.loss[middle]! - surface.loss[middle]!);
    expect(read(mounted, "accuracy")).toBe(second.accuracy[middle]! - surface.accuracy[middle]!);
    expect(mounted.text('[data-read="accuracy"]')).toBe("−4.0 pp");
  });

  test("the table is of the split", async () => {
    const mounted = await mountPanel(stories.splits);
    await change(mounted, { table: true });
    const cell = () => mounted.find(`td[data-index="${middle}"]`);
    expect(cell().dataset.loss).toBe(String(second.loss[middle]));
    expect(mounted.text("caption")).toMatch(/^Loss, test at each grid point/);
    await change(mounted, { split: "difference", metric: "accuracy" });
    expect(tidy(cell().textContent)).toBe("−4.0 pp");
    expect(cell().dataset.accuracy).toBe(String(second.accuracy[middle]! - surface.accuracy[middle]!));
  });

  test("of a run with one there is nothing to choose, and a view left with another one shows it", async () => {
    const mounted = await mountPanel({ ...stories.done, view: { split: "difference" } });
    expect(mounted.all('[label="Split"]')).toHaveLength(0);
    expect(read(mounted, "loss")).toBe(surface.loss[middle]);
    expect(mounted.all('[label="Scale"]')).toHaveLength(1);
  });

  test("are all drawn while a run goes on", async () => {
    const mounted = await mountPanel(stories["splits-running"]);
    expect(fillsOf(mounted).length).toBeGreaterThan(5);
    await choose(mounted, "Split", "test − train");
    expect(fillsOf(mounted).length).toBeGreaterThan(3);
    expect(mounted.text(".provenance")).toMatch(/of 441 measured, the rest interpolated$/);
  });
});

describe("the difference", () => {
  test("is drawn on a signed scale around zero", async () => {
    const mounted = await mountPanel(stories.difference);
    const { run } = figureOf(mounted);
    const { values } = fieldOf(run!, "loss", "difference");
    const levels = levelsOf(values, { scale: "auto", metric: "loss", signed: true })!;
    const map = divergingRamp(true);
    expect(fillsOf(mounted)).toEqual(levels.bands.slice(1).map(({ shade }) => css(map(shade))));
    expect(levels.low).toBe(-levels.high);
    expect(drawnTexts(mounted)).toEqual(expect.arrayContaining(["Δ Loss", "0", "θ*  +0.0487"]));
    expect(mounted.all('[label="Scale"]')).toHaveLength(0);
    expect(mounted.all('[label="Colours"]')).toHaveLength(0);
  });

  test("of percentages is in points", async () => {
    const mounted = await mountPanel(stories["accuracy-difference"]);
    expect(drawnTexts(mounted)).toEqual(expect.arrayContaining(["Δ Accuracy", "0 pp", "θ*  −4.0 pp"]));
  });
});

describe("scale, contours and upper end", () => {
  test("the paper's levels are drawn as they are, and where they show nothing that is said", async () => {
    const mounted = await mountPanel(stories.done);
    await choose(mounted, "Scale", "Paper levels");
    expect(linesOf(mounted)).toHaveLength(20);
    expect(drawnTexts(mounted)).toEqual(expect.arrayContaining(["0.1", "1.1", "9.1"]));
    expect(mounted.all('[data-note="paper"]')).toHaveLength(0);
    const high = { ...surface, loss: surface.loss.map((loss) => 20 + loss) };
    const beyond = await mountPanel({ ...storiesOf(high).done, view: { scale: "paper" } });
    expect(beyond.text('[data-note="paper"]')).toMatch(/^The paper's levels, 0\.1 to 9\.6 .* from 20\.4 to \d+,/);
    expect(linesOf(beyond).length).toBeGreaterThan(5);
  });

  test("lines alone have no regions and are seen on the page", async () => {
    const mounted = await mountPanel(stories.done);
    const filled = { fills: fillsOf(mounted).length, lines: linesOf(mounted).length };
    expect(filled.fills).toBe(filled.lines);
    await choose(mounted, "Contours", "Lines only");
    expect(fillsOf(mounted)).toEqual([]);
    expect(linesOf(mounted)).toHaveLength(filled.lines);
    expect(new Set(linesOf(mounted).map(({ stroke }) => stroke)).size).toBeGreaterThan(5);
  });

  test("an upper end ends the bar in an arrow; its natural one is shown and comes back", async () => {
    const mounted = await mountPanel(stories.done);
    const field = mounted.find<HTMLElementTagNameMap["vscode-textfield"]>('[label="Upper end"]');
    expect(field.placeholder).toBe("219");
    expect(field.shadowRoot!.querySelector("input")!.getAttribute("aria-label")).toBe("Upper end");
    const type = async (value: string) => {
      field.value = value;
      field.dispatchEvent(new Event("change"));
      await settled();
    };
    const arrows = () => drawnElements(mounted).filter(({ type: each }) => each === "polygon").length;
    const before = arrows();
    await type("20");
    expect(mounted.kept()!.view.clip).toBe(20);
    expect(arrows()).toBe(before + 1);
    expect(drawnTexts(mounted)).not.toContain("100");
    await type("-3");
    expect(mounted.text("figure-tools .problem, .problem")).toBe("The upper end must be a number above 0.406.");
    expect(mounted.kept()!.view.clip).toBe(20);
    await type("");
    expect(mounted.kept()!.view.clip).toBeUndefined();
    expect(arrows()).toBe(before);
    expect(drawnTexts(mounted)).toContain("100");
  });

  test("an upper end of one metric is not taken for another", async () => {
    const mounted = await mountPanel(stories.clipped);
    await choose(mounted, "Metric", "Error rate");
    expect(mounted.kept()!.view).toMatchObject({ metric: "error" });
    expect(mounted.kept()!.view.clip).toBeUndefined();
    expect(drawnTexts(mounted)).toContain("θ*  15.6\u00a0%");
  });
});

/** Two basins whose pass is far above any noise. */
const basins = {
  ...surface,
  loss: surface.loss.map((_, index) => {
    const [alpha, beta] = [surface.x[index % 21]!, surface.y[Math.floor(index / 21)]!];
    return 0.5 + (4 * alpha * alpha - 1) ** 2 + 4 * beta * beta;
  }),
};

describe("ground without contours", () => {
  const flat = { ...surface, loss: surface.loss.map(() => 2.302585) };
  const nothing = { ...surface, loss: surface.loss.map(() => NaN) };
  const story = (of: typeof surface, shown: "contour" | "surface"): Story => ({
    messages: [
      { kind: "init", source: "file:///x/model.onnx", title: "model.onnx" },
      { kind: "snapshot", snapshot: snapshotOf(of, { status: "done" }) },
    ],
    view: { shown },
  });

  test.each(["contour", "surface"] as const)("is said to be such in the view %s", async (shown) => {
    const even = await mountPanel(story(flat, shown));
    expect(even.text('[data-note="ground"]')).toBe("Every value is 2.30, so there are no contours.");
    const none = await mountPanel(story(nothing, shown));
    expect(none.text('[data-note="ground"]')).toBe("No value is a finite number, so there is nothing to draw.");
    const usual = await mountPanel(story(surface, shown));
    expect(usual.all('[data-note="ground"]')).toHaveLength(0);
  });
});

describe("marks", () => {
  test("are explained beside the map and under the cursor, and can be switched off", async () => {
    const mounted = await mountPanel(storiesOf(basins).done);
    expect(mounted.text('[data-mark="saddles"]')).toBe("Saddle, 1.50 at α 0.00, β 0.00");
    expect(mounted.text('[data-mark="lowest"]')).toBe("Lowest measured point, 0.500 at α −0.50, β 0.00");
    await point(mounted, "pointermove", -0.5, 0);
    expect(mounted.text(".mark")).toBe("lowest measured point");
    await point(mounted, "pointermove", 0, 0);
    expect(mounted.text(".mark")).toBe("θ*, the trained weights");
    const count = () =>
      drawnElements(mounted).filter(({ type, z }) => (type === "line" || type === "polygon") && z === 5);
    const before = count().length;
    const box = mounted.find<HTMLElementTagNameMap["vscode-checkbox"]>('[label="Saddles"]');
    box.checked = false;
    box.dispatchEvent(new Event("change"));
    await settled();
    expect(count().length).toBe(before - 4);
    expect(mounted.all('[data-mark="saddles"]')).toHaveLength(0);
    expect(mounted.kept()!.view.options.contour).toEqual({ saddles: false });
  });

  test("there is no saddle while the grid is not measured", async () => {
    const mounted = await mountPanel(storiesOf(basins).cancelled);
    expect(mounted.all('[data-mark="saddles"]')).toHaveLength(0);
  });
});

/** What the page was asked for by an event. */
function heard<K extends "measure-region" | "centre-here">(
  mounted: Mounted,
  name: K,
): HTMLElementEventMap[K]["detail"][] {
  const details: HTMLElementEventMap[K]["detail"][] = [];
  mounted.panel.addEventListener(name, (event) => details.push(event.detail as HTMLElementEventMap[K]["detail"]));
  return details;
}

async function drag(mounted: Mounted, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  await point(mounted, "pointerdown", ...from);
  await point(mounted, "pointermove", ...to);
  await point(mounted, "pointerup", ...to);
}

async function wheel(mounted: Mounted, alpha: number, beta: number, init: WheelEventInit): Promise<WheelEvent> {
  const at = clientPoint(mounted, alpha, beta);
  const event = new WheelEvent("wheel", { ...at, ...init, bubbles: true, composed: true, cancelable: true });
  mounted.find(".canvas").dispatchEvent(event);
  await settled();
  return event;
}

describe("a dragged region", () => {
  test("is offered to be zoomed to or measured, in tidy coordinates, and can be discarded", async () => {
    const mounted = await mountPanel(stories.done);
    const asked = heard(mounted, "measure-region");
    await drag(mounted, [-0.4, 0.4], [0.1, -0.1]);
    expect(mounted.all("region-bar")).toHaveLength(1);
    const bar = mounted.find("region-bar").getBoundingClientRect();
    const canvas = mounted.find(".canvas").getBoundingClientRect();
    expect(bar.left).toBeGreaterThanOrEqual(canvas.left);
    expect(bar.right).toBeLessThanOrEqual(canvas.right);
    expect(bar.top - clientPoint(mounted, 0, -0.1).clientY).toBeCloseTo(6, -1);
    await press(mounted, "Escape");
    expect(mounted.all("region-bar")).toHaveLength(0);

    await drag(mounted, [-0.4, 0.4], [0.1, -0.1]);
    mounted.find('vscode-toolbar-button[label="Measure here"]').click();
    await settled();
    expect(asked).toHaveLength(1);
    const { x, y } = asked[0]!;
    expect(x[0]).toBeCloseTo(-0.4, 1);
    expect(y[1]).toBeCloseTo(0.4, 1);
    expect(x[1] - x[0]).toBeCloseTo(0.5, 1);
    for (const end of [...x, ...y]) expect(String(end).length).toBeLessThanOrEqual(6);
    expect(mounted.all("region-bar")).toHaveLength(0);
    expect(figureOf(mounted).window).toBeUndefined();
  });

  test("M asks for what is shown, and for nothing where that is the whole plane", async () => {
    const mounted = await mountPanel(stories.done);
    const asked = heard(mounted, "measure-region");
    await press(mounted, "m");
    expect(asked).toEqual([]);
    await press(mounted, "+");
    await press(mounted, "M");
    expect(asked).toEqual([{ x: [-0.5, 0.5], y: [-0.5, 0.5] }]);
  });
});

describe("centre here", () => {
  test("is asked for of a pinned cursor, by key, button and menu", async () => {
    const mounted = await mountPanel(stories.done);
    const asked = heard(mounted, "centre-here");
    await point(mounted, "pointerdown", 0.4, -0.2);
    await point(mounted, "pointerup", 0.4, -0.2);
    await press(mounted, "c");
    mounted.find('vscode-toolbar-button[label="Centre a plane here"]').click();
    mounted
      .find(".canvas")
      .dispatchEvent(
        new MouseEvent("contextmenu", { ...clientPoint(mounted, -0.6, 0.3), button: 2, bubbles: true, composed: true }),
      );
    await settled();
    const items = [...mounted.find("context-menu").shadowRoot!.querySelectorAll<HTMLElement>('[role="menuitem"]')];
    expect(items.map((item) => tidy(item.querySelector("span")!.textContent))).toEqual([
      "Zoom in here",
      "Centre a plane here",
      "Pin the cursor here",
      "Copy image",
    ]);
    items[1]!.click();
    await settled();
    expect(asked.map(({ alpha, beta }) => [alpha, beta].map((value) => Number(value.toFixed(6))))).toEqual([
      [0.4, -0.2],
      [0.4, -0.2],
      [-0.6, 0.3],
    ]);
    expect(mounted.all("context-menu")).toHaveLength(0);
  });

  test("the menu has the focus, and gives it back to the map", async () => {
    const mounted = await mountPanel(stories.done);
    mounted
      .find(".canvas")
      .dispatchEvent(
        new MouseEvent("contextmenu", { ...clientPoint(mounted, 0.2, 0.2), button: 2, bubbles: true, composed: true }),
      );
    await settled();
    const menu = mounted.find("context-menu");
    const focused = () => tidy(menu.shadowRoot!.activeElement?.textContent);
    expect(focused()).toMatch(/^Zoom in here/);
    const key = (name: string) =>
      menu.shadowRoot!.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
    key("ArrowUp");
    expect(focused()).toMatch(/^Copy image/);
    key("Escape");
    await settled();
    expect(mounted.all("context-menu")).toHaveLength(0);
    expect(figureOf(mounted).shadowRoot!.activeElement).toBe(mounted.find(".canvas"));
  });
});

describe("wheel, fingers and moving", () => {
  test("a wheel alone is left to the page; with Ctrl or Cmd it zooms around the pointer", async () => {
    const mounted = await mountPanel(stories.done);
    const figure = figureOf(mounted);
    const plain = await wheel(mounted, 0.5, 0.5, { deltaY: -100 });
    expect([plain.defaultPrevented, figure.window]).toEqual([false, undefined]);
    const ctrl = await wheel(mounted, 0.5, 0.5, { deltaY: -100, ctrlKey: true });
    expect(ctrl.defaultPrevented).toBe(true);
    const { x, y } = figure.window!;
    expect(x[1] - x[0]).toBeCloseTo(2 * Math.exp(-0.3), 6);
    // The place under the pointer stays there.
    expect((0.5 - x[0]) / (x[1] - x[0])).toBeCloseTo(0.75, 2);
    expect((0.5 - y[0]) / (y[1] - y[0])).toBeCloseTo(0.75, 2);
    for (let k = 0; k < 4; k++) await wheel(mounted, 0.5, 0.5, { deltaY: 3, deltaMode: 1, metaKey: true });
    expect(figure.window).toBeUndefined();
  });

  test("Shift and a drag move what is shown, not beyond the plane; the middle button too", async () => {
    const mounted = await mountPanel(stories.done);
    const figure = figureOf(mounted);
    await press(mounted, "+");
    expect(figure.window!.x).toEqual([-0.5, 0.5]);
    const pull = async (init: PointerEventInit, by: number) => {
      const canvas = mounted.find(".canvas");
      const { plot } = figure.layout!;
      const box = canvas.getBoundingClientRect();
      const at = (x: number) => ({ clientX: box.left + plot.x + x, clientY: box.top + plot.y + plot.height / 2 });
      for (const [type, x] of [
        ["pointerdown", 200],
        ["pointermove", 200 + by / 2],
        ["pointermove", 200 + by],
        ["pointerup", 200 + by],
      ] as const) {
        canvas.dispatchEvent(
          new PointerEvent(type, { ...at(x), ...init, pointerId: 1, bubbles: true, composed: true }),
        );
        await settled();
      }
      return plot.width;
    };
    const width = await pull({ shiftKey: true }, -80);
    expect(figure.window!.x[0]).toBeCloseTo(-0.5 + 80 / width, 6);
    expect(figure.window!.y).toEqual([-0.5, 0.5]);
    await pull({ button: 1, buttons: 4 }, 40);
    expect(figure.window!.x[0]).toBeCloseTo(-0.5 + 40 / width, 6);
    await pull({ shiftKey: true }, -2000);
    expect(figure.window!.x[1]).toBe(1);
    expect(mounted.all("region-bar")).toHaveLength(0);
  });

  test("two fingers zoom around the place between them", async () => {
    const mounted = await mountPanel(stories.done);
    const canvas = mounted.find(".canvas");
    const finger = async (type: string, pointerId: number, alpha: number, beta: number) => {
      canvas.dispatchEvent(
        new PointerEvent(type, {
          ...clientPoint(mounted, alpha, beta),
          pointerId,
          pointerType: "touch",
          bubbles: true,
          composed: true,
        }),
      );
      await settled();
    };
    await finger("pointerdown", 11, -0.2, 0);
    await finger("pointerdown", 12, 0.2, 0);
    await finger("pointermove", 12, 0.6, 0);
    const { x, y } = figureOf(mounted).window!;
    expect(x[1] - x[0]).toBeCloseTo(1, 2);
    expect(y[1] - y[0]).toBeCloseTo(1, 2);
    await finger("pointerup", 12, 0.6, 0);
    await finger("pointerup", 11, -0.2, 0);
    expect(mounted.all("region-bar")).toHaveLength(0);
    expect(mounted.all('vscode-icon[name="pinned"]')).toHaveLength(0);
  });
});

describe("pictures", () => {
  test("an SVG holds vectors and texts in named fonts on white, with the caption of its split", async () => {
    const mounted = await mountPanel(stories.splits, { theme: "dark" });
    const view = mounted.find<HTMLElementTagNameMap["contour-view"]>("contour-view");
    const blob = await view.picture("svg");
    expect(blob.type).toBe("image/svg+xml");
    const text = await blob.text();
    const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    expect(root.localName).toBe("svg");
    expect(root.querySelectorAll("image")).toHaveLength(0);
    expect(root.querySelectorAll("path").length).toBeGreaterThan(20);
    const words = [...root.querySelectorAll("text")].map((element) => element.textContent).join(" ");
    expect(words).toContain("ResNet-8 on test.npz, 500 samples.");
    expect(words).toMatch(/21 × 21 measured, ±1\..*random, filter-normalised, seed 123\. ONNX Runtime 1\.30\.0\./);
    expect(words).toContain("θ*");
    expect(text).toContain("Arial");
    expect(text).toMatch(/<rect width="760" height="\d+"[^>]*fill="#ffffff"/);
  });
});

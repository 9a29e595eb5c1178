import { describe, expect, test } from "vitest";
import type { HostMessage } from "../../../webview/protocol/messages";
import { drawn, mountPanel, point, press, settled, tidy } from "../support/panel";
import type { Mounted } from "../support/panel";
import { snapshotOf } from "../support/runs";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";
import { themes } from "../themes/all";
import { applyTheme } from "../themes/theme";

const surface = oracleSurface(51);
const stories = storiesOf(surface);

function read(mounted: Mounted, name: string): number {
  return Number(mounted.find(`[data-read="${name}"]`).dataset.value);
}

function indexAt(alpha: number, beta: number): number {
  return Math.round((beta + 1) * 25) * 51 + Math.round((alpha + 1) * 25);
}

/** Waits until the figure has been drawn and gives its pixels. */
async function picture(mounted: Mounted): Promise<string> {
  await settled();
  return drawn(mounted);
}

describe("reading", () => {
  test("without a cursor is that of the unperturbed model", async () => {
    const mounted = await mountPanel(stories.done);
    expect(read(mounted, "loss")).toBe(surface.loss[indexAt(0, 0)]);
    expect(mounted.text('[data-read="loss"]')).toBe("0.406");
    expect(mounted.text(".provenance")).toBe("51 × 51 measured");
  });

  test("under the pointer is the nearest grid point's own number", async () => {
    const mounted = await mountPanel(stories.done);
    await point(mounted, "pointermove", 0.445, -0.332);
    expect([read(mounted, "alpha"), read(mounted, "beta")]).toEqual([surface.x[36], expect.closeTo(-0.32, 12)]);
    expect(read(mounted, "loss")).toBe(surface.loss[indexAt(0.44, -0.32)]);
    expect(read(mounted, "accuracy")).toBe(surface.accuracy[indexAt(0.44, -0.32)]);
    expect(mounted.all(".note.muted")).toHaveLength(0);
    await point(mounted, "pointerleave", 0.445, -0.332);
    expect(read(mounted, "alpha")).toBe(0);
  });

  test("says when a value is interpolated", async () => {
    const mounted = await mountPanel(stories.nested);
    expect(mounted.text(".provenance")).toBe("9 × 9 measured, drawn at 51 × 51");
    await point(mounted, "pointermove", 0.44, -0.32);
    expect(mounted.text('[data-read="loss"]')).toMatch(/^≈ \d/);
    expect(tidy(mounted.find(".note").textContent)).toBe("interpolated");
    expect(read(mounted, "loss")).not.toBe(surface.loss[indexAt(0.44, -0.32)]);
    await point(mounted, "pointermove", 1, 1);
    expect(mounted.text('[data-read="loss"]')).not.toContain("≈");
    expect(read(mounted, "loss")).toBe(surface.loss[2600]);
  });

  test("before the first estimate knows only what is measured", async () => {
    const mounted = await mountPanel(stories["first-points"]);
    expect(mounted.text(".provenance")).toBe("5 of 2,601 measured");
    await point(mounted, "pointermove", 0.44, -0.32);
    expect(mounted.text('[data-read="loss"]')).toBe("–");
    expect(mounted.text(".note")).toBe("not measured");
    expect(mounted.find(".canvas").querySelectorAll("canvas").length).toBeGreaterThan(0);
  });
});

describe("keyboard", () => {
  test("moves the cursor by grid steps and speaks its values", async () => {
    const mounted = await mountPanel(stories.done);
    await press(mounted, "ArrowRight");
    await press(mounted, "ArrowUp", true);
    expect([read(mounted, "alpha"), read(mounted, "beta")]).toEqual([surface.x[26], surface.y[35]]);
    expect(read(mounted, "loss")).toBe(surface.loss[35 * 51 + 26]);
    const spoken = mounted.all("[aria-live]").map((element) => tidy(element.textContent));
    expect(spoken.some((text) => /^α 0\.04, β 0\.40, Loss \d.*, Accuracy \d/.test(text))).toBe(true);
    await press(mounted, "Home");
    expect([read(mounted, "alpha"), read(mounted, "beta")]).toEqual([0, 0]);
  });

  test("pins and frees the cursor", async () => {
    const mounted = await mountPanel(stories.done);
    await press(mounted, "ArrowRight");
    await press(mounted, "Enter");
    expect(mounted.all('vscode-icon[name="pinned"]')).toHaveLength(1);
    await point(mounted, "pointermove", -0.5, 0.5);
    expect(read(mounted, "alpha")).toBe(surface.x[26]);
    await press(mounted, "Escape");
    expect(mounted.all('vscode-icon[name="pinned"]')).toHaveLength(0);
    expect(read(mounted, "alpha")).toBe(0);
  });

  test("zooms in and out around the cursor, which stays in sight", async () => {
    const mounted = await mountPanel(stories.done);
    const before = await picture(mounted);
    await press(mounted, "+");
    await press(mounted, "+");
    expect(mounted.all('[label="Reset zoom"]')).toHaveLength(1);
    expect(await picture(mounted)).not.toBe(before);
    const figure = mounted.find<HTMLElementTagNameMap["contour-figure"]>("contour-figure");
    expect(figure.window).toEqual({ x: [-0.25, 0.25], y: [-0.25, 0.25] });
    await press(mounted, "ArrowRight", true);
    expect(figure.window!.x[1]).toBeCloseTo(0.4, 12);
    await press(mounted, "0");
    expect(mounted.all('[label="Reset zoom"]')).toHaveLength(0);
    await press(mounted, "Escape");
    expect(await picture(mounted)).toBe(before);
  });
});

describe("pointer", () => {
  test("a click pins, a click elsewhere pins there", async () => {
    const mounted = await mountPanel(stories.done);
    const click = async (alpha: number, beta: number) => {
      await point(mounted, "pointerdown", alpha, beta);
      await point(mounted, "pointerup", alpha, beta);
    };
    await click(0.4, 0.4);
    await point(mounted, "pointermove", -0.8, 0.8);
    expect(read(mounted, "alpha")).toBeCloseTo(0.4, 12);
    await click(-0.2, 0.4);
    expect(read(mounted, "alpha")).toBeCloseTo(-0.2, 12);
  });

  test("a drag selects a square that can be zoomed to, a double click resets", async () => {
    const mounted = await mountPanel(stories.done);
    const figure = mounted.find<HTMLElementTagNameMap["contour-figure"]>("contour-figure");
    await point(mounted, "pointerdown", -0.4, 0.4);
    await point(mounted, "pointermove", 0.1, 0.2);
    await point(mounted, "pointerup", 0.1, 0.2);
    expect(figure.window).toBeUndefined();
    mounted.find('region-bar vscode-toolbar-button[label="Zoom"], [label="Zoom"]').click();
    await settled();
    const { x, y } = figure.window!;
    expect(x[1] - x[0]).toBeCloseTo(0.5, 2);
    expect(y[1] - y[0]).toBeCloseTo(x[1] - x[0], 9);
    expect(x[0]).toBeCloseTo(-0.4, 2);
    expect(y[1]).toBeCloseTo(0.4, 2);
    mounted.find(".canvas").dispatchEvent(new MouseEvent("dblclick", { bubbles: true, composed: true }));
    await settled();
    expect(figure.window).toBeUndefined();
  });
});

describe("drawing", () => {
  test("follows the theme of the page", async () => {
    const mounted = await mountPanel(stories.done, { theme: "dark" });
    const pictures = new Set([await picture(mounted)]);
    for (const theme of [themes.light, themes["hc-dark"], themes["hc-light"]]) {
      applyTheme(theme);
      await settled();
      pictures.add(await picture(mounted));
    }
    expect(pictures.size).toBe(4);
    applyTheme(themes.dark);
    await settled();
    pictures.add(await picture(mounted));
    expect(pictures.size).toBe(4);
  });

  test("puts the map's colours where they belong", async () => {
    const mounted = await mountPanel(stories.done, { theme: "dark" });
    await settled();
    const figure = mounted.find<HTMLElementTagNameMap["contour-figure"]>("contour-figure");
    const { plot, width } = figure.layout!;
    const canvas = mounted.find<HTMLCanvasElement>(".canvas canvas");
    const ratio = canvas.width / width;
    const pixel = (x: number, y: number) => [
      ...canvas.getContext("2d")!.getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data,
    ];
    const lowest = pixel(plot.x + plot.width / 2 + 8, plot.y + plot.height / 2 + 8);
    const highest = pixel(plot.x + plot.width - 3, plot.y + plot.height - 3);
    expect(lowest).toEqual([206, 255, 229, 255]);
    expect(highest).toEqual([20, 15, 51, 255]);
  });

  test("changes with metric, colours and measured points, not with what is only beside it", async () => {
    const mounted = await mountPanel(stories.done);
    const before = await picture(mounted);
    const change = async (detail: object) => {
      mounted
        .find("contour-view")
        .dispatchEvent(new CustomEvent("view-change", { detail, bubbles: true, composed: true }));
      await settled();
      return picture(mounted);
    };
    const seen = new Set([
      before,
      await change({ metric: "accuracy" }),
      await change({ metric: "loss", colours: "magma" }),
      await change({ colours: "fathom", measuredPoints: true }),
      await change({ measuredPoints: false, profiles: false }),
      await change({ profiles: true, scale: "linear" }),
    ]);
    expect(seen.size).toBe(6);
    expect(await change({ scale: "auto" })).toBe(before);
  });

  test("leaves out what is outside the shown window", async () => {
    // Nothing of an earlier drawing may stay: the same window gives the same picture on a new panel.
    const first = await mountPanel(stories.done);
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight"]) await press(first, key, true);
    for (const key of ["+", "+", "+"]) await press(first, key);
    const zoomedLate = await picture(first);
    const figure = first.find<HTMLElementTagNameMap["contour-figure"]>("contour-figure");
    const second = await mountPanel({ messages: [] });
    const view = document.createElement("contour-figure");
    Object.assign(view, { run: figure.run, view: figure.view, window: figure.window, cursor: figure.cursor });
    view.style.display = "block";
    view.style.width = `${figure.clientWidth}px`;
    second.panel.parentElement!.append(view);
    await settled();
    const fresh = [...view.shadowRoot!.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join("\n");
    expect(fresh).toBe(zoomedLate);
  });

  test("waits while the page is hidden and catches up when it is shown", async () => {
    const mounted = await mountPanel(stories.coarse);
    const before = await picture(mounted);
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    const done: HostMessage = { kind: "snapshot", snapshot: snapshotOf(surface, { status: "done" }) };
    try {
      await mounted.send(done);
      expect(await picture(mounted)).toBe(before);
    } finally {
      Reflect.deleteProperty(document, "hidden");
    }
    document.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(await picture(mounted)).not.toBe(before);
  });

  test("survives being taken off the page and put back", async () => {
    const mounted = await mountPanel(stories.done);
    const before = await picture(mounted);
    const parent = mounted.panel.parentElement!;
    mounted.panel.remove();
    parent.append(mounted.panel);
    await settled();
    expect(await picture(mounted)).toBe(before);
  });
});

describe("words", () => {
  test("the figure says in a sentence what it shows", async () => {
    const mounted = await mountPanel(stories.done);
    const canvas = mounted.find(".canvas");
    expect(canvas.getAttribute("role")).toBe("img");
    expect(canvas.tabIndex).toBe(0);
    expect(canvas.getAttribute("aria-label")).toMatch(
      /^Contour map of loss .* the loss is 0\.406\..* range from .* to 219 at .* 51 × 51 measured\.$/,
    );
  });
});

describe("copying", () => {
  test("gives a PNG at three times the size, light on white, with a caption", async () => {
    const mounted = await mountPanel(stories.done, { theme: "dark" });
    const written: ClipboardItem[] = [];
    const original = navigator.clipboard.write.bind(navigator.clipboard);
    navigator.clipboard.write = (items) => {
      written.push(...items);
      return Promise.resolve();
    };
    try {
      await mounted.find<HTMLElementTagNameMap["contour-view"]>("contour-view").copyImage();
    } finally {
      navigator.clipboard.write = original;
    }
    await settled();
    const blob = await written[0]!.getType("image/png");
    const bitmap = await createImageBitmap(blob);
    expect(bitmap.width).toBe(760 * 3);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const at = (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data];
    expect(at(3, 3)).toEqual([255, 255, 255, 255]);
    const middle = at((54 + 279 + 8) * 3, (80 + 279 + 8) * 3);
    expect(middle).toEqual([20, 15, 51, 255]);
    expect(mounted.find(".status").textContent).toBe("Image copied");
  });

  test("says why when the clipboard refuses", async () => {
    const mounted = await mountPanel(stories.done);
    const original = navigator.clipboard.write.bind(navigator.clipboard);
    navigator.clipboard.write = () => Promise.reject(new Error("Write permission denied."));
    try {
      await mounted.find<HTMLElementTagNameMap["contour-view"]>("contour-view").copyImage();
    } finally {
      navigator.clipboard.write = original;
    }
    await settled();
    expect(mounted.find(".status").textContent).toBe("The image could not be copied: Write permission denied.");
  });
});

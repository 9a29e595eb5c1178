import { DataTexture } from "three";
import type { BufferAttribute } from "three";
import { describe, expect, test, vi } from "vitest";
import { positionOf } from "../../../webview/charts/levels";
import { sceneOf } from "../../../webview/charts/scene";
import { coloursOf } from "../../../webview/charts/colours";
import { startCamera } from "../../../webview/charts/surface/camera";
import { sheetHeight } from "../../../webview/charts/surface/projection";
import { readTheme } from "../../../webview/charts/theme";
import { FrameWatch, rendererFor } from "../../../webview/components/surface-view/renderers";
import type { HostMessage } from "../../../webview/protocol/messages";
import { fieldOf } from "../../../webview/state/field";
import { runOf } from "../support/model";
import { mountPanel, settled } from "../support/panel";
import type { Mounted } from "../support/panel";
import { pointsOf, snapshotOf } from "../support/runs";
import { storiesOf } from "../support/stories";
import type { StoryName } from "../support/stories";
import { measuringOrder, oracleSurface } from "../support/surface";

// WebGL is drawn by the processor here.
vi.setConfig({ testTimeout: 60_000 });

const surface = oracleSurface(21);
const stories = storiesOf(surface);
const run = runOf(surface);
const scene = sceneOf(fieldOf(run, "loss"), { scale: "auto" });

const figureOf = (mounted: Mounted) => mounted.find<HTMLElementTagNameMap["surface-figure"]>("surface-figure");
const viewOf = (mounted: Mounted) => mounted.find<HTMLElementTagNameMap["surface-view"]>("surface-view");

/** Waits until the picture is drawn in full detail. */
async function rested(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 250));
  await settled();
}

async function mountSurface(name: StoryName = "surface", theme?: "dark" | "light"): Promise<Mounted> {
  const mounted = await mountPanel(stories[name], { theme });
  if (name === "surface-webgl") await expect.poll(() => figureOf(mounted).graphics, { timeout: 15_000 }).toBeDefined();
  await rested();
  return mounted;
}

async function press(mounted: Mounted, key: string): Promise<void> {
  figureOf(mounted)
    .shadowRoot!.querySelector(".canvas")!
    .dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
  await settled();
}

async function pointer(mounted: Mounted, type: string, x: number, y: number, options: PointerEventInit = {}) {
  const canvas = figureOf(mounted).shadowRoot!.querySelector<HTMLElement>(".canvas")!;
  canvas.setPointerCapture = () => undefined;
  const box = canvas.getBoundingClientRect();
  const at = { clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true, composed: true };
  canvas.dispatchEvent(new PointerEvent(type, { ...at, ...options }));
  await settled();
}

function pixelOf(mounted: Mounted, index: number): readonly [number, number] {
  const { projector, sheet } = figureOf(mounted).staging!;
  const column = index % sheet!.columns;
  const row = Math.floor(index / sheet!.columns);
  const [x, y] = projector.project(sheet!.x[column]!, sheet!.t[index]! * sheetHeight, sheet!.z[row]!, [0, 0, 0]);
  return [x, y];
}

/** Mean colour of squares of 8 × 8 pixels inside the box, from a canvas. */
function squares(canvas: HTMLCanvasElement): number[] {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d")!;
  context.drawImage(canvas, 0, 0);
  const { data, width } = context.getImageData(0, 0, copy.width, copy.height);
  const means: number[] = [];
  for (let y = 120; y + 8 < 560; y += 8) {
    for (let x = 60; x + 8 < 700; x += 8) {
      const sums = [0, 0, 0, 0];
      for (let k = 0; k < 64; k++) {
        const at = 4 * ((y + (k >> 3)) * width + x + (k & 7));
        for (let channel = 0; channel < 4; channel++) sums[channel]! += data[at + channel]!;
      }
      means.push(...sums.map((sum) => sum / 64));
    }
  }
  return means;
}

describe("drawn by three", () => {
  test("the geometry is the field, the colours are the map's, the lines are the contour map's levels", async () => {
    const mounted = await mountSurface("surface-webgl");
    const { geometry, uniforms } = figureOf(mounted).graphics!;
    const { field, levels } = scene;
    const [position, place] = ["position", "place"].map((name) => geometry.getAttribute(name) as BufferAttribute);
    expect(position!.count).toBe(21 * 21);
    for (let index = 0; index < field.values.length; index++) {
      const t = positionOf(levels!, field.values[index]!);
      expect(place!.getX(index)).toBeCloseTo(t, 6);
      expect(position!.getX(index)).toBeCloseTo(field.x[index % 21]!, 6);
      expect(position!.getY(index)).toBeCloseTo(t * sheetHeight, 6);
      expect(position!.getZ(index)).toBeCloseTo(-field.y[Math.floor(index / 21)]!, 6);
    }
    expect(geometry.index!.count).toBe(6 * 20 * 20);

    expect(uniforms.lines.value).toBe(levels!.levels.length);
    levels!.levels.forEach(({ position: at }, k) => expect(uniforms.lineAt.value[k]).toBeCloseTo(at, 6));
    expect(uniforms.ramp.value).toBeInstanceOf(DataTexture);
    const texels = uniforms.ramp.value.image.data as Uint8Array;
    const colours = coloursOf({ colours: "fathom", metric: "loss", split: 0 }, readTheme().dark);
    for (const k of [0, 51, 128, 255]) {
      expect(Array.from(texels.subarray(4 * k, 4 * k + 3))).toEqual(colours(k / 255).map(Math.round));
    }
  });

  test("both painters give the same picture", async () => {
    const drawn = async (name: StoryName) => {
      const mounted = await mountSurface(name);
      const canvas = mounted.find<HTMLCanvasElement>(name === "surface" ? "canvas.below" : "canvas.gl");
      expect(canvas.checkVisibility()).toBe(true);
      // WebGL forgets its picture after the frame: it is drawn again in the one that reads it.
      if (name === "surface") return squares(canvas);
      const figure = figureOf(mounted);
      const { gl } = await new Promise<{ gl: number[] }>((resolve) =>
        requestAnimationFrame(() => {
          figure.redraw();
          resolve({ gl: squares(canvas) });
        }),
      );
      return gl;
    };
    const [painted, gl] = [await drawn("surface"), await drawn("surface-webgl")];
    let compared = 0;
    let apart = 0;
    for (let k = 0; k < gl.length; k += 4) {
      // Squares that the sheet or the floor covers wholly.
      if (gl[k + 3]! < 254) continue;
      compared += 1;
      const most = Math.max(...[0, 1, 2].map((channel) => Math.abs(gl[k + channel]! - painted[k + channel]!)));
      if (most > 16) apart += 1;
    }
    expect(compared).toBeGreaterThan(1000);
    expect(apart / compared).toBeLessThan(0.02);
  });

  test("when its context is lost the painter draws, until it comes back", async () => {
    const mounted = await mountSurface("surface-webgl");
    const canvas = mounted.find<HTMLCanvasElement>("canvas.gl");
    const loss = canvas.getContext("webgl2")!.getExtension("WEBGL_lose_context")!;
    loss.loseContext();
    await expect.poll(() => mounted.find("[data-renderer]").dataset.why, { timeout: 5000 }).toBe("lost");
    await rested();
    expect(canvas.checkVisibility()).toBe(false);
    expect(squares(mounted.find<HTMLCanvasElement>("canvas.below")).some((mean) => mean > 0)).toBe(true);
    loss.restoreContext();
    await expect.poll(() => mounted.find("[data-renderer]").dataset.renderer, { timeout: 5000 }).toBe("webgl");
  });
});

describe("the choice of what draws", () => {
  test("is graphics hardware where there is some, and the painter elsewhere, unless the user says otherwise", () => {
    expect(rendererFor("auto", "hardware", false)).toEqual({ by: "webgl", why: "hardware" });
    expect(rendererFor("auto", "hardware", true)).toEqual({ by: "canvas", why: "slow" });
    expect(rendererFor("auto", "software", false)).toEqual({ by: "canvas", why: "software" });
    expect(rendererFor("webgl", "software", true)).toEqual({ by: "webgl", why: "asked" });
    expect(rendererFor("webgl", "none", false)).toEqual({ by: "canvas", why: "none" });
    expect(rendererFor("canvas", "hardware", false)).toEqual({ by: "canvas", why: "asked" });
  });

  test("judges by the middle one of three frames, so that the compiling of shaders does not count", () => {
    const times = (...all: number[]) => {
      const watch = new FrameWatch();
      return all.map((time) => watch.tooSlow(time));
    };
    expect(times(400, 8, 9)).toEqual([false, false, false]);
    expect(times(400, 60, 70, 70)).toEqual([false, false, true, false]);
    times(1, 1, 1);
  });

  test("is made in Display options, which stay open meanwhile", async () => {
    const mounted = await mountSurface();
    const popUp = mounted.find<HTMLElementTagNameMap["pop-up"]>("pop-up[label='Display options']");
    popUp.shadowRoot!.querySelector("vscode-toolbar-button")!.shadowRoot!.querySelector("button")!.focus();
    popUp.open = true;
    await settled();
    const select = mounted.find<HTMLElementTagNameMap["vscode-single-select"]>('[label="Drawn with"]');
    select.shadowRoot!.querySelector<HTMLElement>('[role="combobox"]')!.focus();
    await settled();
    expect(popUp.open).toBe(true);
    select.value = "webgl";
    select.dispatchEvent(new Event("change"));
    await expect.poll(() => mounted.find("[data-renderer]").dataset.renderer).toBe("webgl");
    mounted.find<HTMLElement>("surface-figure").shadowRoot!.querySelector<HTMLElement>(".canvas")!.focus();
    await settled();
    expect(popUp.open).toBe(false);
  });

  test("is told in Display options", async () => {
    const mounted = await mountSurface();
    const badge = mounted.find("[data-renderer]");
    expect(badge.dataset).toMatchObject({ renderer: "canvas", why: "software" });
  });
});

describe("camera", () => {
  test("turns by keys and drags, zooms by keys, goes back by 0, and is kept", async () => {
    const mounted = await mountSurface();
    const figure = figureOf(mounted);
    const first = startCamera(scene.field);
    expect(figure.shownCamera).toEqual(first);
    await press(mounted, "ArrowRight");
    await press(mounted, "ArrowUp");
    expect(figure.shownCamera.yaw).toBeCloseTo(first.yaw + 0.08, 4);
    expect(figure.shownCamera.pitch).toBeCloseTo(first.pitch + 0.08, 4);
    await press(mounted, "+");
    expect(figure.shownCamera.zoom).toBe(1.25);
    await expect.poll(() => mounted.kept()?.view.options.surface?.camera).toHaveLength(5);

    await press(mounted, "0");
    await expect.poll(() => mounted.kept()?.view.options.surface?.camera).toEqual([]);
    expect(figure.shownCamera).toEqual(first);

    await pointer(mounted, "pointerdown", 300, 300);
    await pointer(mounted, "pointermove", 390, 345);
    await pointer(mounted, "pointerup", 390, 345);
    expect(figure.shownCamera.yaw).toBeCloseTo(first.yaw + 0.5, 4);
    expect(figure.shownCamera.pitch).toBeCloseTo(first.pitch + 0.25, 4);
    await pointer(mounted, "pointerdown", 300, 300, { shiftKey: true });
    await pointer(mounted, "pointermove", 340, 300);
    await pointer(mounted, "pointerup", 340, 300);
    expect(figure.shownCamera.x).toBeCloseTo(40 / figure.staging!.projector.scale, 3);
  });

  test("comes from what was kept, and a wheel zooms only when it is meant", async () => {
    const kept = { surface: { camera: [1, 0.8, 2, 0, 0] } };
    const mounted = await mountPanel({ ...stories.surface, view: { shown: "surface", options: kept } });
    const figure = figureOf(mounted);
    expect(figure.shownCamera).toMatchObject({ yaw: 1, pitch: 0.8, zoom: 2 });
    const wheel = (ctrlKey: boolean) => {
      const event = new WheelEvent("wheel", { deltaY: -100, ctrlKey, cancelable: true, bubbles: true });
      figure.shadowRoot!.querySelector(".canvas")!.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(wheel(false)).toBe(false);
    expect(figure.shownCamera.zoom).toBe(2);
    expect(wheel(true)).toBe(true);
    await settled();
    expect(figure.shownCamera.zoom).toBeGreaterThan(2);
  });

  test("two fingers zoom", async () => {
    const mounted = await mountSurface();
    await pointer(mounted, "pointerdown", 300, 300);
    await pointer(mounted, "pointerdown", 400, 300, { pointerId: 2 });
    await pointer(mounted, "pointermove", 500, 300, { pointerId: 2 });
    expect(figureOf(mounted).shownCamera.zoom).toBeCloseTo(2, 3);
  });
});

describe("while a run goes on", () => {
  test("the camera stays and new points are drawn at most ten times a second", async () => {
    const start = snapshotOf(surface, { status: "running", measured: 9 });
    const mounted = await mountPanel({
      messages: [stories.surface.messages[0]!, { kind: "snapshot", snapshot: start }],
      view: { shown: "surface" },
    });
    await rested();
    const camera = figureOf(mounted).shownCamera;
    const below = mounted.find<HTMLCanvasElement>("canvas.below");
    const cleared = vi.spyOn(below.getContext("2d")!, "clearRect");
    const order = measuringOrder(surface);
    const began = performance.now();
    for (let k = 0; k < 24; k++) {
      const message: HostMessage = {
        kind: "points",
        points: pointsOf(surface, order.slice(9 + 8 * k, 17 + 8 * k)),
        progress: { measured: 17 + 8 * k, total: order.length, level: [9, 9] },
      };
      window.dispatchEvent(new MessageEvent("message", { data: message }));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    const seconds = (performance.now() - began) / 1000;
    expect(cleared.mock.calls.length).toBeGreaterThan(0);
    expect(cleared.mock.calls.length).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 1);
    await rested();
    expect(figureOf(mounted).shownCamera).toEqual(camera);
  });
});

describe("what is read", () => {
  test("a grid point that is pointed at, with its value as measured; a click pins it, Escape frees it", async () => {
    const mounted = await mountSurface();
    const index = 10 * 21 + 13;
    const [x, y] = pixelOf(mounted, index);
    await pointer(mounted, "pointermove", x, y);
    expect(mounted.find('[data-read="loss"]').dataset.value).toBe(String(surface.loss[index]));
    expect(mounted.find('[data-read="alpha"]').dataset.value).toBe(String(surface.x[13]));
    await pointer(mounted, "pointerdown", x, y);
    await pointer(mounted, "pointerup", x, y);
    await pointer(mounted, "pointermove", x + 100, y);
    expect(mounted.find('[data-read="loss"]').dataset.value).toBe(String(surface.loss[index]));
    await press(mounted, "Escape");
    expect(mounted.find('[data-read="alpha"]').dataset.value).toBe("0");
  });

  test("an interpolated point is called so", async () => {
    const partly = snapshotOf(surface, { status: "cancelled", measured: 25 });
    const mounted = await mountPanel({
      messages: [stories.surface.messages[0]!, { kind: "snapshot", snapshot: partly }],
      view: { shown: "surface" },
    });
    await rested();
    const [x, y] = pixelOf(mounted, 10 * 21 + 13);
    await pointer(mounted, "pointermove", x, y);
    expect(mounted.text('[data-read="loss"]')).toMatch(/^≈ /);
    expect(mounted.text(".note.muted")).toBe("interpolated");
  });

  test("holes are told, and so is an upper end", async () => {
    const rough = await mountSurface("surface-not-finite");
    expect(rough.text('[data-note="holes"]')).toMatch(/grid points are not finite: the sheet has holes there/);
    const clipped = await mountPanel({ ...stories.surface, view: { shown: "surface", clip: 5 } });
    expect(clipped.text('[data-note="capped"]')).toBe("Values above 5.00 are drawn at the height of 5.00.");
  });

  test("the sentence names height, range and provenance; the table has the same numbers", async () => {
    const mounted = await mountSurface();
    const label = mounted.find("surface-figure").shadowRoot!.querySelector(".canvas")!.getAttribute("aria-label")!;
    expect(label).toMatch(/^Surface in three dimensions of loss .* with logarithmic height, α from −1 to 1/);
    expect(label).toContain("21 × 21 measured");
    const table = await mountPanel({ ...stories.surface, view: { shown: "surface", table: true } });
    expect(table.all("td[data-loss]")).toHaveLength(21 * 21);
    expect(table.all("surface-figure")).toHaveLength(0);
  });
});

describe("as a picture", () => {
  test("a PNG has three times the pixels and stands on white in a dark theme", async () => {
    const mounted = await mountSurface("surface", "dark");
    const picture = await createImageBitmap(await viewOf(mounted).picture("png"));
    expect(picture.width).toBe(3 * 760);
    const canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    const context = canvas.getContext("2d")!;
    context.drawImage(picture, 0, 0);
    expect(Array.from(context.getImageData(4, 4, 1, 1).data)).toEqual([255, 255, 255, 255]);
  });

  test("an SVG has the caption and the title as text", async () => {
    const mounted = await mountSurface("surface-path");
    const text = await (await viewOf(mounted).picture("svg")).text();
    const svg = new DOMParser().parseFromString(text, "image/svg+xml");
    expect(svg.querySelector("parsererror")).toBeNull();
    const words = [...svg.querySelectorAll("text")].map((element) => element.textContent).join(" ");
    for (const word of ["PC 1 (81.2 %)", "ResNet-8", "21 × 21 measured", "Loss"]) expect(words).toContain(word);
    expect(svg.querySelector("title")!.textContent).toMatch(/^Surface in three dimensions/);
  });
});

import * as echarts from "echarts/core";
import { describe, expect, test } from "vitest";
import type { ForeseeResult } from "../../../server/protocol/requests";
import { css } from "../../../webview/charts/colours";
import { cellBox } from "../../../webview/charts/curvature-map";
import { curvatureScale } from "../../../webview/charts/curvature-scale";
import { mapLayout } from "../../../webview/components/curvature-figure/curvature-figure";
import { noDerivatives } from "../../../webview/state/derivatives";
import { curvatureMapOf } from "../../../webview/state/curvature";
import { curvatureDoneSnapshot, curvatureSnapshot } from "../support/method";
import { mountPanel, settled } from "../support/panel";
import type { Mounted } from "../support/panel";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const stories = storiesOf(surface);

interface Painted {
  readonly type: string;
  readonly shape: Record<string, unknown>;
  readonly style: { readonly fill?: unknown; readonly stroke?: unknown; readonly text?: string };
}

function figureOf(mounted: Mounted, selector: string): readonly Painted[] {
  const element = mounted.find(selector);
  const chart = echarts.getInstanceByDom(element.shadowRoot!.querySelector<HTMLElement>(".canvas")!)!;
  const painted = chart.getZr().storage.getDisplayList() as unknown as readonly Painted[];
  return painted.filter((element) => "shape" in element);
}

function mapOf(mounted: Mounted) {
  const { run } = mounted.find<HTMLElementTagNameMap["curvature-figure"]>("curvature-figure");
  const map = curvatureMapOf(run)!;
  return { map, plot: mapLayout(map, mounted.find("curvature-figure").clientWidth).plot };
}

const key = (element: HTMLElement, name: string) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, composed: true }));

describe("the map", () => {
  test.each([
    ["curvature-done", "ratio"],
    ["curvature-signed", "min"],
  ] as const)("%s has each computed point as a cell in the colour of its value", async (story, quantity) => {
    const mounted = await mountPanel(stories[story], { theme: "dark" });
    await settled();
    const { map, plot } = mapOf(mounted);
    const scale = curvatureScale(map, quantity, "fathom", true)!;
    const rects = figureOf(mounted, "curvature-figure").filter(({ type }) => type === "rect");
    for (const cell of map.computed) {
      const box = cellBox(map, plot, cell.index);
      const found = rects.find(
        ({ shape, style }) =>
          shape.x === box.x && shape.y === box.y && shape.width === box.width && style.fill !== "none",
      );
      const wanted = cell.state === "not-finite" ? "rgb(31, 31, 31)" : css(scale.colour(cell[quantity]));
      expect(found?.style.fill).toBe(wanted);
    }
  });

  test("marks what is not computed with a dot, and computes nothing in its place", async () => {
    const mounted = await mountPanel(stories.curvature);
    await settled();
    const { map, plot } = mapOf(mounted);
    const drawn = figureOf(mounted, "curvature-figure");
    expect(drawn.filter(({ type, shape }) => type === "circle" && shape.r === 1.5)).toHaveLength(5);
    const box = cellBox(map, plot, 24);
    expect(drawn.some(({ type, shape }) => type === "rect" && shape.x === box.x && shape.y === box.y)).toBe(false);
  });

  test("grows with what arrives", async () => {
    const mounted = await mountPanel(stories.curvature);
    const { extras, progress } = curvatureSnapshot(surface);
    const more = { ...extras!.curvature[0]!, index: 24 };
    await mounted.send({ kind: "extras", extras: { ...extras!, curvature: [...extras!.curvature, more] }, progress });
    const drawn = figureOf(mounted, "curvature-figure");
    expect(drawn.filter(({ type, shape }) => type === "circle" && shape.r === 1.5)).toHaveLength(4);
  });

  test("outlines the cells that are not convex along their borders, and says their share", async () => {
    const mounted = await mountPanel(stories["curvature-done"]);
    await settled();
    const { map, plot } = mapOf(mounted);
    const polygons = figureOf(mounted, "curvature-figure").filter(
      ({ type, style }) => type === "polygon" && style.fill === "none",
    );
    const corners = new Set(polygons.flatMap(({ shape }) => (shape.points as number[][]).map(String)));
    const boxes = map.computed.filter(({ isNonConvex }) => isNonConvex).map(({ index }) => cellBox(map, plot, index));
    const ofCells = new Set(
      boxes.flatMap(({ x, y, width, height }) =>
        [
          [x, y],
          [x + width, y],
          [x, y + height],
          [x + width, y + height],
        ].map(String),
      ),
    );
    expect(corners.size).toBeGreaterThan(4);
    for (const corner of corners) expect(ofCells).toContain(corner);
    const share = `${boxes.length} of 48 points (${((100 * boxes.length) / 48).toFixed(1)} %)`;
    expect(mounted.text('[data-note="map"]')).toBe(
      `Outlined: λ min lies below −1 % of λ max at ${share}, so the loss is not convex there.`,
    );
  });

  test("marks and tells of points that are not converged or not finite", async () => {
    const mounted = await mountPanel(stories["curvature-done"]);
    await settled();
    const notes = mounted.all('[data-note="map"]').map(({ textContent }) => textContent);
    expect(notes).toContain(
      "1 point is marked in its corner: its residual is above 0.001, so its eigenvalues are uncertain.",
    );
    expect(notes).toContain("1 point is hatched: its curvature is not a finite number.");
    const drawn = figureOf(mounted, "curvature-figure");
    expect(drawn.filter(({ shape }) => "boxes" in shape)).toHaveLength(1);
    const triangles = drawn.filter(({ type, shape }) => type === "polygon" && (shape.points as unknown[]).length === 3);
    expect(triangles).toHaveLength(1);
  });

  test("names its samples and parameters", async () => {
    const mounted = await mountPanel(stories["curvature-done"]);
    expect(mounted.text(".subject")).toBe(
      "Hessian of the mean loss on 128 of the 500 samples of test, over 19,232 weights (biases and normalisation left out).",
    );
  });

  test("draws contours of the loss only when asked to", async () => {
    const without = await mountPanel(stories["curvature-done"]);
    await settled();
    expect(figureOf(without, "curvature-figure").some(({ shape }) => "rings" in shape)).toBe(false);
    const mounted = await mountPanel(stories["curvature-signed"]);
    await settled();
    expect(figureOf(mounted, "curvature-figure").some(({ shape }) => "rings" in shape)).toBe(true);
  });

  test("has a table with all numbers", async () => {
    const mounted = await mountPanel(stories["curvature-table"]);
    const points = curvatureDoneSnapshot(surface).extras!.curvature;
    expect(mounted.all("tbody tr[data-index]")).toHaveLength(49);
    for (const { index, max, residual, products } of [points[0]!, points[5]!, points[48]!]) {
      const value = (name: string) =>
        mounted.find(`tr[data-index="${index}"] td[data-name="${name}"]`).getAttribute("data-value");
      expect([value("max"), value("residual-min"), value("products")]).toEqual([
        String(Number(max)),
        String(residual[1]),
        String(products),
      ]);
    }
  });
});

describe("the read-out", () => {
  const read = (mounted: Mounted, name: string) => mounted.find(`[data-read="${name}"]`).getAttribute("data-value");

  test("tells of θ* at rest", async () => {
    const mounted = await mountPanel(stories["curvature-done"]);
    expect(mounted.text('[data-read="place"]')).toBe("θ*");
    expect([read(mounted, "max"), read(mounted, "samples"), read(mounted, "products")]).toEqual(["139.5", "128", "60"]);
  });

  test("follows pointer and keyboard from point to point", async () => {
    const mounted = await mountPanel(stories["curvature-done"]);
    await settled();
    const { map, plot } = mapOf(mounted);
    const figure = mounted.find("curvature-figure");
    const canvas = figure.shadowRoot!.querySelector<HTMLElement>(".canvas")!;
    const box = cellBox(map, plot, 5);
    const { left, top } = canvas.getBoundingClientRect();
    const at = { clientX: left + box.x + 3, clientY: top + box.y + 3, bubbles: true };
    canvas.dispatchEvent(new PointerEvent("pointermove", at));
    await settled();
    expect(read(mounted, "max")).toBe(String(map.cells[5]!.max));
    expect(mounted.text('[data-read="uncertain"]')).toBe("residual above the tolerance");
    key(canvas, "ArrowRight");
    await settled();
    expect(read(mounted, "max")).toBe(String(map.cells[6]!.max));
    const spoken = mounted.find("curvature-read-out").shadowRoot!.querySelector('[role="status"]')!.textContent;
    expect(spoken).toContain("λ max");
    const strokes = figureOf(mounted, "curvature-figure").map((element) => element.shape.x);
    expect(strokes).toContain(cellBox(map, plot, 6).x + 1.5);
    key(canvas, "Home");
    await settled();
    expect(read(mounted, "max")).toBe("139.5");
    key(canvas, "Escape");
    await settled();
    expect(mounted.text('[data-read="place"]')).toBe("θ*");
  });
});

describe("the spectrum", () => {
  test("states eigenvalues, trace with its error, ε-sharpness and negative mass", async () => {
    const mounted = await mountPanel(stories["curvature-done"]);
    const value = (name: string) => mounted.text(`[data-fact="${name}"]`);
    expect(value("max")).toBe("140");
    expect(value("min")).toBe("−8.15");
    expect(value("trace")).toBe("1,210 ± 45.1");
    expect(value("sharpness")).toBe("11.0 %");
    expect(mounted.text('[data-note="mass"]')).toBe(
      "62.2\u00a0% of the eigenvalues are negative, 0.1\u00a0% lie below −1 % of λ max (estimated).".replace(
        /\s/g,
        " ",
      ),
    );
    expect(mounted.text('[data-note="method"]')).toContain("2 starting vectors and 20 Ritz values");
    expect(mounted.text('[data-note="method"]')).toContain("σ = 1.48");
  });

  test("says that a density is not finite instead of drawing it", async () => {
    const snapshot = curvatureDoneSnapshot(surface);
    const extras = { ...snapshot.extras!, centreCurvature: { densities: [{ values: [NaN], weights: [1] }] } };
    const mounted = await mountPanel({
      messages: [{ kind: "snapshot", snapshot: { ...snapshot, extras } }],
      view: { shown: "curvature" },
    });
    expect(mounted.all("drawn-figure")).toHaveLength(0);
    expect(mounted.find("curvature-spectrum").shadowRoot!.textContent).toContain("not finite");
  });
});

test("a map without any point tells whether it is still to come", async () => {
  const { header, ...rest } = curvatureSnapshot(surface);
  const nothing = { checkpoints: [], curvature: [] };
  const words = async (status: "running" | "cancelled") => {
    const snapshot = { header, ...rest, status, extras: nothing };
    const mounted = await mountPanel({ messages: [{ kind: "snapshot", snapshot }], view: { shown: "curvature" } });
    await settled();
    expect(figureOf(mounted, "curvature-figure").filter(({ type }) => type === "circle")).toHaveLength(25);
    return mounted.text('.subject[role="status"]');
  };
  expect(await words("running")).toBe("The first eigenvalues are being computed; points appear here as they are done.");
  expect(await words("cancelled")).toBe("The run ended before any eigenvalue was computed.");
});

describe("a run without curvature", () => {
  const asked = (mounted: Mounted) =>
    mounted.posted.flatMap((message) => (message.kind === "ask" && message.ask === "foresee" ? [message] : []));
  const ready = {
    kind: "ready",
    evaluations: 2601,
    products: 4900,
    seconds: 130,
    command: "",
  } as unknown as ForeseeResult;

  test("says what a measurement costs, and starts it", async () => {
    const mounted = await mountPanel(stories["curvature-empty"]);
    expect(asked(mounted).map(({ params }) => params)).toEqual([
      {
        curvature: { points: [7, 7], samples: 128, parameters: "kernels", traceProbes: 16, densityProbes: 2 },
        sharpness: null,
      },
    ]);
    await mounted.send({ kind: "answer", id: asked(mounted)[0]!.id, result: ready });
    expect(mounted.text(".cost")).toBe(
      "2,601 evaluations of the loss and up to about 4,900 products with the Hessian; about 2:10.",
    );
    // Points that are measured already cost nothing.
    const taken = { ...ready, evaluations: 0 } as ForeseeResult;
    const again = await mountPanel(stories["curvature-empty"]);
    await again.send({ kind: "answer", id: asked(again)[0]!.id, result: taken });
    expect(again.text(".cost")).toBe(
      "Up to about 4,900 products with the Hessian, and no evaluation of the loss, which is measured already; about 2:10.",
    );
    const size = mounted.find<HTMLElementTagNameMap["vscode-single-select"]>('[data-field="size"]');
    size.value = "3";
    size.dispatchEvent(new Event("change"));
    await settled();
    expect(asked(mounted)[1]!.params.curvature!.points).toEqual([3, 3]);
    // The answer to the first question comes too late to be shown.
    await mounted.send({
      kind: "answer",
      id: asked(mounted)[0]!.id,
      result: { ...ready, products: 1 } as ForeseeResult,
    });
    expect(mounted.text(".cost")).toBe("Working out the cost…");
    mounted.find<HTMLElement>('[data-action="measure"]').click();
    expect(mounted.posted.at(-1)).toEqual({ kind: "run-changed", change: asked(mounted)[1]!.params });
  });

  test("says why it cannot be, as the worker tells it, and offers nothing", async () => {
    const mounted = await mountPanel(stories["curvature-empty"]);
    const message = "The operator Foo has no derivative here.";
    const problem = { reason: "operator-unsupported", title: "", message, advice: "" } as const;
    await mounted.send({ kind: "answer", id: asked(mounted)[0]!.id, result: { kind: "problem", problem } });
    expect(mounted.text("[data-problem]")).toBe(message);
    expect(mounted.find('[data-action="measure"]').hasAttribute("disabled")).toBe(true);
  });

  test("knows from the start what the worker has found out about the model", async () => {
    const notice = `${noDerivatives}net.onnx: the derivatives of Foo are not known here.`;
    const { messages, view } = stories["curvature-empty"];
    const mounted = await mountPanel({
      messages: [messages[0]!, { kind: "found", notices: ["Data found.", notice] }, ...messages.slice(1)],
      view,
    });
    expect(mounted.text("[data-problem]")).toBe(notice);
    expect(mounted.all('[data-action="measure"]')).toHaveLength(0);
    expect(asked(mounted)).toEqual([]);
  });
});

describe("the picture", () => {
  const view = (mounted: Mounted) =>
    mounted.find<HTMLElementTagNameMap["curvature-view"]>("curvature-view[data-figure]");

  test("is a PNG three times the size with the map in the light orientation on white", async () => {
    const mounted = await mountPanel(stories["curvature-done"], { theme: "dark" });
    const bitmap = await createImageBitmap(await view(mounted).picture("png"));
    expect(bitmap.width).toBe(760 * 3);
    const { run } = view(mounted);
    const map = curvatureMapOf(run)!;
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const at = (x: number, y: number) => [...context.getImageData(3 * x, 3 * y, 1, 1).data];
    const scale = curvatureScale(map, "ratio", "fathom", false)!;
    const box = cellBox(map, mapLayout(map, 760).plot, 27);
    expect(at(1, 1)).toEqual([255, 255, 255, 255]);
    expect(at(box.x + 20, box.y + 20).slice(0, 3)).toEqual(scale.colour(map.cells[27]!.ratio).map(Math.round));
  });

  test("is an SVG with its words as text", async () => {
    const mounted = await mountPanel(stories["curvature-done"]);
    const text = await (await view(mounted).picture("svg")).text();
    const found = new DOMParser().parseFromString(text, "image/svg+xml");
    const words = [...found.querySelectorAll("text")].map(({ textContent }) => textContent).join(" ");
    for (const part of ["|λ min / λ max|", "α (direction 1)", "λ max 140", "19,232 weights"])
      expect(words).toContain(part);
  });

  test("is not offered before there is anything", async () => {
    const mounted = await mountPanel(stories["curvature-empty"]);
    expect(mounted.all("curvature-view[data-figure]")).toHaveLength(0);
  });
});

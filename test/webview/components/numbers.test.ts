import * as echarts from "echarts/core";
import { describe, expect, test } from "vitest";
import { snapshotOf } from "../support/runs";
import type { Mounted } from "../support/panel";
import { mountPanel } from "../support/panel";
import type { Surface } from "../support/surface";
import { oracleSurface } from "../support/surface";
import { trackSnapshot } from "../support/trajectory";

const surface = oracleSurface(11);
const width = surface.x.length;

/** A bowl whose height runs from the value of `low` at its centre to that of `high` at its corners. */
function bowl(low: number, high: number, scale: "log" | "linear"): Surface {
  const loss = surface.loss.map((_, index) => {
    const share = (surface.x[index % width]! ** 2 + surface.y[Math.floor(index / width)]! ** 2) / 2;
    return scale === "log" ? low * (high / low) ** share : low + (high - low) * share;
  });
  return { ...surface, loss };
}

const surfaces: readonly (readonly [string, Surface])[] = [
  ["from 0.001 to 100 millions", bowl(1e-3, 1e8, "log")],
  ["of billionths", bowl(1e-9, 3e-9, "linear")],
  ["up to a tenth of a thousandth", bowl(1e-7, 2e-4, "log")],
  ["of hundreds of thousands", bowl(100_000, 900_000, "linear")],
  ["that are all the same", bowl(2.302585, 2.302585, "linear")],
];

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The texts that are written level on a canvas, with the pixels that they cover. */
function textsOn(canvas: HTMLElement): readonly Box[] {
  const list = echarts.getInstanceByDom(canvas)!.getZr().storage.getDisplayList(true);
  return list.flatMap((element): Box[] => {
    const { text } = element.style as { readonly text?: string };
    if (!text) return [];
    const rect = element.getBoundingRect().clone();
    const isTurned = element.transform && Math.abs(element.transform[1]) > 1e-6;
    if (isTurned) return [];
    if (element.transform) rect.applyTransform(element.transform);
    const { x, y, width: wide, height } = rect;
    return [{ text, left: x, right: x + wide, top: y, bottom: y + height }];
  });
}

const cover = (a: Box, b: Box) =>
  a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;

/** What is cut at an edge of the canvas, and what covers something else outside of the plot. */
function faultsOf(mounted: Mounted, figure: "contour-figure" | "trajectory-map"): readonly string[] {
  const host = mounted.find<HTMLElementTagNameMap["contour-figure" | "trajectory-map"]>(figure);
  const { plot } = host.layout!;
  const canvas = host.shadowRoot!.querySelector<HTMLElement>(".canvas")!;
  const texts = textsOn(canvas).filter(
    ({ left, right, top, bottom }) =>
      !(left > plot.x && right < plot.x + plot.width && top > plot.y && bottom < plot.y + plot.height),
  );
  const cut = texts.filter(({ left, right }) => left < 0 || right > canvas.clientWidth);
  const covered = texts.flatMap((one, k) =>
    texts.slice(k + 1).flatMap((other) => (cover(one, other) ? [`${one.text} / ${other.text}`] : [])),
  );
  return [...cut.map(({ text }) => text), ...covered];
}

const init = { kind: "init", source: "file:///x/model.onnx", title: "model.onnx" } as const;

describe.each(surfaces)("losses %s", (_name, losses) => {
  test.each([400, 500, 760])("have whole numbers, none over another, in a panel of %d pixels", async (panelWidth) => {
    const snapshot = snapshotOf(losses, { status: "done" });
    const mounted = await mountPanel({ messages: [init, { kind: "snapshot", snapshot }] }, { width: panelWidth });
    expect(faultsOf(mounted, "contour-figure")).toEqual([]);
    expect(mounted.panel.scrollWidth).toBeLessThanOrEqual(panelWidth);
  });
});

test("the map of a trajectory has room for long numbers too", async () => {
  const snapshot = trackSnapshot(bowl(1e-7, 2e-4, "log"));
  const story = { messages: [init, { kind: "snapshot", snapshot }], view: { shown: "trajectory" } } as const;
  const mounted = await mountPanel(story, { width: 400 });
  expect(faultsOf(mounted, "trajectory-map")).toEqual([]);
});

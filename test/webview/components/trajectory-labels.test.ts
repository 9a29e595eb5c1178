import * as echarts from "echarts/core";
import { expect, test } from "vitest";
import { mountPanel } from "../support/panel";
import type { Mounted } from "../support/panel";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";
import { trackSnapshot } from "../support/trajectory";

const surface = oracleSurface(51);
const stories = storiesOf(surface);

interface Written {
  readonly style: { readonly text?: string; readonly font?: string };
  getPaintRect(): { x: number; y: number; width: number; height: number };
}

/** What is drawn on a chart, with its texts. */
function writtenOn(mounted: Mounted, name: "trajectory-map" | "epoch-charts"): readonly Written[] {
  const canvas = mounted.find(name).shadowRoot!.querySelector<HTMLElement>(".canvas")!;
  return echarts.getInstanceByDom(canvas)!.getZr().storage.getDisplayList(true) as unknown as readonly Written[];
}

// The halo is part of the text; ECharts adds seven pixels around it.
const overlap = (a: number, lengthA: number, b: number, lengthB: number) =>
  a + 7 < b + lengthB - 7 && b + 7 < a + lengthA - 7;

test("the map of a trajectory names no level where a checkpoint's number stands", async () => {
  for (const width of [800, 380]) {
    const mounted = await mountPanel(stories.trajectory);
    await mounted.resize(width);
    const written = writtenOn(mounted, "trajectory-map");
    const boxes = (weight: string) =>
      written.filter(({ style }) => style.text && style.font?.startsWith(weight)).map((text) => text.getPaintRect());
    const [levels, numbers] = [boxes("500"), boxes("600")];
    expect(levels.length).toBeGreaterThan(4);
    expect(numbers.length).toBeGreaterThan(5);
    const covered = levels.filter(({ x, y, width, height }) =>
      numbers.some((box) => overlap(x, width, box.x, box.width) && overlap(y, height, box.y, box.height)),
    );
    expect(covered).toEqual([]);
  }
});

test("of a hundred checkpoints some are named: on the map those that tell the way, below it those at round epochs", async () => {
  const snapshot = trackSnapshot(surface);
  const { header } = snapshot;
  const [like] = header.trajectory!.checkpoints;
  const places = Array.from({ length: 100 }, (_, epoch) => {
    const left = 1 - epoch / 99;
    return { epoch, x: 0.85 * left * Math.cos(4 * left), y: 0.7 * left * Math.sin(5 * left) };
  });
  const checkpoints = places.map(({ epoch, x, y }) => ({
    ...like!,
    name: `experiment-2026-01-15_resnet110-noshort_bs128_lr0.1_epoch_${epoch}.weights.h5`,
    ...{ epoch, x, y },
  }));
  const trajectory = { ...header.trajectory!, checkpoints, drops: [50, 75] };
  const values = (loss: number) => [{ loss, accuracy: 80, lossError: 0.02 }];
  const extras = {
    curvature: [],
    checkpoints: places.map(({ epoch }) => ({
      checkpoint: epoch,
      own: values(0.4 + 3 * Math.exp(-epoch / 15)),
      inPlane: values(0.4 + 3.2 * Math.exp(-epoch / 15)),
    })),
  };
  const mounted = await mountPanel({
    messages: [
      { kind: "init", source: "file:///x/model.onnx", title: "model.onnx" },
      { kind: "snapshot", snapshot: { ...snapshot, header: { ...header, trajectory }, extras } },
    ],
    view: { shown: "trajectory" },
  });
  const numbers = writtenOn(mounted, "trajectory-map").filter(
    ({ style }) => style.text && style.font?.startsWith("600"),
  );
  expect(numbers.length).toBeGreaterThan(8);
  expect(numbers.length).toBeLessThan(30);
  expect(numbers.map(({ style }) => style.text)).toContain("init");
  // The letters themselves are three pixels less high than their line, above and below.
  const boxes = numbers.map((text) => {
    const { x, y, width, height } = text.getPaintRect();
    return { x, y: y + 3, width, height: height - 6 };
  });
  const covered = boxes.flatMap((one, k) =>
    boxes
      .slice(k + 1)
      .filter((box) => overlap(one.x, one.width, box.x, box.width) && overlap(one.y, one.height, box.y, box.height)),
  );
  expect(covered).toEqual([]);
  const { slider } = mounted.find<HTMLElementTagNameMap["epoch-charts"]>("epoch-charts").layout!;
  const below = writtenOn(mounted, "epoch-charts").filter((text) => text.style.text && text.getPaintRect().y > slider);
  const epochs = below.map(({ style }) => style.text).sort((a, b) => (Number(a) || 0) - (Number(b) || 0));
  expect(epochs).toEqual(["init", ...Array.from({ length: 19 }, (_, k) => `${5 * (k + 1)}`), "99"]);
  await mounted.resize(400);
  expect(mounted.panel.scrollWidth).toBeLessThanOrEqual(400);
});

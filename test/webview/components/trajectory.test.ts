import * as echarts from "echarts/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ramp } from "../../../server/drawing/colours";
import { projection } from "../../../webview/charts/layout";
import { sceneOf } from "../../../webview/charts/scene";
import { fieldOf } from "../../../webview/state/field";
import { emptyModel } from "../../../webview/state/model";
import { reduce } from "../../../webview/state/reducer";
import { foreseen } from "../support/changed";
import { mountPanel, settled, tidy } from "../support/panel";
import type { Mounted } from "../support/panel";
import { studyOf } from "../support/runs";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";
import { laterPlaces, trackLosses, trackPlaces, trackSnapshot, withSecondSplit } from "../support/trajectory";

const surface = oracleSurface(51);
const stories = storiesOf(surface);

type MapElement = HTMLElementTagNameMap["trajectory-map"];

interface Shape {
  readonly type: string;
  readonly shape: {
    readonly cx: number;
    readonly cy: number;
    readonly r: number;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly points: readonly (readonly [number, number])[];
  };
  readonly style: {
    readonly fill: string;
    readonly stroke: string;
    readonly text: string;
    readonly lineDash: unknown;
    readonly lineWidth: number;
  };
}

const canvasOf = (mounted: Mounted, host: string) =>
  mounted.find(host).shadowRoot!.querySelector<HTMLElement>(".canvas")!;
const chartOf = (mounted: Mounted, host: string) => echarts.getInstanceByDom(canvasOf(mounted, host))!;

/** Everything that is drawn on a chart. */
function shapes(mounted: Mounted, host: string): readonly Shape[] {
  return chartOf(mounted, host).getZr().storage.getDisplayList(true) as unknown as readonly Shape[];
}

const texts = (mounted: Mounted, host = "trajectory-map"): readonly string[] =>
  shapes(mounted, host).flatMap(({ type, style }) =>
    ["text", "tspan"].includes(type) && style.text ? [style.text] : [],
  );

const read = (mounted: Mounted, name: string): number => Number(mounted.find(`[data-read="${name}"]`).dataset.value);

/** Where a place of the plane stands on the map. */
function pixel(mounted: Mounted, [x, y]: readonly [number, number], window = { x: [-1, 1], y: [-1, 1] } as const) {
  const project = projection(mounted.find<MapElement>("trajectory-map").layout!.plot, window);
  return { x: project.x(x), y: project.y(y) };
}

async function pointer(mounted: Mounted, host: string, type: string, place: { x: number; y: number }): Promise<void> {
  const canvas = canvasOf(mounted, host);
  const box = canvas.getBoundingClientRect();
  const at = { clientX: box.left + place.x, clientY: box.top + place.y, bubbles: true, composed: true };
  canvas.dispatchEvent(type === "click" ? new MouseEvent(type, at) : new PointerEvent(type, at));
  await settled();
}

async function press(target: Element, key: string): Promise<void> {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));
  await settled();
}

const slider = (mounted: Mounted): HTMLInputElement => mounted.find<HTMLInputElement>(".slider");

describe("the map", () => {
  test("has every checkpoint at its projection, in the colour that the map gives to its own loss", async () => {
    const mounted = await mountPanel(stories.trajectory);
    const run = reduce(emptyModel, { kind: "snapshot", snapshot: trackSnapshot(surface) }).run!;
    const { levels } = sceneOf(fieldOf(run, "loss"), { scale: "auto" });
    const colour = ramp("fathom", true, "low");
    const circles = shapes(mounted, "trajectory-map").filter(({ type }) => type === "circle");
    const fills: string[] = [];
    for (const [k, place] of trackPlaces.entries()) {
      const { x, y } = pixel(mounted, place);
      const passed = levels!.levels.filter(({ value }) => value <= trackLosses[k]!.own).length;
      const [red, green, blue] = colour(levels!.bands[passed]!.shade).map(Math.round);
      const fill = `rgb(${red}, ${green}, ${blue})`;
      fills.push(fill);
      const found = circles.filter(
        ({ shape, style }) => Math.hypot(shape.cx - x, shape.cy - y) < 1e-6 && shape.r <= 3.5 && style.fill === fill,
      );
      expect(found, `checkpoint ${k}`).toHaveLength(1);
    }
    expect(new Set(fills).size).toBeGreaterThan(3);
    // The last one is looked at: it has the accent.
    const { x, y } = pixel(mounted, [0, 0]);
    const accent = circles.filter(({ style }) => style.fill === "rgb(89, 164, 249)");
    expect(accent.map(({ shape }) => shape.r)).toEqual([6, 6]);
    expect(accent.some(({ shape }) => Math.hypot(shape.cx - x, shape.cy - y) < 1e-6)).toBe(true);
  });

  test("marks drops of the learning rate, numbers the points, and enlarges those that lie together", async () => {
    const mounted = await mountPanel(stories.trajectory);
    const drops = shapes(mounted, "trajectory-map").filter(({ style }) => style.fill === "rgb(204, 167, 0)");
    // On the map and in the inset.
    expect(drops).toHaveLength(4);
    const found = texts(mounted);
    for (const label of ["init", "1", "2", "3", "4", "5", "6 to 10", "Checkpoints 6 to 10, enlarged"]) {
      expect(found).toContain(label);
    }
    expect(found).toContain("PC 1   81.2\u00a0% of variance");
    expect(found).toContain("PC 2   12.5\u00a0% of variance");
    await mounted.resize(380);
    expect(texts(mounted)).not.toContain("Checkpoints 6 to 10, enlarged");
    expect(texts(mounted)).toContain("6 to 10");
  });

  test("has equal scales and leaves blank what was not measured, where the path leaves the ground", async () => {
    const mounted = await mountPanel(stories["trajectory-grown"]);
    const { plot } = mounted.find<MapElement>("trajectory-map").layout!;
    expect(plot.width).toBe(plot.height);
    const { xAxis, yAxis } = chartOf(mounted, "trajectory-map").getOption() as unknown as Record<
      "xAxis" | "yAxis",
      { min: number; max: number }[]
    >;
    const window = { x: [xAxis[0]!.min, xAxis[0]!.max], y: [yAxis[0]!.min, yAxis[0]!.max] } as const;
    expect(window.x[0]).toBeLessThan(laterPlaces[1][0]);
    const corner = pixel(mounted, [-1, 1], window as never);
    const opposite = pixel(mounted, [1, -1], window as never);
    const ground = shapes(mounted, "trajectory-map").find(
      ({ type, shape }) =>
        type === "rect" && Math.abs(shape.x - corner.x) < 1e-6 && Math.abs(shape.y - corner.y) < 1e-6,
    )!;
    expect(ground.shape.width).toBeCloseTo(opposite.x - corner.x, 6);
    expect(ground.shape.height).toBeCloseTo(opposite.y - corner.y, 6);
    expect(ground.shape.width).toBeLessThan(0.95 * plot.width);
    expect(mounted.text('[data-note="widened"]')).toContain("was not measured");
    expect(mounted.text('[data-note="added"] .text')).toBe("2 checkpoints were added since the plane was made.");
    mounted.find<HTMLElement>('[data-note="added"] vscode-button').click();
    expect(mounted.posted.at(-1)).toEqual({ kind: "run-again" });
  });

  test("does not let the path leave the contour's plot", async () => {
    const mounted = await mountPanel({ ...stories["trajectory-grown"], view: { shown: "contour" } });
    const path = shapes(mounted, "contour-figure").filter(
      ({ type, shape }) => type === "polyline" && shape.points.length === 13,
    );
    expect(path).toHaveLength(2);
    const { plot } = mounted.find<HTMLElementTagNameMap["contour-figure"]>("contour-figure").layout!;
    for (const { __clipPaths: clips = [] } of path as readonly Partial<Record<"__clipPaths", Shape[]>>[]) {
      expect(
        clips.map(({ shape }) => [Math.abs(shape.x - plot.x) <= 1, Math.abs(shape.width - plot.width) <= 2]),
      ).toEqual([[true, true]]);
    }
  });

  test("is solid until the checkpoint that is looked at, and dashed after it", async () => {
    const mounted = await mountPanel(stories.trajectory);
    const lines = () =>
      shapes(mounted, "trajectory-map")
        .filter(
          ({ type, style }) => type === "polyline" && style.stroke === "rgb(255, 255, 255)" && style.lineWidth > 1.2,
        )
        .map(({ shape, style }) => [shape.points.length, Boolean(style.lineDash)]);
    expect(lines()).toEqual([[11, false]]);
    await press(slider(mounted), "Home");
    await press(slider(mounted), "ArrowRight");
    await press(slider(mounted), "ArrowRight");
    expect(lines()).toEqual([
      [9, true],
      [3, false],
    ]);
  });

  test("says in a sentence what it shows", async () => {
    const mounted = await mountPanel(stories.trajectory);
    const canvas = canvasOf(mounted, "trajectory-map");
    expect([canvas.getAttribute("role"), canvas.tabIndex]).toEqual(["img", 0]);
    expect(canvas.getAttribute("aria-label")).toMatch(
      /^Path of 11 checkpoints in the plane, from loss 2\.30 to 0\.406\. The plane holds 93\.7.% of the path's variance, a random walk gives 77\.0.%\. Furthest from the plane, by 60\.0.% of its distance from θ\*/,
    );
  });
});

describe("explained variance", () => {
  test("stands beside that of a random walk, with a warning where it is not clearly more", async () => {
    const clear = await mountPanel(stories.trajectory);
    expect(clear.text('[data-note="explained"]')).toBe(
      "The plane holds 93.7 % of the variance; a random walk of 10 points gives 77.0 % (61.4 % and 15.6 %).",
    );
    expect(clear.all('[data-note="explained"] vscode-icon')).toHaveLength(0);
    const chance = await mountPanel(stories["trajectory-chance"]);
    expect(chance.text('[data-note="explained"]')).toContain("not clearly more than chance");
    expect(chance.all('[data-note="explained"] vscode-icon.warning')).toHaveLength(1);
    expect(chance.text('[data-read="own"]')).toBe("–");
  });
});

describe("the charts by epoch", () => {
  test("have the own values and those in the plane, on the edges of the map", async () => {
    const mounted = await mountPanel(stories.trajectory);
    const { plot } = mounted.find<MapElement>("trajectory-map").layout!;
    const option = chartOf(mounted, "epoch-charts").getOption() as {
      grid: { left: number; width: number }[];
      series: { id: string; data: [number, number][]; lineStyle: { type: unknown } }[];
    };
    expect(option.grid.map(({ left, width }) => [left, width])).toEqual([
      [plot.x, plot.width],
      [plot.x, plot.width],
    ]);
    const series = (id: string) => option.series.find((one) => one.id === id)!;
    expect(series("own").data).toEqual(trackLosses.map(({ own }, k) => [k, own]));
    expect(series("own").lineStyle.type).toBe("solid");
    expect(series("plane").data).toEqual(trackLosses.map(({ inPlane }, k) => [k, inPlane]));
    expect(series("plane").lineStyle.type).toEqual([4, 3]);
    const distances = trackPlaces.map(([x, y]) => 0.75 * Math.hypot(x, y));
    expect(series("distance").data.map(([, value]) => value)).toEqual(distances);
    expect(series("share").data.map(([, value]) => value && Math.round(value))).toEqual([
      ...new Array<number>(10).fill(60),
      null,
    ]);
    const box = slider(mounted).getBoundingClientRect();
    const left = canvasOf(mounted, "epoch-charts").getBoundingClientRect().left;
    // The thumb overhangs by half of its 16 pixels.
    expect(box.left - left + 8).toBeCloseTo(plot.x, 3);
    expect(box.width - 16).toBeCloseTo(plot.width, 3);
    expect(texts(mounted, "epoch-charts")).toEqual(expect.arrayContaining(["LR 0.01", "LR 0.001", "init", "10"]));
  });

  test("stand beside the map on wide panels, as wide as their place, and below it again on others", async () => {
    const mounted = await mountPanel(stories.trajectory, { width: 1400 });
    const boxOf = (name: "trajectory-map" | "epoch-charts") => mounted.find(name).getBoundingClientRect();
    const isBeside = () => boxOf("epoch-charts").left >= boxOf("trajectory-map").right;
    expect(isBeside()).toBe(true);
    expect(boxOf("epoch-charts").bottom).toBeLessThan(boxOf("trajectory-map").bottom);
    const { width, values } = mounted.find<HTMLElementTagNameMap["epoch-charts"]>("epoch-charts").layout!;
    expect(width).toBe(boxOf("epoch-charts").width);
    expect(chartOf(mounted, "epoch-charts").getWidth()).toBe(width);
    // The thumb still stands under its point.
    const box = slider(mounted).getBoundingClientRect();
    expect(box.left - boxOf("epoch-charts").left + 8).toBeCloseTo(values.x, 3);
    expect(box.width - 16).toBeCloseTo(values.width, 3);
    await mounted.resize(1000);
    expect(isBeside()).toBe(false);
    const { plot } = mounted.find<MapElement>("trajectory-map").layout!;
    expect(slider(mounted).getBoundingClientRect().width - 16).toBeCloseTo(plot.width, 3);
  });

  test("the slider chooses checkpoints, and says so", async () => {
    const mounted = await mountPanel(stories.trajectory);
    expect(slider(mounted).getAttribute("aria-valuetext")).toBe("Epoch 10 of 10, loss 0.406");
    slider(mounted).value = "3.3";
    slider(mounted).dispatchEvent(new Event("input"));
    await settled();
    expect(slider(mounted).value).toBe("3");
    expect(slider(mounted).getAttribute("aria-valuetext")).toBe("Epoch 3 of 10, loss 2.06");
    expect([read(mounted, "epoch"), read(mounted, "own"), read(mounted, "in-plane")]).toEqual([
      3,
      trackLosses[3]!.own,
      trackLosses[3]!.inPlane,
    ]);
    expect(mounted.text('[data-read="in-plane"]')).toBe("1.09 (−0.976)");
    expect(mounted.text('[data-read="off-plane"]')).toMatch(/ \(60\.0 % of the distance\)$/);
    await press(slider(mounted), "End");
    expect(read(mounted, "epoch")).toBe(10);
  });

  test("play through the epochs, and jump to the end without motion", async () => {
    const mounted = await mountPanel(stories.trajectory);
    const button = () => mounted.find("epoch-charts").shadowRoot!.querySelector("vscode-toolbar-button")!;
    for (const key of ["ArrowLeft", "ArrowLeft"]) await press(slider(mounted), key);
    await press(slider(mounted), " ");
    expect(button().getAttribute("label")).toBe("Pause");
    expect(read(mounted, "epoch")).toBe(8);
    await vi.waitFor(() => expect(read(mounted, "epoch")).toBe(9), { timeout: 5000, interval: 20 });
    await vi.waitFor(() => expect(button().getAttribute("label")).toBe("Play"), { timeout: 5000, interval: 20 });
    expect(read(mounted, "epoch")).toBe(10);

    const match = window.matchMedia.bind(window);
    onTestFinished(() => {
      window.matchMedia = match;
    });
    window.matchMedia = (query) =>
      query.includes("reduced-motion") ? ({ matches: true } as MediaQueryList) : match(query);
    await press(canvasOf(mounted, "trajectory-map"), " ");
    expect([read(mounted, "epoch"), button().getAttribute("label")]).toEqual([0, "Play"]);
    await press(canvasOf(mounted, "trajectory-map"), " ");
    expect(read(mounted, "epoch")).toBe(10);
  });
});

describe("reading", () => {
  test("follows the pointer on the map and on the charts, and goes back to what was chosen", async () => {
    const mounted = await mountPanel(stories.trajectory);
    await pointer(mounted, "trajectory-map", "pointermove", pixel(mounted, trackPlaces[1]));
    expect([read(mounted, "epoch"), read(mounted, "rate"), read(mounted, "place")]).toEqual([
      1,
      0.1,
      trackPlaces[1][0],
    ]);
    await pointer(mounted, "trajectory-map", "pointermove", pixel(mounted, [-0.9, 0.9]));
    expect(read(mounted, "epoch")).toBe(10);
    const { values } = mounted.find<HTMLElementTagNameMap["epoch-charts"]>("epoch-charts").layout!;
    const x = values.x + 0.42 * values.width;
    await pointer(mounted, "epoch-charts", "pointermove", { x, y: values.y + 20 });
    expect(read(mounted, "epoch")).toBe(4);
    await pointer(mounted, "epoch-charts", "pointerleave", { x, y: values.y + 20 });
    expect(read(mounted, "epoch")).toBe(10);
  });

  test("goes along the path by keyboard and speaks", async () => {
    const mounted = await mountPanel(stories.trajectory);
    const canvas = canvasOf(mounted, "trajectory-map");
    await press(canvas, "Home");
    await press(canvas, "ArrowRight");
    expect(read(mounted, "epoch")).toBe(1);
    const spoken = mounted.all("[aria-live]").map((element) => tidy(element.textContent));
    expect(spoken.some((text) => text.startsWith("Epoch 1 of 10, Learning rate 0.1, Loss 1.88, In plane 3.53"))).toBe(
      true,
    );
  });

  test("goes with the path as it grows, unless another checkpoint is looked at", async () => {
    const mounted = await mountPanel(stories.trajectory);
    await mounted.send({ kind: "snapshot", snapshot: trackSnapshot(surface, { later: 1 }) });
    expect(read(mounted, "epoch")).toBe(11);
    await press(slider(mounted), "Home");
    await mounted.send({ kind: "snapshot", snapshot: trackSnapshot(surface, { later: 2 }) });
    expect(read(mounted, "epoch")).toBe(0);
    expect(mounted.text('[data-read="epoch"]')).toBe("init of 12");
  });
});

describe("a checkpoint", () => {
  test("is chosen by a click, with what can be done with it", async () => {
    const mounted = await mountPanel(stories.trajectory);
    await pointer(mounted, "trajectory-map", "click", pixel(mounted, trackPlaces[2]));
    expect(read(mounted, "epoch")).toBe(2);
    expect(mounted.find("checkpoint-actions [role=toolbar], [role=toolbar]").getAttribute("aria-label")).toBe(
      "Actions for model_2.pt",
    );
    for (const action of ["reveal", "centre", "landscape"]) mounted.find(`[data-action="${action}"]`).click();
    expect(mounted.posted.slice(-3)).toEqual([
      { kind: "reveal", path: "/run/model_2.pt" },
      { kind: "run-changed", change: { weights: "/run/model_2.pt" } },
      { kind: "visualize", path: "/run/model_2.pt" },
    ]);
    await press(mounted.find('[data-action="reveal"]'), "Escape");
    expect(mounted.all("checkpoint-actions")).toHaveLength(0);
    await press(canvasOf(mounted, "trajectory-map"), "Enter");
    expect(mounted.all("checkpoint-actions")).toHaveLength(1);
  });

  test("has a row of the table", async () => {
    const mounted = await mountPanel(stories["trajectory-table"]);
    const rows = mounted
      .all("checkpoint-table tr, tbody tr")
      .map((row) => [...row.children].map((cell) => tidy(cell.textContent)));
    expect(rows).toHaveLength(11);
    expect(rows[3]).toEqual(["model_3.pt", "3", "0.1", "2.06", "1.09", "35.8 %", "0.160", "−0.360", "0.295", "60.0 %"]);
    expect(rows[10]!.at(-1)).toBe("–");
  });

  test("has the difference of two splits everywhere, with its sign and the names of both", async () => {
    const snapshot = withSecondSplit(trackSnapshot(surface));
    const story = { messages: [stories.trajectory.messages[0]!, { kind: "snapshot", snapshot } as const] };
    const view = { shown: "trajectory", split: "difference" } as const;
    const mounted = await mountPanel({ ...story, view });
    const last = trackLosses.at(-1)!;
    expect(read(mounted, "accuracy")).toBe(90 - last.accuracy);
    const read0 = tidy(mounted.find("checkpoint-read-out").shadowRoot!.querySelector("dl")!.textContent);
    expect(read0).toContain("Accuracy, train − test");
    expect(read0).toContain("pp");
    expect(slider(mounted).getAttribute("aria-valuetext")).toContain("−0.");
    const table = await mountPanel({ ...story, view: { ...view, table: true } });
    expect(tidy(table.find("tbody tr").children[5]!.textContent)).toMatch(/^[+−][\d.]+ pp$/);
    expect(tidy(table.find("thead").textContent)).toContain("Loss, train − test");
  });

  test("of a training that diverged is told as what it is, not as one that was not measured", async () => {
    const snapshot = trackSnapshot(surface);
    const checkpoints = snapshot.extras!.checkpoints.map((values, k) =>
      k === 10 ? { ...values, own: [{ ...values.own[0]!, loss: "NaN" as const }] } : values,
    );
    const extras = { ...snapshot.extras!, checkpoints };
    const messages = [
      stories.trajectory.messages[0]!,
      { kind: "snapshot", snapshot: { ...snapshot, extras } } as const,
    ];
    const mounted = await mountPanel({ messages, view: { shown: "trajectory" } });
    expect(mounted.text('[data-read="own"]')).toBe("NaN");
    const table = await mountPanel({ messages, view: { shown: "trajectory", table: true } });
    expect(tidy(table.all("tbody tr")[10]!.children[3]!.textContent)).toBe("NaN");
  });
});

describe("without a path", () => {
  test("it is said what is needed, and the path is offered where there is one", async () => {
    const none = await mountPanel(stories["trajectory-none"]);
    expect(none.text("trajectory-empty")).toBe("");
    const words = tidy(none.find("trajectory-empty").shadowRoot!.textContent);
    expect(words).toContain("needs checkpoints");
    expect(words).toContain("Insert Checkpoints of Every Epoch");
    expect(none.find("trajectory-empty").shadowRoot!.querySelectorAll("vscode-button")).toHaveLength(0);
    const found = await mountPanel(stories["trajectory-found"]);
    found.find("trajectory-empty").shadowRoot!.querySelector<HTMLElement>("vscode-button")!.click();
    expect(found.posted.at(-1)).toEqual({ kind: "plane", plane: "path" });
  });

  test("it is said what the path would cost, or why there is none", async () => {
    const words = (mounted: Mounted) =>
      tidy(mounted.find("trajectory-empty").shadowRoot!.querySelector(".cost")!.textContent);
    const ready = foreseen(studyOf(surface), { grid: { points: [21, 21] } });
    const found = await mountPanel({ ...stories["trajectory-found"], answers: { "foresee-plane": () => ready } });
    await vi.waitFor(() => expect(words(found)).toBe("441 evaluations of 500 samples, about 44 s"));
    const problem = { reason: "file-missing", title: "", message: "model_3.pt is not there.", advice: "" } as const;
    const answers = { "foresee-plane": () => ({ kind: "problem", problem }) as const };
    const refused = await mountPanel({ ...stories["trajectory-found"], answers });
    await vi.waitFor(() => expect(words(refused)).toBe(problem.message));
  });
});

describe("a training that goes on", () => {
  const followed = (mounted: Mounted) => mounted.posted.filter(({ kind }) => kind === "follow-training");

  test("is followed until that is turned off, which is kept", async () => {
    const mounted = await mountPanel(stories.trajectory);
    expect(followed(mounted)).toEqual([]);
    const box = mounted.find<HTMLElement & { checked: boolean }>('[data-option="follow"]');
    expect(box.checked).toBe(true);
    box.checked = false;
    box.dispatchEvent(new Event("change"));
    await settled();
    expect(followed(mounted)).toEqual([{ kind: "follow-training", on: false }]);
    expect(mounted.kept()?.view.options.trajectory).toEqual({ follow: false });
    const again = await mountPanel({ ...stories.trajectory, view: { ...mounted.kept()!.view } });
    expect(followed(again)).toEqual([{ kind: "follow-training", on: false }]);
    expect(again.find<HTMLElement & { checked: boolean }>('[data-option="follow"]').checked).toBe(false);
  });
});

describe("the picture", () => {
  test("is the whole path on white with what the plane holds, as PNG and SVG", async () => {
    const mounted = await mountPanel(stories.trajectory);
    const view = mounted.find<HTMLElementTagNameMap["trajectory-view"]>("trajectory-view");
    const bitmap = await createImageBitmap(await view.picture("png"));
    expect(bitmap.width).toBe(760 * 3);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    expect([...context.getImageData(3, 3, 1, 1).data]).toEqual([255, 255, 255, 255]);
    const svg = await (await view.picture("svg")).text();
    for (const words of ["PC 1", "6 to 10", "random walk of 10 points", "ResNet-8"]) expect(svg).toContain(words);
  });
});

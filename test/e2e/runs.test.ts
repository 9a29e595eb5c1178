import { readdirSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunHeader } from "../../server/protocol/result";
import type { FigureLayout } from "../../webview/charts/layout";
import { Driver } from "./support/workbench";
import type { Panel } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

beforeAll(async () => {
  workspace.addModel("small", { points: 5, samples: 100 });
  workspace.addModel("other", { points: 5, samples: 100 });
  workspace.addModel("long", { points: 101, samples: 500 });
  workspace.addModel("third", { points: 5, samples: 100 });
  driver = await Driver.open(workspace.folder);
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

beforeEach(() => driver.closeAll());

/** Journals of a model, as they are called. */
const journals = (model: string): readonly string[] =>
  readdirSync(workspace.path(".loss-landscape")).filter(
    (name) => name.startsWith(`${model}-`) && name.endsWith(".jsonl"),
  );

const headersOf = (model: string): readonly RunHeader[] =>
  journals(model).map((name) => {
    const [first = ""] = workspace.read(`.loss-landscape/${name}`).split("\n");
    return (JSON.parse(first) as { header: RunHeader }).header;
  });

async function shown(file: string): Promise<Panel> {
  await driver.visualize(file);
  const panel = driver.panel();
  await panel.state("done");
  return panel;
}

/** Drags the mouse over the map from one place of its plane to another. */
async function drag(panel: Panel, ...places: readonly (readonly [alpha: number, beta: number])[]): Promise<void> {
  const figure = panel.root.locator("contour-figure");
  const box = (await figure.locator(".canvas").boundingBox())!;
  const { plot } = await figure.evaluate((element) => (element as unknown as { layout: FigureLayout }).layout);
  const pixels = places.map(([alpha, beta]) => ({
    x: box.x + plot.x + ((alpha + 1) / 2) * plot.width,
    y: box.y + plot.y + ((1 - beta) / 2) * plot.height,
  }));
  const { mouse } = driver.page;
  await mouse.move(pixels[0]!.x, pixels[0]!.y);
  await mouse.down();
  for (const { x, y } of pixels.slice(1)) await mouse.move(x, y, { steps: 4 });
  await mouse.up();
}

describe("a changed run", () => {
  test("another seed says what it costs, is run, and the way back computes nothing", async () => {
    const panel = await shown("small.onnx");
    const before = await panel.table();
    await panel.root.getByText("Run settings").click();
    await panel.button("Another seed").click();
    await expect.poll(() => panel.root.locator("run-form .cost").innerText()).toMatch(/^25 evaluations of 100 samples/);
    await panel.button("Run").click();
    const trail = panel.root.locator("run-trail nav");
    await expect.poll(() => trail.innerText(), { timeout: 60_000 }).toMatch(/seed 0[\s\S]*seed 1/);
    await panel.state("done");
    expect(await panel.table()).not.toEqual(before);
    expect(
      headersOf("small")
        .map(({ directions }) => directions.seed)
        .sort(),
    ).toEqual([0, 1]);
    const files = journals("small");
    const runs = driver.runs();
    await panel.button("Back").click();
    await trail.waitFor({ state: "detached" });
    await panel.state("done");
    expect(driver.runs()).toBe(runs);
    expect(await panel.table()).toEqual(before);
    expect(journals("small")).toEqual(files);
  });

  test("a rectangle dragged on the map is measured on a finer grid of its own, and the way back is the map before", async () => {
    const panel = await shown("small.onnx");
    const before = await panel.table();
    const files = journals("small");
    await drag(panel, [0.2, -0.1], [0.6, -0.5]);
    await panel.root.locator('region-bar vscode-toolbar-button[label="Measure here"]').click();
    const trail = panel.root.locator("run-trail nav");
    // What takes a few seconds starts at once, the rest after a question.
    await Promise.any([trail.waitFor(), panel.button("Measure").click({ timeout: 20_000 })]);
    await expect.poll(() => trail.innerText(), { timeout: 60_000 }).toMatch(/α −1 to 1[\s\S]*α 0\.\d+ to 0\.\d+/);
    await panel.state("done");
    const header = headersOf("small").find(({ x }) => x[0]! > 0)!;
    // To the pixel, which is about 0.005 of the plane.
    for (const [nodes, ends] of [
      [header.x, [0.2, 0.6]],
      [header.y, [-0.5, -0.1]],
    ] as const) {
      expect(nodes).toHaveLength(5);
      expect(Math.abs(nodes[0]! - ends[0])).toBeLessThan(0.02);
      expect(Math.abs(nodes.at(-1)! - ends[1])).toBeLessThan(0.02);
    }
    expect(header.checks.find(({ name }) => name === "centre")?.level).toBe("ok");
    expect([...(await panel.table()).values()].every(({ measured }) => measured === "1")).toBe(true);
    const runs = driver.runs();
    await panel.button("Back").click();
    await trail.waitFor({ state: "detached" });
    await panel.state("done");
    expect(driver.runs()).toBe(runs);
    expect(await panel.table()).toEqual(before);
    expect(journals("small")).toHaveLength(files.length + 1);
  });
});

test("a model that changed on the disk is told of, run again, and compared with before", async () => {
  const panel = await shown("other.onnx");
  const bytes = workspace.bytes("other.onnx");
  // The last byte of the last weight.
  bytes[bytes.length - 200] = bytes[bytes.length - 200]! ^ 1;
  workspace.write("other.onnx", bytes);
  const line = panel.root.locator("stale-line notice-line");
  await expect.poll(() => line.innerText(), { timeout: 60_000 }).toContain("other.onnx changed on disk");
  await panel.root.locator("contour-figure").waitFor();
  await line.getByText("Run again").click();
  await panel.root.getByText("Compare with before").click({ timeout: 60_000 });
  await panel.root.locator('[role="tabpanel"][data-view="compare"]').waitFor();
  expect(journals("other")).toHaveLength(2);
});

test("runs wait for one another and say for whom", async () => {
  await driver.visualize("long.onnx");
  await driver.panel().state("running");
  await driver.visualize("third.onnx");
  await driver.panel().state("preparing");
  await expect.poll(() => driver.panel().text()).toContain("Waiting for another run: long.onnx");
  await driver.tab("Landscape: long").click();
  await driver.panel().button("Cancel run").click();
  await driver.panel().state("cancelled");
  await driver.tab("Landscape: third").click();
  await driver.panel().state("done");
});

test("an unlocked panel goes with the file in front and starts nothing", async () => {
  await shown("small.onnx");
  await driver.command("Loss Landscape: Unlock Landscape to Follow the Open File");
  workspace.addModel("fresh", { points: 5, samples: 100 });
  const runs = driver.runs();
  await driver.file("fresh.landscape.json").click({ timeout: 60_000 });
  // The text may have opened in front of the panel.
  await driver.tab("Landscape: fresh").click();
  const panel = driver.panel();
  await panel.state("first-run");
  // The model is read, and nothing more.
  expect(driver.runs()).toBe(runs);
  expect(() => workspace.journal("fresh")).toThrow();
  await panel.button("Visualize").click();
  await panel.state("done");
});

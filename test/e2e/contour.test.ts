import { cpSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunResult, SurfaceFigure } from "../../server/protocol/result";
import { Driver } from "./support/workbench";
import type { Panel } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;
let panel: Panel;
let expected: RunResult;

const surfaceOf = (split: string): SurfaceFigure => expected.surfaces.find((surface) => surface.split === split)!;
const centre = (split: string): number => Number(surfaceOf(split).loss[3]![3]);

beforeAll(async () => {
  workspace.addModel("both");
  cpSync(path.resolve("media", "samples", "fashion-resnet8", "train.npz"), workspace.path("train.npz"));
  workspace.write(
    "both.landscape.json",
    JSON.stringify({
      model: "both.onnx",
      data: { samples: 100, test: "test.npz", train: "train.npz" },
      grid: { x: [-1, 1], y: [-1, 1], points: 7 },
    }),
  );
  expected = workspace.commandLine("both");
  driver = await Driver.open(workspace.folder, { "workbench.colorTheme": "Dark Modern" });
  await driver.visualize("both.landscape.json");
  panel = driver.panel();
  await panel.state("done");
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

const canvas = () => panel.root.locator("contour-figure .canvas");
const label = () => canvas().getAttribute("aria-label");
const reading = async (name: string) =>
  Number(await panel.root.locator(`read-out [data-read="${name}"]`).getAttribute("data-value"));

/** Opens Display options unless they are open. */
async function openOptions(): Promise<void> {
  if (!(await panel.root.locator('vscode-single-select[label="Contours"]').isVisible()))
    await panel.button("Display options").click();
}

/** Chooses an entry of a select as a person does, opening Display options where it is in there. */
async function choose(select: string, entry: string): Promise<void> {
  const box = panel.root.locator(`vscode-single-select[label="${select}"]`);
  if (!(await box.isVisible())) await openOptions();
  await box.click();
  await box.locator(".options .option, li", { hasText: entry }).first().click();
}

/** Pixels of the window at a share of the canvas. */
async function place(x: number, y: number): Promise<{ x: number; y: number }> {
  const box = (await canvas().boundingBox())!;
  return { x: box.x + x * box.width, y: box.y + y * box.height };
}

describe("the contour view of a run with two splits", () => {
  test("follows metric and split, with the command line's numbers", async () => {
    expect(await reading("loss")).toBeCloseTo(centre("test"), 9);
    await choose("Split", "train");
    await expect.poll(() => reading("loss")).toBeCloseTo(centre("train"), 9);
    expect(await label()).toContain("loss on train");
    const cells = await panel.table();
    expect([...cells.values()].map(({ loss }) => loss)).toEqual(expect.arrayContaining([String(centre("train"))]));
    expect(cells.get(0)!.loss).toBe(String(surfaceOf("train").loss[0]![0]));
    await choose("Split", "train − test");
    await expect.poll(label).toContain("difference in loss, train − test");
    expect(await reading("loss")).toBeCloseTo(centre("train") - centre("test"), 9);
    await choose("Metric", "Error rate");
    await expect.poll(label).toContain("difference in error rate");
    await driver.screenshot("contour-difference");
    await choose("Metric", "Loss");
    await choose("Split", "test");
    await expect.poll(() => reading("loss")).toBeCloseTo(centre("test"), 9);
  });

  test("changes scale, contours and upper end without computing", async () => {
    const journal = workspace.journal("both");
    const runs = driver.runs();
    await choose("Scale", "Paper levels");
    await choose("Contours", "Lines only");
    await openOptions();
    const end = panel.root.locator('vscode-textfield[label="Upper end"] input');
    await end.fill("5");
    await end.press("Enter");
    await driver.screenshot("contour-paper-lines");
    await end.fill("");
    await end.press("Enter");
    await choose("Contours", "Filled");
    await choose("Scale", "Auto");
    await panel.button("Display options").click();
    expect(workspace.journal("both")).toEqual(journal);
    expect(driver.runs()).toBe(runs);
  });

  test("zooms by wheel and by a dragged region, and goes back", async () => {
    const reset = panel.button("Reset zoom");
    const middle = await place(0.4, 0.5);
    await driver.page.mouse.move(middle.x, middle.y);
    await driver.page.keyboard.down("Control");
    await driver.page.mouse.wheel(0, -200);
    await driver.page.keyboard.up("Control");
    await reset.click();
    await reset.waitFor({ state: "hidden" });
    const [from, to] = [await place(0.3, 0.4), await place(0.5, 0.6)];
    await driver.page.mouse.move(from.x, from.y);
    await driver.page.mouse.down();
    await driver.page.mouse.move(to.x, to.y, { steps: 4 });
    await driver.page.mouse.up();
    const bar = panel.root.locator("region-bar");
    await bar.locator('vscode-toolbar-button[label="Measure here"]').waitFor();
    await driver.screenshot("contour-region");
    await bar.locator('vscode-toolbar-button[label="Zoom"]').click();
    await bar.waitFor({ state: "detached" });
    await reset.click();
    await reset.waitFor({ state: "hidden" });
  });

  test("is copied as a picture, which is said", async () => {
    await driver.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await panel.button("Copy image").click();
    await panel.root.locator("contour-view .status").filter({ hasText: "Image copied" }).waitFor();
  });

  test("breaks no content security policy", () => {
    expect(driver.refusals).toEqual([]);
  });
});

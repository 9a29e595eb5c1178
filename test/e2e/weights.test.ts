import { cpSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Driver } from "./support/workbench";
import type { Panel } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
const sample = path.resolve("media", "samples", "fashion-resnet8");
let driver: Driver;

beforeAll(async () => {
  workspace.addModel("net", { points: 3, samples: 50 });
  cpSync(path.join(sample, "checkpoints", "model_0.pt"), workspace.path("earlier", "model_0.pt"));
  driver = await Driver.open(workspace.folder, { "workbench.colorTheme": "Dark Modern" });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

beforeEach(() => driver.closeAll());

async function weights(): Promise<Panel> {
  await driver.visualize("net.landscape.json");
  const panel = driver.panel();
  await panel.state("done");
  await panel.view("Weights");
  await panel.root.locator("weights-multiple").first().waitFor({ timeout: 60_000 });
  return panel;
}

/** A number of the table of all kernels, in full precision. */
async function overall(panel: Panel, file: number, key: string): Promise<number> {
  const cell = panel.root.locator(`weights-table tr[data-layer=""][data-file="${file}"] td[data-key="${key}"]`);
  return Number(await cell.getAttribute("data-value"));
}

describe("weights", () => {
  test("of the model are read when the view is opened, layer by layer", async () => {
    const panel = await weights();
    // What NumPy finds in the same weights: test/fixtures/weights.
    expect(await overall(panel, 0, "count")).toBe(19464);
    expect(await overall(panel, 0, "deviation")).toBeCloseTo(0.09504689650949434, 12);
    expect(await overall(panel, 0, "norm")).toBeCloseTo(13.264670754569654, 11);
    const layers = panel.root.locator("weights-multiple");
    expect(await layers.first().getAttribute("data-layer")).toBe("conv.weight");
    expect(await layers.last().getAttribute("data-layer")).toBe("fc.weight");
    // The process that read them is gone; at most two wait for the next run.
    await expect.poll(() => driver.processes("evaluator.js").length).toBeLessThanOrEqual(2);
  });

  test("of a checkpoint that the user chooses are drawn over them", async () => {
    const panel = await weights();
    await panel.button("Compare weights…").click();
    await driver.row("model_0.pt").click();
    await driver.page.keyboard.press("Enter");
    await panel.root.locator(".files li", { hasText: "model_0.pt" }).waitFor();
    await expect.poll(() => panel.root.locator('weights-table tr[data-layer=""]').count(), { timeout: 60_000 }).toBe(2);
    expect(await overall(panel, 1, "count")).toBe(19464);
    expect(await overall(panel, 1, "deviation")).not.toBe(await overall(panel, 0, "deviation"));
    await driver.screenshot("weights");
  });

  test("break no rule of the page", () => {
    expect(driver.refusals).toEqual([]);
  });
});

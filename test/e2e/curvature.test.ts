import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

const study = {
  model: "curved.onnx",
  data: { path: "test.npz", split: "test", samples: 100 },
  grid: { x: [-0.5, 0.5], y: [-0.5, 0.5], points: 3 },
  curvature: { points: 3, samples: 50, traceProbes: 2, densityProbes: 1, tolerance: 0.05 },
};

beforeAll(async () => {
  workspace.addModel("curved");
  workspace.addModel("plain", { points: 3, samples: 50 });
  workspace.write("curved.landscape.json", JSON.stringify(study));
  driver = await Driver.open(workspace.folder, { "workbench.colorTheme": "Dark Modern" });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

beforeEach(() => driver.closeAll());

describe("the Curvature view", () => {
  test("shows each point of the map and the spectrum as the command line measures them", async () => {
    const { curvature } = workspace.commandLine("curved");
    await driver.visualize("curved.landscape.json");
    const panel = driver.panel();
    await panel.state("done");
    await panel.root.getByRole("tab", { name: "Curvature" }).click();
    const figure = panel.root.locator("curvature-figure .canvas");
    await figure.waitFor();
    expect(await figure.getAttribute("aria-label")).toContain("9 of 9 are computed");
    expect(await panel.root.locator(".subject").innerText()).toContain("50 of the 500 samples of test");
    const fact = (name: string) => panel.root.locator(`[data-fact="${name}"]`).getAttribute("data-value");
    expect(await fact("max")).toBe(String(curvature!.max[1]![1]));
    expect(await fact("min")).toBe(String(curvature!.min[1]![1]));
    expect(await fact("trace")).toBe(String(curvature!.trace!.value));
    await panel.root.locator("drawn-figure canvas").waitFor();

    await figure.focus();
    await figure.press("ArrowRight");
    await figure.press("ArrowUp");
    const read = panel.root.locator('[data-read="max"]');
    await expect.poll(() => read.getAttribute("data-value")).toBe(String(curvature!.max[2]![2]));
    await driver.screenshot("curvature-dark");
  });

  test("says for a run without curvature what it would show and what it costs", async () => {
    await driver.visualize("plain.landscape.json");
    const panel = driver.panel();
    await panel.state("done");
    await panel.root.getByRole("tab", { name: "Curvature" }).click();
    await panel.root.getByRole("heading", { name: "How curved is the loss" }).waitFor();
    await panel.button("Measure curvature").waitFor();
  });

  test("violates no content security policy", () => {
    expect(driver.refusals).toEqual([]);
  });
});

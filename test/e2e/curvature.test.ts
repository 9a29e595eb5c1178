import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

const study = {
  model: "curved.onnx",
  data: { path: "test.npz", split: "test", samples: 100 },
  grid: { x: [-0.5, 0.5], y: [-0.5, 0.5], points: 3 },
  curvature: { points: 3, samples: 20, traceProbes: 2, densityProbes: 1, tolerance: 0.1 },
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

type Measured = Record<string, unknown>;

/** What the run's journal has of a kind beside its grid. */
function measured(kind: string): readonly Measured[] {
  return workspace
    .journal("curved")
    .map((line) => JSON.parse(line) as Measured)
    .filter(({ extra }) => extra === kind);
}

function valuesAt(records: readonly Measured[], index: number): Measured {
  return records.map(({ values }) => values as Measured).find((values) => values.index === index)!;
}

describe("the Curvature view", () => {
  test("shows each point of the map and the spectrum as the journal has them", async () => {
    await driver.visualize("curved.landscape.json");
    const panel = driver.panel();
    await panel.state("done");
    const points = measured("curvature");
    const trace = measured("trace").map(({ value }) => Number(value));
    await panel.view("Curvature");
    const figure = panel.root.locator("curvature-figure .canvas");
    await figure.waitFor();
    expect(await figure.getAttribute("aria-label")).toContain("9 of 9 are computed");
    expect(await panel.root.locator(".subject").innerText()).toContain("20 of the 500 samples of test");
    const fact = (name: string) => panel.root.locator(`[data-fact="${name}"]`).getAttribute("data-value");
    expect(await fact("max")).toBe(String(valuesAt(points, 4).max));
    expect(await fact("min")).toBe(String(valuesAt(points, 4).min));
    expect(await fact("trace")).toBe(String(trace.reduce((sum, value) => sum + value, 0) / 2));
    await panel.root.locator("drawn-figure canvas").waitFor();

    await figure.focus();
    await figure.press("ArrowRight");
    await figure.press("ArrowUp");
    const read = panel.root.locator('[data-read="max"]');
    await expect.poll(() => read.getAttribute("data-value")).toBe(String(valuesAt(points, 8).max));
    await driver.screenshot("curvature-dark");
  });

  test("says for a run without curvature what it costs, and measures it from there", async () => {
    await driver.visualize("plain.landscape.json");
    const panel = driver.panel();
    await panel.state("done");
    await panel.view("Curvature");
    await panel.root.getByRole("heading", { name: "How curved is the loss" }).waitFor();
    const cost = panel.root.locator("measure-curvature .cost");
    await expect.poll(() => cost.innerText()).toContain("products with the Hessian");
    for (const [field, value] of [
      ["size", "1"],
      ["samples", "64"],
      ["density", "0"],
      ["trace", "8"],
    ] as const) {
      await panel.root.locator(`vscode-single-select[data-field="${field}"]`).evaluate((element, chosen) => {
        const select = element as unknown as { value: string; dispatchEvent(event: Event): void };
        select.value = chosen;
        select.dispatchEvent(new Event("change"));
      }, value);
    }
    await expect.poll(() => cost.innerText()).toMatch(/about (8|208) products/);
    await panel.button("Measure curvature").click();
    await panel.root.locator('[data-fact="trace"]').waitFor({ timeout: 120_000 });
    await panel.state("done");
    await panel.view("Trust");
    await panel.root.locator('tr[data-check="centre-convexity"][data-level="ok"]').waitFor();
  });

  test("violates no content security policy", () => {
    expect(driver.refusals).toEqual([]);
  });
});

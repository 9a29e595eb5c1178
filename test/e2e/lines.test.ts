import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunResult } from "../../server/protocol/result";
import { Driver } from "./support/workbench";
import type { Panel } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

/** Studies of the sample, by the name of their file. */
const studies = {
  line: { directions: { kind: "random", seed: 1 }, grid: { x: [-1, 1], points: 9, lines: true } },
  family: { directions: { kind: "random", seed: 1, count: 3 }, grid: { x: [-1, 1], points: 7, lines: true } },
  surface: { grid: { x: [-1, 1], y: [-1, 1], points: 7 } },
};

beforeAll(async () => {
  workspace.addModel("net");
  for (const [name, study] of Object.entries(studies)) {
    const data = { path: "test.npz", split: "test", samples: 200 };
    workspace.write(`${name}.landscape.json`, JSON.stringify({ model: "net.onnx", data, ...study }));
  }
  driver = await Driver.open(workspace.folder, { "workbench.colorTheme": "Dark Modern" });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

beforeEach(() => driver.closeAll());

async function shown(study: string): Promise<Panel> {
  await driver.visualize(`${study}.landscape.json`);
  const panel = driver.panel();
  await panel.state("done");
  return panel;
}

interface Cell {
  readonly dataset: Record<string, string>;
}

/** The losses of a table of lines, column by column. */
async function losses(panel: Panel, table: number): Promise<readonly (readonly number[])[]> {
  const region = panel.root.locator("lines-table .region").nth(table);
  await region.waitFor();
  const rows = await region
    .locator("tbody tr")
    .evaluateAll((elements) =>
      (elements as unknown as { querySelectorAll(selector: string): Iterable<Cell> }[]).map((row) =>
        [...row.querySelectorAll('td[data-quantity="loss"]')].map(({ dataset }) => [dataset.value, dataset.measured]),
      ),
    );
  expect(rows.flat().every(([, measured]) => measured === "1")).toBe(true);
  return rows[0]!.map((_, column) => rows.map((row) => Number(row[column]![0])));
}

async function showTable(panel: Panel): Promise<void> {
  await panel.button("Display options").click();
  await panel.root.getByText("Show as table", { exact: true }).click();
  await panel.root.locator("lines-table").waitFor();
}

const lineLosses = ({ lines }: RunResult): readonly (readonly number[])[] => lines.map(({ loss }) => loss.map(Number));

describe("lines", () => {
  test("of one direction are what the command line measures, to the last digit", async () => {
    const panel = await shown("line");
    await panel.root.getByRole("img", { name: /^Loss, Accuracy \(test\) along α/ }).waitFor();
    await driver.screenshot("lines");
    await showTable(panel);
    expect(await losses(panel, 0)).toEqual(lineLosses(workspace.commandLine("line")));
  });

  test("of several directions are a band, and the table has every one of them", async () => {
    const panel = await shown("family");
    await panel.root.getByText("Median of 3 directions").waitFor();
    await driver.screenshot("lines-family");
    await showTable(panel);
    const expected = lineLosses(workspace.commandLine("family"));
    expect(expected).toHaveLength(3);
    expect(await losses(panel, 0)).toEqual(expected);
  });

  test("through a surface are its own rows and columns, wherever they are cut", async () => {
    const panel = await shown("surface");
    await panel.view("Lines");
    const slider = panel.root.getByRole("slider", { name: "Cut at β" });
    await slider.press("End");
    await panel.root.getByText("β 1.00", { exact: true }).waitFor();
    await driver.screenshot("lines-cuts");
    await showTable(panel);
    const [surface] = workspace.commandLine("surface").surfaces;
    expect(await losses(panel, 0)).toEqual([surface!.loss.at(-1)!.map(Number)]);
    expect(await losses(panel, 1)).toEqual([surface!.loss.map((row) => Number(row[3]))]);
  });

  test("of another run are drawn beside them, and what differs is named", async () => {
    const panel = await shown("family");
    if (await panel.root.locator("lines-table").isVisible()) await panel.showTable(false);
    await panel.button("Add run…").click();
    await panel.root.locator("add-runs run-list button", { hasText: /1|9/ }).first().waitFor();
    await driver.screenshot("lines-runs");
    await panel.root.locator("add-runs run-list button").first().click();
    await panel.root.locator(".chosen li").waitFor();
    await panel.root.locator("[data-note^=differs]").first().waitFor();
    await driver.screenshot("lines-overlay");
    expect(await panel.root.locator("line-readings tbody tr").count()).toBeGreaterThan(1);
  });

  test("break no rule of the page", () => {
    expect(driver.refusals).toEqual([]);
  });
});

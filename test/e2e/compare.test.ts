import { cpSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunHeader } from "../../server/protocol/result";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

const entry = "Compare Loss Landscape With…";

beforeAll(async () => {
  workspace.addModel("net");
  // Weights of the same training after its first epoch.
  cpSync(path.resolve("media/samples/fashion-resnet8/checkpoints/model_1.pt"), workspace.path("early.pt"));
  workspace.write("notes.md", "# Notes\n");
  driver = await Driver.open(workspace.folder, { "lossLandscape.grid.points": 5 });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

beforeEach(() => driver.closeAll());

/** What the journals of all runs say, by the name of the weights. */
function measured(): Readonly<Record<string, { readonly centre: number; readonly losses: readonly number[] }>> {
  const folder = workspace.path(".loss-landscape");
  const journals = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return Object.fromEntries(
    journals.map((name) => {
      const [first, ...rest] = readFileSync(path.join(folder, name), "utf8").trimEnd().split("\n");
      const { header } = JSON.parse(first!) as { readonly header: RunHeader };
      // A point is a list: its index, its loss and more.
      const points = rest
        .map((line) => JSON.parse(line) as object)
        .filter((line): line is [index: number, loss: number] => Array.isArray(line));
      const losses = points.sort(([a], [b]) => a - b).map(([, loss]) => loss);
      const weights = path.basename(header.study.model.weights ?? header.study.model.path);
      return [weights, { centre: Number(header.centre.loss), losses }];
    }),
  );
}

/** The values beside the titles of the tiles. */
function readings(): Promise<readonly number[]> {
  return driver
    .panel()
    .root.locator("tile-heads .reading[data-value]")
    .evaluateAll((elements) =>
      elements.map((element) => Number((element as unknown as { dataset: Record<string, string> }).dataset.value)),
    );
}

const selectBoth = (): Promise<void> => driver.select(driver.file("net.onnx"), driver.file("early.pt"));

describe("models that are selected together", () => {
  test("are measured under the same settings and stand side by side, with one cursor and their difference", async () => {
    await selectBoth();
    await driver.choose(driver.file("early.pt"), entry);
    // A tile has a value when its run is finished; before, it says how far it is.
    await expect.poll(readings, { timeout: 120_000, interval: 500 }).toHaveLength(2);
    const panel = driver.panel();
    const runs = Object.values(measured());
    expect(runs).toHaveLength(2);
    expect(runs.map(({ losses }) => losses.length)).toEqual([25, 25]);
    const centres = await readings();
    expect([...centres].sort()).toEqual(runs.map(({ centre }) => centre).sort());
    const [first, second] = centres.map((centre) => runs.find((run) => run.centre === centre)!.losses);

    await panel.root.locator("compare-figure .canvas").press("ArrowRight");
    await expect.poll(readings).toEqual([first![13], second![13]]);
    // Where there is no room beside the other tools, it is among the display options.
    const difference = panel.root.getByText("Difference", { exact: true });
    if (!(await difference.isVisible())) await panel.button("Display options").click();
    await difference.click();
    await expect.poll(readings).toEqual([first![13], second![13], second![13]! - first![13]!]);
    expect(await panel.text()).toContain("same random draw");
    await driver.screenshot("compare");
  });

  test("are opened and not measured again, and the comparison is there after a reload", async () => {
    const before = measured();
    await selectBoth();
    await driver.choose(driver.file("early.pt"), entry);
    await expect.poll(readings, { timeout: 60_000, interval: 500 }).toHaveLength(2);
    await driver.reload();
    await expect.poll(readings, { timeout: 60_000, interval: 500 }).toHaveLength(2);
    expect(measured()).toEqual(before);
  });
});

test("the entry is for several models, and for nothing else", async () => {
  expect(await driver.menuOf("net.onnx")).not.toContain(entry);
  expect(await driver.menuOf("notes.md")).not.toContain(entry);
});

test("the palette asks which models to compare the one in front with", async () => {
  await driver.file("early.pt").dblclick();
  await driver.page.locator(".tab.active", { hasText: "early.pt" }).waitFor();
  await driver.command(`Loss Landscape: ${entry}`);
  await driver.row("net.onnx").locator("input, .quick-input-list-checkbox, .monaco-checkbox").first().click();
  await driver.page.getByRole("button", { name: "OK", exact: true }).click();
  await expect.poll(readings, { timeout: 120_000, interval: 500 }).toHaveLength(2);
});

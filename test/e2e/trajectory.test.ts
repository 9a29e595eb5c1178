import { cpSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunHeader, RunResult } from "../../server/protocol/result";
import { Driver } from "./support/workbench";
import type { Panel } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;
let expected: RunResult;

/** The training writes a checkpoint. */
function write(epoch: number): void {
  const from = path.resolve("media", "samples", "fashion-resnet8", "checkpoints", `model_${epoch}.pt`);
  mkdirSync(workspace.path("checkpoints"), { recursive: true });
  cpSync(from, workspace.path("checkpoints", `model_${epoch}.pt`));
}

beforeAll(async () => {
  workspace.addModel("path");
  cpSync(path.resolve("media", "samples", "fashion-resnet8", "log.csv"), workspace.path("log.csv"));
  for (let epoch = 0; epoch < 9; epoch++) write(epoch);
  workspace.write(
    "path.landscape.json",
    JSON.stringify({
      model: "path.onnx",
      data: { path: "test.npz", split: "test", samples: 200 },
      directions: { kind: "pca" },
      checkpoints: { files: "checkpoints/model_*.pt", log: "log.csv" },
      grid: { points: 7 },
    }),
  );
  expected = workspace.commandLine("path");
  driver = await Driver.open(workspace.folder, { "workbench.colorTheme": "Dark Modern" });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

async function read(panel: Panel, name: string): Promise<number> {
  return Number(await panel.root.locator(`[data-read="${name}"]`).getAttribute("data-value"));
}

/** Clicks a checkpoint on the map. */
async function click(panel: Panel, index: number): Promise<void> {
  const map = panel.root.locator("trajectory-map");
  const place = await map.evaluate(
    (element, k) => (element as unknown as { placeOf(index: number): { x: number; y: number } }).placeOf(k),
    index,
  );
  await map.locator(".canvas").click({ position: place });
}

test("the path of a training is looked at, epoch by epoch, and grows while the training goes on", async () => {
  await driver.visualize("path.landscape.json");
  const panel = driver.panel();
  await panel.state("done");
  await panel.view("Trajectory");
  const slider = panel.root.getByRole("slider", { name: "Epoch" });
  await slider.waitFor();

  // What the plane holds, as the command line says it.
  const { checkpoints, explainedVariance } = expected.trajectory!;
  const share = `${(100 * (explainedVariance![0] + explainedVariance![1])).toFixed(1)}`;
  expect(await panel.root.locator('[data-note="explained"]').innerText()).toContain(`${share}\u00a0% of the variance`);
  expect(await read(panel, "epoch")).toBe(8);
  expect(await read(panel, "own")).toBe(checkpoints[8]!.loss);

  // The slider by keyboard and the chart that it belongs to.
  await slider.press("Home");
  expect(await slider.getAttribute("aria-valuetext")).toBe(
    `Epoch init of 8, loss ${Number(checkpoints[0]!.loss).toPrecision(3)}`,
  );
  expect(await read(panel, "own")).toBe(checkpoints[0]!.loss);
  expect(await read(panel, "in-plane")).toBe(checkpoints[0]!.planeLoss);
  await panel.button("Play").click();
  await panel.button("Pause").waitFor();
  await panel.button("Play").waitFor({ timeout: 60_000 });
  expect(await read(panel, "epoch")).toBe(8);

  // A checkpoint of the map and what can be done with it.
  await click(panel, 2);
  await panel.root.getByRole("toolbar", { name: "Actions for model_2.pt" }).waitFor();
  expect(await read(panel, "off-plane")).toBe(checkpoints[2]!.offPlane);
  await panel.button("Show file").click();
  await driver.file("model_2.pt").waitFor();
  await panel.button("Close").click();

  // The training goes on: the plane stays, and the path follows.
  const before = workspace.journal("path");
  await slider.press("End");
  write(9);
  const note = panel.root.locator('[data-note="added"]');
  await note.waitFor({ timeout: 60_000 });
  expect(await note.innerText()).toContain("1 checkpoint was added since the plane was made.");
  expect(await read(panel, "epoch")).toBe(9);
  expect(await panel.root.getByRole("slider").getAttribute("aria-valuetext")).toMatch(/^Epoch 9 of 9, loss 0\.\d/);
  const after = workspace.journal("path");
  expect(after.slice(1, before.length)).toEqual(before.slice(1));

  await driver.screenshot("trajectory");
  await panel.button("Fit the plane anew").click();
  await note.waitFor({ state: "detached", timeout: 60_000 });
  await panel.state("done");
  expect(await read(panel, "epoch")).toBe(9);
  expect(driver.refusals).toEqual([]);
});

/** What the journals say in their first lines. */
const headers = (): readonly RunHeader[] =>
  readdirSync(workspace.path(".loss-landscape"))
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => {
      const [first = ""] = workspace.read(`.loss-landscape/${name}`).split("\n");
      return (JSON.parse(first) as { header: RunHeader }).header;
    });

test("a checkpoint of the path becomes the centre of a run of its own, and the way back is the path", async () => {
  const panel = driver.panel();
  await click(panel, 2);
  await panel.button("Centre here").click();
  const trail = panel.root.locator("run-trail nav");
  await expect.poll(() => trail.innerText(), { timeout: 60_000 }).toMatch(/path\.onnx[\s\S]*model_2\.pt/);
  await panel.state("done");
  const header = headers().find(({ study }) => study.model.weights?.endsWith("model_2.pt"))!;
  // The centre is the checkpoint, as the path of the run before has it.
  expect(header.centre.loss).toBe(expected.trajectory!.checkpoints[2]!.loss);
  expect(header.study.grid.points).toEqual([7, 7]);
  await panel.view("Contour");
  const values = [...(await panel.table()).values()];
  expect(values.map(({ measured }) => measured)).toEqual(Array.from({ length: 49 }, () => "1"));
  await panel.button("Back").click();
  await trail.waitFor({ state: "detached" });
  await panel.state("done");
  await expect.poll(() => panel.table()).not.toEqual(new Map(values.map((value, index) => [index, value])));
  expect(driver.refusals).toEqual([]);
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Locator } from "playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

beforeAll(async () => {
  for (const name of ["first", "second"]) {
    workspace.addModel(name, { points: 5, samples: 200 });
    workspace.run(`${name}.landscape.json`);
  }
  // A second run of a model that has one already.
  workspace.writeStudy("first", { points: 3, samples: 200 });
  workspace.run("first.landscape.json");
  // What is no run must not be listed, nor keep the others from it.
  workspace.write(".loss-landscape/damaged-00000000.landscape-run.jsonl", "{}\n");
  driver = await Driver.open(workspace.folder, {
    "workbench.colorTheme": "Dark Modern",
    "files.simpleDialog.enable": true,
  });
  await driver.page.getByRole("button", { name: "Landscapes Section" }).click();
  await row("first.onnx").waitFor({ timeout: 60_000 });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

beforeEach(() => driver.closeAll());

function pane(): Locator {
  return driver.page.locator(".pane", { has: driver.page.getByRole("button", { name: "Landscapes Section" }) });
}

/** A row of the view; what its accessible name begins with tells it from the others. */
function row(name: string): Locator {
  return pane().getByRole("treeitem", { name }).first();
}

/** Answers a save dialog. */
async function saveAs(file: string): Promise<void> {
  await driver.quickInput.fill(file);
  await driver.page.locator(".quick-input-widget").getByRole("button", { name: "OK" }).click();
  await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
}

/** A file of the results folder in the Explorer. */
async function resultFile(name: string): Promise<Locator> {
  const file = driver.file(name);
  if (!(await file.isVisible())) await driver.file(".loss-landscape").click();
  await file.waitFor();
  return file;
}

const journals = (): readonly string[] =>
  readdirSync(workspace.path(".loss-landscape")).filter((name) => name.endsWith(".jsonl"));

test("the view lists the runs of each model with what they measured, and leaves out what is none", async () => {
  const names = await pane()
    .getByRole("treeitem")
    .evaluateAll((items) => items.map((item) => (item as unknown as { ariaLabel: string }).ariaLabel));
  expect(names).toHaveLength(5);
  expect(
    names.filter((name) => /^surface 5 × 5 · random, seed 0, loss 0\.\d{3}, .*ONNX Runtime/.test(name)),
  ).toHaveLength(2);
  expect(names.filter((name) => /^surface 3 × 3 · random, seed 0, loss 0\.\d{3}/.test(name))).toHaveLength(1);
  expect(names).toContainEqual(expect.stringContaining("first.onnx, 2 runs"));
});

test("a tooltip has the run's picture and facts", async () => {
  await row("surface 3 × 3").hover();
  const tooltip = driver.page
    .locator(".monaco-hover.workbench-hover, .workbench-hover")
    .filter({ hasText: "Directions" });
  await tooltip.waitFor({ timeout: 60_000 });
  const image = tooltip.locator("img");
  await expect
    .poll(() => image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth))
    .toBe(240);
  expect(await tooltip.innerText()).toMatch(/9\s+of\s+9/);
  await driver.screenshot("landscapes-hover");
});

test("a click opens the run, another click another one, and the panel of the model is none of them", async () => {
  await driver.visualize("second.onnx");
  await driver.panel().state("done");
  await row("surface 3 × 3").click();
  await driver.panel().state("done");
  await expect.poll(() => driver.panel().text()).toContain("3 × 3");
  await driver.tab("Landscape: second.onnx").first().waitFor();
  await row("surface 5 × 5").click();
  await expect.poll(() => driver.panel().text()).toContain("5 × 5");
});

test("two runs that are selected are compared", async () => {
  await driver.select(row("surface 3 × 3"), row("surface 5 × 5"));
  await driver.choose(row("surface 5 × 5"), "Compare");
  await driver.page.locator("iframe.webview.ready").first().waitFor();
  await expect.poll(() => driver.panel().text(), { timeout: 60_000 }).toMatch(/tab "Compare" \[selected\]/);
  await expect.poll(() => driver.panel().text(), { timeout: 60_000 }).toMatch(/2 contour maps|5 × 5/);
  await driver.screenshot("landscapes-compare");
});

test("a name is kept in the run file, shown in the view and taken away again", async () => {
  // The menu of several runs has no entry for it.
  await row("surface 3 × 3").click();
  await driver.panel().state("done");
  await driver.choose(row("surface 3 × 3"), "Rename…");
  await driver.quickInput.fill("coarse");
  await driver.page.keyboard.press("Enter");
  await row("coarse").waitFor({ timeout: 60_000 });
  const named = journals().filter((name) =>
    readFileSync(workspace.path(".loss-landscape", name), "utf8").includes('"name":"coarse"'),
  );
  expect(named).toHaveLength(1);
  await driver.choose(row("coarse"), "Rename…");
  await driver.quickInput.fill("");
  await driver.page.keyboard.press("Enter");
  await row("surface 3 × 3").waitFor({ timeout: 60_000 });
});

test("a run is exported to a file of the user's choice", async () => {
  await driver.choose(row("surface 3 × 3"), "Export…");
  await driver.row("Table (CSV)").click();
  await expect.poll(() => driver.quickInput.inputValue()).toContain("first-surface-3x3.csv");
  const target = workspace.path("mine.csv");
  await saveAs(target);
  const rows = readFileSync(target, "utf8").trimEnd().split("\n");
  expect(rows[0]).toBe("split,x,y,loss,accuracy,lossError,measured");
  expect(rows).toHaveLength(10);
});

test("the panel exports its picture and says where it is", async () => {
  await row("surface 3 × 3").click();
  const panel = driver.panel();
  await panel.state("done");
  await panel.button("Export").click();
  await driver.screenshot("landscapes-export-menu");
  await panel.root.getByRole("menuitem", { name: "Picture for papers (SVG)" }).click();
  await expect.poll(() => driver.quickInput.inputValue(), { timeout: 60_000 }).toContain("first-contour.svg");
  const target = workspace.path("picture.svg");
  await saveAs(target);
  expect(readFileSync(target, "utf8")).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
  await panel.root.getByText("picture.svg was written.").waitFor();
  await driver.screenshot("landscapes-exported");
});

test("a double-click on a run file opens its picture, and Reopen Editor With has the text", async () => {
  const [file] = journals().filter((name) => name.startsWith("second-"));
  const runs = driver.runs();
  await (await resultFile(file!)).dblclick();
  await driver.panel().state("done");
  expect(driver.runs()).toBe(runs);
  await driver.command("View: Reopen Editor With...");
  await driver.row("Text Editor").click();
  await driver.page.locator(".view-lines").getByText("loss-landscape-run").first().waitFor();
});

test("a damaged run file says so where its picture would be", async () => {
  await (await resultFile("damaged-00000000.landscape-run.jsonl")).dblclick();
  expect((await driver.panel().problem()).reason).toBe("journal-damaged");
});

test("the first steps open from the palette", async () => {
  await driver.command("Loss Landscape: Get Started");
  await driver.page.getByText("Take a trained network").first().waitFor();
  await driver.page.getByText("Read the picture").first().waitFor();
});

test("a run is deleted after a question, with its files, and is gone from the view", async () => {
  const before = journals();
  await driver.choose(row("surface 3 × 3"), "Delete");
  const dialog = driver.page.locator(".monaco-dialog-box");
  await dialog.waitFor();
  expect(await dialog.innerText()).toContain("of first.onnx?");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "hidden" });
  expect(journals()).toEqual(before);
  await driver.choose(row("surface 3 × 3"), "Delete");
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  // A machine without a trash asks once more, for each file.
  const permanently = dialog.getByRole("button", { name: "Delete Permanently" });
  await expect
    .poll(
      async () => {
        if (await permanently.isVisible()) await permanently.click();
        return journals().length;
      },
      { timeout: 60_000 },
    )
    .toBe(before.length - 1);
  await row("surface 3 × 3").waitFor({ state: "detached", timeout: 60_000 });
});

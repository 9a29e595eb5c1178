import { statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunResult } from "../../server/protocol/result";
import { Driver } from "./support/workbench";
import type { Cell } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;
let expected: RunResult;

/** The command line's numbers in the form of the panel's table. */
function cellsOf(result: RunResult): ReadonlyMap<number, Cell> {
  const { loss, accuracy, measured, x } = result.surfaces[0]!;
  return new Map(
    loss.flatMap((row, j) =>
      row.map((value, i) => [
        j * x.length + i,
        { loss: String(value), accuracy: String(accuracy[j]![i]!), measured: String(measured[j]![i]!) },
      ]),
    ),
  );
}

beforeAll(async () => {
  workspace.addModel("small", { points: 7, samples: 200 });
  workspace.addModel("large", { points: 51, samples: 500 });
  workspace.addModel("killed", { points: 17, samples: 200 });
  workspace.write("notes.md", "# Notes\n");
  expected = workspace.commandLine("small");
  driver = await Driver.open(workspace.folder);
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

describe("from a right-click to the picture", () => {
  test("the menu has the entry for models and studies, and for nothing else", async () => {
    // The first visit of the menu waits for the extension's contributions.
    await driver.visualize("small.onnx");
    await driver.panel().state("done");
    expect(await driver.menuOf("small.onnx")).toContain("Visualize Loss Landscape");
    expect(await driver.menuOf("small.landscape.json")).toContain("Visualize Loss Landscape");
    expect(await driver.menuOf("notes.md")).not.toContain("Visualize Loss Landscape");
  });

  test("the numbers of the panel's table are those of the command line, to the last digit", async () => {
    expect(await driver.panel().table()).toEqual(cellsOf(expected));
  });

  test("the header tells model, data, loss, accuracy and engine", async () => {
    const text = await driver.panel().text();
    expect(text).toContain("small");
    expect(text).toContain(expected.centre.accuracy.toFixed(1));
    expect(text).toContain("ONNX Runtime");
    expect(text).toMatch(/200 of 500 samples/);
  });

  test("a second click shows the same panel again, a study opens one of its own, and both stay", async () => {
    await driver.visualize("small.onnx");
    const tabs = driver.page.locator(".tab", { hasText: "small" });
    expect(await tabs.count()).toBe(1);
    await driver.visualize("small.landscape.json");
    await driver.panel().state("done");
    expect(await tabs.count()).toBe(2);
  });

  test("a reload of the window restores the panel from its journal without computing", async () => {
    await driver.closeAll();
    await driver.visualize("small.onnx");
    await driver.panel().state("done");
    const journal = workspace.journal("small");
    await driver.page.reload();
    await driver.ready();
    await driver.panel().state("done");
    expect(await driver.panel().table()).toEqual(cellsOf(expected));
    expect(workspace.journal("small")).toEqual(journal);
    expect(driver.processes("evaluator.js")).toEqual([]);
  });

  test("the palette works on the active file", async () => {
    await driver.closeAll();
    await driver.file("small.landscape.json").dblclick();
    await driver.page.locator(".tab.active", { hasText: "small.landscape.json" }).waitFor();
    await driver.command("Loss Landscape: Visualize Loss Landscape");
    await driver.panel().state("done");
    await driver.closeAll();
  });
});

describe("a run that is disturbed", () => {
  test("cancel stops within a second and keeps what was measured; resume goes on from there", async () => {
    await driver.visualize("large.onnx");
    const panel = driver.panel();
    await panel.state("running");
    await panel.measured(30);
    const asked = Date.now();
    await panel.button("Cancel run").click();
    await panel.state("cancelled", 10_000);
    const waited = Date.now() - asked;
    expect(waited).toBeLessThan(1000);

    const kept = workspace.journal("large").filter((line) => !line.startsWith('{"end"')).length - 1;
    expect(kept).toBeGreaterThanOrEqual(30);
    expect(await panel.text()).toContain(`Cancelled at ${kept.toLocaleString("en")} of 2,601 points`);

    await panel.button("Resume").click();
    await panel.state("running");
    await panel.measured(kept + 10);
    await panel.button("Cancel run").click();
    await panel.state("cancelled", 10_000);
    await driver.closeAll();

    // An unfinished run of the same study is offered, not thrown away.
    await driver.visualize("large.onnx");
    await driver.panel().state("offer-resume");
    expect(await driver.panel().text()).toMatch(/of 2,601 points/);
    await driver.closeAll();
  });

  test("an evaluator and then the server killed in mid-run change nothing in the result", async () => {
    const undisturbed = workspace.commandLine("killed");
    await driver.visualize("killed.onnx");
    const panel = driver.panel();
    await panel.state("running");
    await panel.measured(20);
    const [evaluator] = driver.processes("evaluator.js");
    process.kill(evaluator!, "SIGKILL");
    await panel.measured(60);
    const [server] = driver.processes("server.js");
    process.kill(server!, "SIGKILL");
    await panel.state("done");
    expect(driver.processes("server.js")).not.toContain(server);
    expect(await panel.table()).toEqual(cellsOf(undisturbed));
    await driver.closeAll();
  });

  test("closing the panel ends its evaluators soon after", async () => {
    await driver.visualize("small.onnx");
    await driver.panel().state("done");
    await driver.closeAll();
    await expect.poll(() => driver.processes("evaluator.js"), { timeout: 10_000 }).toEqual([]);
  });
});

describe("the package", () => {
  test("is smaller than 40 MB", () => {
    expect(statSync(process.env.LOSS_LANDSCAPE_VSIX!).size).toBeLessThan(40 * 2 ** 20);
  });
});

describe("themes", () => {
  test.each([
    ["light", "Default Light Modern"],
    ["high-contrast", "Default High Contrast"],
    ["dark", "Default Dark Modern"],
  ])("the panel follows the %s theme without a reload", async (name, theme) => {
    if (name === "light") {
      await driver.visualize("killed.onnx");
      await driver.panel().state("done");
    }
    const background = () =>
      driver.panel().root.evaluate((element) => {
        const { body } = element.ownerDocument;
        const view = body.ownerDocument.defaultView!;
        return view.getComputedStyle(body).getPropertyValue("--vscode-editor-background").trim();
      });
    const before = await background();
    driver.setTheme(theme);
    await expect.poll(background).not.toBe(before);
    await driver.page.waitForTimeout(300);
    await driver.screenshot(`panel-${name}`);
  });
});

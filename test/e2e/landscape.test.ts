import { existsSync, statSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunResult } from "../../server/protocol/result";
import { cellsOf } from "./support/cells";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;
let expected: RunResult;

beforeAll(async () => {
  workspace.addModel("small", { points: 7, samples: 200 });
  workspace.addModel("fine", { points: 21, samples: 200 });
  workspace.write("notes.md", "# Notes\n");
  workspace.write("elsewhere/keep.txt", "");
  expected = workspace.commandLine("small");
  driver = await Driver.open(workspace.folder, { "workbench.colorTheme": "Dark Modern" });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

beforeEach(() => driver.closeAll());

describe("from a right-click to the picture", () => {
  test("the panel shows what the command line measures, to the last digit", async () => {
    await driver.visualize("small.onnx");
    const panel = driver.panel();
    await panel.state("done");
    expect(await panel.table()).toEqual(cellsOf(expected));
    const text = await panel.text();
    expect(text).toContain("small");
    expect(text).toContain(Number(expected.centre.accuracy).toFixed(1));
    expect(text).toContain("ONNX Runtime");
    expect(text).toMatch(/200 of 500 samples/);
  });

  test("the menu has the entry for models and studies, and for nothing else", async () => {
    expect(await driver.menuOf("small.onnx")).toContain("Visualize Loss Landscape");
    expect(await driver.menuOf("small.landscape.json")).toContain("Visualize Loss Landscape");
    expect(await driver.menuOf("notes.md")).not.toContain("Visualize Loss Landscape");
    expect(await driver.menuOf("elsewhere")).not.toContain("Visualize Loss Landscape");
  });

  test("a second click shows the same panel again, a study opens one of its own, and both stay", async () => {
    await driver.visualize("small.onnx");
    await driver.panel().state("done");
    await driver.visualize("small.onnx");
    expect(await driver.tab("Landscape: small").count()).toBe(1);
    await driver.visualize("small.landscape.json");
    // Until the second panel is there, the first one is seen.
    await expect.poll(() => driver.tab("Landscape: small").count()).toBe(2);
    await driver.panel().state("done");
    expect(await driver.page.locator(".editor-group-container").count()).toBeLessThanOrEqual(2);
  });

  test("a reload of the window restores the panel from its journal without computing", async () => {
    await driver.visualize("small.onnx");
    await driver.panel().state("done");
    const journal = workspace.journal("small");
    const runs = driver.runs();
    await driver.reload();
    await driver.panel().state("done");
    expect(driver.runs()).toBe(runs);
    expect(await driver.panel().table()).toEqual(cellsOf(expected));
    expect(workspace.journal("small")).toEqual(journal);
  });

  test("run again measures everything anew and keeps the old results aside", async () => {
    await driver.visualize("small.onnx");
    await driver.panel().state("done");
    const before = JSON.parse(workspace.journal("small")[0]!) as object;
    await driver.panel().press("Run again", "running");
    await driver.panel().state("done");
    expect(JSON.parse(workspace.journal("small")[0]!)).not.toEqual(before);
    expect(await driver.panel().table()).toEqual(cellsOf(expected));
  });
});

describe("other ways in", () => {
  test("the palette works on the active file", async () => {
    await driver.file("small.landscape.json").dblclick();
    await driver.page.locator(".tab.active", { hasText: "small.landscape.json" }).waitFor();
    await driver.command("Loss Landscape: Visualize Loss Landscape");
    await driver.panel().state("done");
    expect(await driver.tab("Landscape: small.landscape.json").count()).toBe(1);
  });

  test("the palette asks for a model when there is no active file", async () => {
    await driver.command("Loss Landscape: Visualize Loss Landscape");
    await driver.row("fine.landscape.json").waitFor();
    await driver.row("Browse…").waitFor();
    await driver.row("small.onnx").click();
    await driver.panel().state("done");
  });

  test("the tab of a binary file has the entry in its menu", async () => {
    await driver.file("small.onnx").dblclick();
    const tab = driver.tab("small.onnx").first();
    await tab.waitFor();
    await driver.choose(tab, "Visualize Loss Landscape");
    await driver.panel().state("done");
  });

  test("the status item offers the engines, each with the outcome of its self-test", async () => {
    await driver.visualize("small.onnx");
    await driver.panel().state("done");
    await driver.status.click();
    await driver.row("Show Engines").click();
    await driver.row(/ONNX Runtime.*ready/).waitFor({ timeout: 60_000 });
    await driver.row(/WebAssembly|wasm/i).waitFor();
    await driver.page.keyboard.press("Escape");
  });

  test("the sample is copied to a folder of the user's choice, and never over anything", async () => {
    for (const attempt of ["first", "second"]) {
      await driver.command("Loss Landscape: Open Sample");
      const copy = driver.page.getByRole("button", { name: "Copy Sample Here" });
      await copy.waitFor();
      // The dialog writes the folder that it begins with into its field as soon as it has read it.
      const folder = workspace.path("elsewhere/");
      const entered = async (): Promise<string> => {
        await driver.quickInput.fill(folder);
        await driver.page.waitForTimeout(500);
        return driver.quickInput.inputValue();
      };
      await expect.poll(entered).toBe(folder);
      await copy.click();
      if (attempt === "first") {
        await expect
          .poll(() => existsSync(workspace.path("elsewhere/fashion-resnet8/checkpoints/model_0.pt")))
          .toBe(true);
        workspace.write("elsewhere/fashion-resnet8/README.md", "mine");
      } else await driver.notification("exists already and was left as it is").waitFor();
    }
    expect(workspace.read("elsewhere/fashion-resnet8/README.md")).toBe("mine");
  });
});

describe("the package", () => {
  test("is smaller than 40 MB", () => {
    expect(statSync(process.env.LOSS_LANDSCAPE_VSIX!).size).toBeLessThan(40 * 2 ** 20);
  });
});

describe("themes", () => {
  test("the panel follows the theme without a reload", async () => {
    await driver.visualize("fine.onnx");
    const panel = driver.panel();
    await panel.state("done");
    const background = () => panel.background();
    const seen = [await background()];
    for (const [name, theme] of [
      ["dark", undefined],
      ["light", "Light Modern"],
      ["high-contrast", "Dark High Contrast"],
    ] as const) {
      if (theme !== undefined) {
        await driver.theme(theme);
        await expect.poll(background).not.toBe(seen.at(-1));
        seen.push(await background());
      }
      // The picture is drawn again in the next frame.
      await driver.page.waitForTimeout(500);
      await driver.screenshot(`panel-${name}`);
    }
    expect(new Set(seen).size).toBe(3);
    await panel.state("done");
  });

  test("the content security policy has refused nothing", () => {
    expect(driver.refusals).toEqual([]);
  });
});

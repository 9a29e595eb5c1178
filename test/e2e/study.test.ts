import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

beforeAll(async () => {
  workspace.addModel("net");
  workspace.write("new.landscape.json", "{\n  // What to look at.\n  \n}\n");
  workspace.write(
    "net.landscape.json",
    '{\n  "model": "net.onnx",\n  "data": { "path": "test.npz", "samples": 100 },\n  "gird": { "points": 5 }\n}\n',
  );
  driver = await Driver.open(workspace.folder, { "workbench.colorTheme": "Dark Modern" });
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

const lens = (title: string | RegExp) => driver.page.locator(".codelens-decoration a", { hasText: title });
const editor = () => driver.page.locator(".editor-instance .monaco-editor").first();

describe("a study file in the editor", () => {
  test("typing completes fields and files", async () => {
    await driver.file("new.landscape.json").dblclick();
    await editor().waitFor();
    expect(await driver.page.locator(".statusbar-item", { hasText: "Loss Landscape Study" }).count()).toBe(1);
    await expect.poll(() => driver.processes("server.js")).toHaveLength(1);
    // The language is there: it says that the model is missing. Keys that are typed before are completed by nobody.
    await lens("1 problem").waitFor({ timeout: 60_000 });
    await editor().locator(".view-line").nth(2).click();
    await driver.page.keyboard.press("End");
    const row = (label: string) => driver.page.locator(".suggest-widget .monaco-list-row", { hasText: label }).first();
    await driver.page.keyboard.type('"mo');
    await row("model").waitFor({ timeout: 60_000 });
    await driver.screenshot("study-completion");
    await driver.page.keyboard.press("Tab");
    // The field's place is filled from the files that are there.
    await row("net.onnx").waitFor({ timeout: 60_000 });
    await driver.page.keyboard.press("Enter");
    await expect.poll(() => editor().innerText()).toMatch(/"model":\s"net\.onnx"/);
    await driver.command("File: Save");
    await driver.closeAll();
  });

  test("what is wrong is marked with our sentence, counted above it, and mended by a fix", async () => {
    await driver.file("net.landscape.json").dblclick();
    await driver.tab("net.landscape.json").waitFor();
    await driver.page.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
    await lens("1 problem").waitFor({ timeout: 60_000 });
    await driver.page.keyboard.press("Control+Home");
    await driver.page.keyboard.press("F8");
    const message = driver.page.locator(".marker-widget");
    await message.waitFor();
    expect(await message.innerText()).toContain('"gird" is not a field of a study, whose fields are model');
    // One voice only: the editor's own JSON service does not speak of studies.
    expect(await driver.page.locator(".squiggly-error").count()).toBe(1);
    await driver.screenshot("study-problem");
    await driver.page.keyboard.press("Control+.");
    const fix = driver.page.locator(".action-widget .monaco-list-row", { hasText: 'Change to "grid"' });
    await fix.click();
    await expect.poll(() => editor().innerText()).toMatch(/"grid":/);
    await expect.poll(() => driver.page.locator(".squiggly-error").count()).toBe(0);
  });

  test("hover tells what the model is", async () => {
    await driver.page.keyboard.press("Escape");
    const name = editor()
      .locator(".view-line span", { hasText: /^"?net\.onnx"?$/ })
      .last();
    const hover = driver.page.locator(".monaco-hover:visible", { hasText: "ONNX" }).first();
    // By the keyboard, which asks as the mouse does: what a mouse that rests finds depends on how busy the machine is.
    await expect
      .poll(async () => {
        // What is shown already is not asked for again.
        await driver.page.keyboard.press("Escape");
        await name.click();
        await driver.page.keyboard.press("Control+K");
        await driver.page.keyboard.press("Control+I");
        await hover.waitFor({ timeout: 10_000 }).catch(() => undefined);
        return hover.count();
      })
      .toBeGreaterThan(0);
    expect(await hover.innerText()).toMatch(/[\d,]+ parameters in \d+ tensors/);
    await driver.screenshot("study-hover");
  });

  test("Run above the text saves it and draws it beside", async () => {
    await lens("Run · 5×5").waitFor({ timeout: 60_000 });
    await lens("Run · 5×5").click();
    await driver.panel().state("done");
    expect(workspace.read("net.landscape.json")).toContain('"grid": { "points": 5 }');
    expect(await driver.panel().text()).toContain("net");
    await lens("Open last result").waitFor({ timeout: 60_000 });
    await driver.screenshot("study-drawn");
  });

  test("Open last result shows the run again without computing", async () => {
    await driver.tab("Landscape: net").click({ button: "middle" });
    await expect.poll(() => driver.page.locator("iframe.webview").count()).toBe(0);
    await lens("Open last result").click();
    await driver.panel().state("done");
    expect(workspace.journal("net").filter((line) => line.includes('"end"'))).toHaveLength(1);
  });
});

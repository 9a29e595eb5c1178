import { afterAll, beforeAll, expect, test } from "vitest";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

beforeAll(async () => {
  workspace.write("notes.md", "# Notes\n");
  driver = await Driver.open(workspace.folder, {});
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

test("an engine that is missing is installed from the list of engines, from where the user says", async () => {
  await driver.command("Loss Landscape: Show Engines");
  await driver.row(/tfjs-node.*not found/).click({ timeout: 60_000 });
  await driver.row("Choose a Wheel…").waitFor({ timeout: 60_000 });
  await driver.row("Choose a Folder…").waitFor();
  await driver.row("For NVIDIA GPUs…").waitFor();
  await driver.page.keyboard.press("Escape");
});

test("nothing is installed before the user has agreed to what is downloaded and where to", async () => {
  await driver.command("Loss Landscape: Install WebGPU…");
  const dialog = driver.page.locator(".monaco-dialog-box");
  await dialog.waitFor({ timeout: 60_000 });
  const text = await dialog.innerText();
  expect(text).toContain("Install WebGPU?");
  expect(text).toMatch(/npm downloads webgpu [\d.]+/);
  expect(text).toContain("globalStorage");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await driver.command("Loss Landscape: Remove Installed Engine…");
  await driver.row("WebGPU").click();
  await driver.notification("WebGPU is not installed.").waitFor();
});

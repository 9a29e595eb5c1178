import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Driver } from "../e2e/support/workbench";
import { still } from "./animation";
import { Sample } from "./sample";

const media = path.resolve("media", "screenshots");
const sample = new Sample();
const name = "fashion-resnet8.landscape.json";
let driver: Driver;

const text = `{
  // The path that training took.
  "model": "fashion-resnet8.onnx",
  "data": { "path": "test.npz", "samples": 200 },
  "checkpoints": { "files": "checkpoints/model_*.pt" },
  "directions": { "kind": "pca" },
  "grid": { "points": 31 }
}
`;

beforeAll(async () => {
  sample.write(name, text);
  driver = await Driver.open(sample.folder, {
    "workbench.colorTheme": "Dark Modern",
    "workbench.activityBar.location": "hidden",
    "editor.minimap.enabled": false,
  });
  await driver.page.setViewportSize({ width: 1400, height: 800 });
});

afterAll(async () => {
  await driver?.close();
  sample.remove();
});

test("study", async () => {
  const { page } = driver;
  await driver.file(name).dblclick();
  await driver.tab(name).first().waitFor();
  await driver.visualize(name);
  await driver.panel().state("done", 600_000);
  // What stands as the kind is taken away, and the editor asked for what could.
  const line = page.locator(".editor-instance .monaco-editor .view-line", { hasText: "directions" });
  const pca = page.locator(".suggest-widget .monaco-list-row", { hasText: "pca" });
  const isOffered = async (): Promise<boolean> => {
    await page.keyboard.press("Escape");
    await line.click();
    await page.keyboard.press("End");
    for (let step = 0; step < '" },'.length - 1; step++) await page.keyboard.press("ArrowLeft");
    if ((await line.innerText()).includes("pca")) {
      for (let step = 0; step < '"pca"'.length; step++) await page.keyboard.press("Shift+ArrowLeft");
      await page.keyboard.press("Delete");
    }
    await page.keyboard.press("Control+Space");
    return pca.waitFor({ timeout: 5000 }).then(
      () => true,
      () => false,
    );
  };
  await expect.poll(isOffered).toBe(true);
  const row = page.locator(".suggest-widget .monaco-list-row.focused", { hasText: "pca" });
  for (let step = 0; step < 8 && (await row.count()) === 0; step++) await page.keyboard.press("ArrowDown");
  const details = page.locator(".suggest-details");
  if (!(await details.isVisible())) await page.keyboard.press("Control+Space");
  await details.waitFor();
  await page.waitForTimeout(1000);
  mkdirSync(media, { recursive: true });
  writeFileSync(path.join(media, "study.png"), still(await page.screenshot()));
});

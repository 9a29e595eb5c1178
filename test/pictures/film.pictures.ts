import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Locator } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Driver } from "../e2e/support/workbench";
import { animated } from "./animation";
import type { Frame } from "./animation";
import { Sample, trainingCode, wholeStudy } from "./sample";

const media = path.resolve("media", "screenshots");
const sample = new Sample();
const frames: Frame[] = [];
let driver: Driver;

beforeAll(async () => {
  sample.write("train.py", trainingCode);
  sample.write("fashion-resnet8.landscape.json", wholeStudy(33, 3));
  driver = await Driver.open(sample.folder, {
    "workbench.colorTheme": "Dark Modern",
    "lossLandscape.codeLens": false,
    "editor.minimap.enabled": false,
    "workbench.activityBar.location": "hidden",
  });
  // So wide that the tabs of the panel have room beside the code.
  await driver.page.setViewportSize({ width: 1400, height: 880 });
});

afterAll(async () => {
  await driver?.close();
  sample.remove();
});

/** Takes the window as it is, to be shown for so many milliseconds. */
async function shoot(delay: number): Promise<void> {
  frames.push({ png: await driver.page.screenshot(), delay });
}

test("film", async () => {
  const { page } = driver;
  await driver.file("train.py").dblclick();
  await driver.tab("train.py").waitFor();
  const study = driver.file("fashion-resnet8.landscape.json");
  const entry = page.getByRole("menuitem", { name: "Visualize Loss Landscape" });
  // A menu may be closed again while the workbench is starting: it is there before and after its picture is taken.
  const shot = async () => {
    frames.length = 0;
    await page.keyboard.press("Escape");
    await study.click({ button: "right" });
    const isThere = await entry.hover({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
    if (!isThere) return false;
    await page.waitForTimeout(500);
    await shoot(1500);
    return entry.isVisible();
  };
  await expect.poll(shot).toBe(true);
  await page.keyboard.press("Escape");
  await driver.visualize("fashion-resnet8.landscape.json");
  const panel = driver.panel();
  await panel.state("running", 120_000);
  await page.mouse.move(300, 500);
  await duringRun(panel.root);
  await panel.state("done", 600_000);
  await page.waitForTimeout(500);
  await shoot(1500);
  await panel.view("Surface");
  await page.waitForTimeout(1500);
  await shoot(700);
  const surface = panel.root.locator("surface-figure .canvas");
  await surface.focus();
  for (let step = 0; step < 24; step++) {
    await surface.press(step < 14 ? "ArrowLeft" : "ArrowRight");
    if (step % 6 === 5) await surface.press(step < 12 ? "ArrowUp" : "ArrowDown");
    await page.waitForTimeout(250);
    await shoot(90);
  }
  await shoot(700);
  await panel.view("Trajectory");
  const slider = panel.root.getByRole("slider", { name: "Epoch" });
  await slider.waitFor();
  // Focused without being scrolled to, so that the map stays in sight.
  await slider.evaluate((input: { focus(options: object): void }) => input.focus({ preventScroll: true }));
  await page.keyboard.press("Home");
  for (let epoch = 0; epoch < 11; epoch++) {
    await page.waitForTimeout(300);
    await shoot(epoch === 10 ? 1500 : 320);
    await page.keyboard.press("ArrowRight");
  }
  await panel.view("Trust");
  await page.waitForTimeout(800);
  await shoot(2500);
  mkdirSync(media, { recursive: true });
  writeFileSync(path.join(media, "film.png"), animated(frames, 160));
});

/** The picture as it becomes finer: often at the beginning, where much changes, at most thirty times in all. */
async function duringRun(root: Locator): Promise<void> {
  for (let taken = 0; taken < 30; taken++) {
    await shoot(110);
    await driver.page.waitForTimeout(150 + 120 * taken);
    if ((await root.getAttribute("state")) === "done") return;
  }
}

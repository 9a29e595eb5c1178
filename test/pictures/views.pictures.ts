import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { Driver } from "../e2e/support/workbench";
import { still } from "./animation";
import { Sample, wholeStudy } from "./sample";

const out = path.resolve("test", ".artifacts", "pictures");
const sample = new Sample();
let driver: Driver;

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  sample.write("whole.landscape.json", wholeStudy(Number(process.env.POINTS ?? 41), Number(process.env.CURVATURE ?? 5)));
  driver = await Driver.open(sample.folder, { "workbench.colorTheme": "Dark Modern" });
});

afterAll(async () => {
  await driver?.close();
  sample.remove();
});

const views = ["Contour", "Surface", "Lines", "Trajectory", "Curvature", "Weights", "Compare", "Trust"];

test("views", async () => {
  await driver.page.setViewportSize({ width: 1720, height: 1150 });
  await driver.visualize("whole.landscape.json");
  const panel = driver.panel();
  await panel.state("done", 900_000);
  for (const theme of (process.env.THEMES ?? "Dark Modern,Light Modern,Dark High Contrast,Light High Contrast").split(",")) {
    await driver.theme(theme);
    for (const view of views) {
      await panel.root.getByRole("tab", { name: view }).click();
      await driver.page.waitForTimeout(1500);
      writeFileSync(path.join(out, `${view}-${theme.replaceAll(" ", "-")}.png`), still(await driver.page.screenshot()));
    }
  }
});

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { Driver } from "../e2e/support/workbench";
import { still } from "./animation";
import { Sample, wholeStudy } from "./sample";

const media = path.resolve("media", "screenshots");
/** Every view in every theme and width, to be looked at; not kept. */
const all = path.resolve("test", ".artifacts", "pictures");
const views = ["Contour", "Surface", "Lines", "Trajectory", "Curvature", "Weights", "Compare", "Trust"] as const;
const themes = {
  dark: "Dark Modern",
  light: "Light Modern",
  "high-contrast": "Dark High Contrast",
  "high-contrast-light": "Light High Contrast",
} as const;
const widths = [400, 800, 1400];
/** Points along each axis of the surface and of the map of curvature; fewer are enough to judge the layout. */
const [points, curvature] = [Number(process.env.POINTS ?? 41), Number(process.env.CURVATURE ?? 7)];
const sample = new Sample();
let driver: Driver;

beforeAll(async () => {
  mkdirSync(all, { recursive: true });
  sample.write("fashion-resnet8.landscape.json", wholeStudy(points, curvature));
  driver = await Driver.open(sample.folder, {
    "workbench.colorTheme": "Dark Modern",
    "workbench.activityBar.location": "hidden",
    "lossLandscape.grid.points": points,
  });
  await driver.visualize("fashion-resnet8.landscape.json");
  await driver.panel().state("done", 850_000);
  await driver.command("View: Toggle Primary Side Bar Visibility");
});

afterAll(async () => {
  await driver?.close();
  sample.remove();
});

async function show(view: string): Promise<void> {
  await driver.panel().view(view);
  // Drawings, and answers to questions, come after the tab.
  await driver.page.waitForTimeout(1500);
}

const panelShot = (): Promise<Buffer> =>
  driver.page.locator("iframe.webview.ready").filter({ visible: true }).screenshot();

test("stills", async () => {
  const kept = [
    ["Contour", "high-contrast"],
    ["Surface", "dark"],
    ["Trajectory", "dark"],
    ["Curvature", "light"],
    ["Weights", "light"],
    ["Trust", "dark"],
  ] as const;
  await driver.page.setViewportSize({ width: 860, height: 1130 });
  for (const [view, theme] of kept) {
    await driver.theme(themes[theme]);
    await show(view);
    writeFileSync(path.join(media, `${view.toLowerCase()}-${theme}.png`), still(await panelShot()));
  }
});

test("every view in every theme and width", async () => {
  for (const [theme, title] of Object.entries(themes)) {
    await driver.theme(title);
    for (const width of widths) {
      await driver.page.setViewportSize({ width, height: 1100 });
      for (const view of views) {
        await show(view);
        writeFileSync(path.join(all, `${view.toLowerCase()}-${theme}-${width}.png`), await panelShot());
      }
    }
  }
});

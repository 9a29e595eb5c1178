import type { Locator } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Driver } from "./support/workbench";
import type { Panel } from "./support/workbench";
import { Workspace } from "./support/workspace";

interface Camera {
  readonly yaw: number;
  readonly pitch: number;
  readonly zoom: number;
}

const workspace = new Workspace();
let driver: Driver;

beforeAll(async () => {
  workspace.addModel("small", { points: 7, samples: 200 });
  driver = await Driver.open(workspace.folder, { "workbench.colorTheme": "Dark Modern" });
  await driver.visualize("small.onnx");
  await driver.panel().state("done");
  await driver.panel().view("Surface");
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

const figure = (panel: Panel): Locator => panel.root.locator("surface-figure");
const canvas = (panel: Panel): Locator => panel.root.getByRole("img", { name: /^Surface in three dimensions of loss/ });

function camera(panel: Panel): Promise<Camera> {
  return figure(panel).evaluate((element) => {
    const { yaw, pitch, zoom } = (element as unknown as { shownCamera: Camera }).shownCamera;
    return { yaw, pitch, zoom };
  });
}

test("keys and the mouse turn the surface, and 0 brings back the first view", async () => {
  const panel = driver.panel();
  await canvas(panel).waitFor();
  const first = await camera(panel);
  expect(first.pitch).toBeCloseTo(0.56, 6);
  await canvas(panel).press("ArrowUp");
  await expect.poll(async () => (await camera(panel)).pitch - first.pitch).toBeCloseTo(0.08, 3);
  await canvas(panel).press("0");
  await expect.poll(() => camera(panel)).toEqual(first);

  const box = (await canvas(panel).boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await driver.page.mouse.move(x, y);
  await driver.page.mouse.down();
  await driver.page.mouse.move(x + 90, y, { steps: 5 });
  await driver.page.mouse.up();
  await expect.poll(async () => (await camera(panel)).yaw - first.yaw).toBeCloseTo(0.5, 3);
});

test("the height is linear when the scale is, and the sentence says so", async () => {
  const panel = driver.panel();
  await expect.poll(() => canvas(panel).getAttribute("aria-label")).toContain("with logarithmic height");
  await panel.root.getByRole("combobox", { name: "Scale" }).click();
  await panel.root.getByRole("option", { name: "Linear" }).click();
  await expect.poll(() => canvas(panel).getAttribute("aria-label")).toContain("with linear height");
});

test("three is loaded from the package under the policy of the page when it is asked for", async () => {
  const panel = driver.panel();
  // There is no graphics hardware here: the painter draws unless told otherwise.
  await panel.button("Display options").click();
  const badge = panel.root.locator("[data-renderer]");
  expect(await badge.getAttribute("data-why")).toBe("software");
  await panel.root.getByRole("combobox", { name: "Drawn with" }).click();
  await panel.root.getByRole("option", { name: "WebGL" }).click();
  await expect.poll(() => badge.getAttribute("data-renderer")).toBe("webgl");
  const drawn = () =>
    figure(panel).evaluate((element) => {
      const { graphics } = element as unknown as {
        graphics?: { geometry: { getAttribute(name: string): { count: number } | undefined } };
      };
      return graphics?.geometry.getAttribute("position")?.count;
    });
  await expect.poll(drawn, { timeout: 60_000 }).toBe(49);
  await driver.screenshot("surface-webgl");
  await driver.page.keyboard.press("Escape");
});

test("a reload keeps the camera, the renderer and the view", async () => {
  const before = await camera(driver.panel());
  await driver.reload();
  const panel = driver.panel();
  await panel.state("done");
  await canvas(panel).waitFor();
  const after = await camera(panel);
  expect(after.yaw).toBeCloseTo(before.yaw, 3);
  expect(after.pitch).toBeCloseTo(before.pitch, 3);
  await panel.button("Display options").click();
  await expect.poll(() => panel.root.locator("[data-renderer]").getAttribute("data-renderer")).toBe("webgl");
  await driver.screenshot("surface");
});

test("the content security policy has refused nothing", () => {
  expect(driver.refusals).toEqual([]);
});

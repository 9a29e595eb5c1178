import { expect, test } from "vitest";
import { isAccessible, themeNames } from "../support/accessibility";
import { mountPanel } from "../support/panel";
import { storiesOf } from "../support/stories";
import { oracleSurface } from "../support/surface";

const stories = storiesOf(oracleSurface(11));

// The other themes are in a file of their own, so that two cores have something to do.
for (const theme of themeNames) if (!theme.startsWith("hc-")) isAccessible(theme);

test("the keyboard reaches header actions, progress actions, tools, figure and settings in this order", async () => {
  const mounted = await mountPanel(stories.running);
  const stops = mounted
    .all("*")
    .filter((element) => element.tabIndex >= 0 && element.checkVisibility() && !element.hasAttribute("disabled"))
    .map((element) => element.localName);
  const order = ["more-menu", "run-progress", "vscode-single-select", "contour-figure", "run-settings"];
  const places = order.map((name) => {
    const host = mounted.find(name);
    return mounted.all("*").findIndex((element) => element === host);
  });
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(stops).toContain("summary");
  expect(stops.filter((name) => name === "div").length).toBeGreaterThan(0);
});

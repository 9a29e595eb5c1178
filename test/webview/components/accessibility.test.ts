import axe from "axe-core";
import { describe, expect, test } from "vitest";
import { allDeep, mountPanel, settled } from "../support/panel";
import { storiesOf } from "../support/stories";
import type { StoryName } from "../support/stories";
import { oracleSurface } from "../support/surface";
import { themes } from "../themes/all";
import type { ThemeName } from "../themes/all";

const stories = storiesOf(oracleSurface(11));
const storyNames = Object.keys(stories) as StoryName[];
const themeNames = Object.keys(themes) as ThemeName[];

/** Serious and critical findings of axe on what is shown, with everything that can be opened open. */
async function findings(root: Element): Promise<string[]> {
  const result = await axe.run(root, { resultTypes: ["violations"] });
  return result.violations
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`);
}

describe.each(themeNames)("in the theme %s", (theme) => {
  test.each(storyNames)("%s has no serious finding", async (name) => {
    const mounted = await mountPanel(stories[name], { theme });
    for (const details of mounted.all<HTMLDetailsElement>("details")) details.open = true;
    await settled();
    expect(await findings(mounted.panel)).toEqual([]);
  });

  test("menus have no serious finding", async () => {
    const mounted = await mountPanel(stories.done, { theme });
    for (const popUp of allDeep<HTMLElementTagNameMap["pop-up"]>(mounted.panel.shadowRoot!, "pop-up")) {
      popUp.open = true;
      await settled();
      expect(await findings(mounted.panel)).toEqual([]);
      popUp.open = false;
    }
  });
});

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

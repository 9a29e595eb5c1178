import axe from "axe-core";
import { describe, expect, test } from "vitest";
import { themes } from "../themes/all";
import type { ThemeName } from "../themes/all";
import { allDeep, mountPanel, settled } from "./panel";
import { storiesOf } from "./stories";
import type { StoryName } from "./stories";
import { oracleSurface } from "./surface";

const stories = storiesOf(oracleSurface(11));
const storyNames = Object.keys(stories) as StoryName[];
export const themeNames = Object.keys(themes) as ThemeName[];

/** What axe finds on what is shown, with everything that can be opened open. */
async function findings(root: Element): Promise<string[]> {
  const result = await axe.run(root, { resultTypes: ["violations"] });
  return result.violations.map(
    (violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`,
  );
}

/** Tests that hold every story to the rules in one theme. */
export function isAccessible(theme: ThemeName): void {
  describe(`in the theme ${theme}`, () => {
    test.each(storyNames)("%s has no finding", async (name) => {
      const mounted = await mountPanel(stories[name], { theme });
      for (const details of mounted.all<HTMLDetailsElement>("details")) details.open = true;
      await settled();
      expect(await findings(mounted.panel)).toEqual([]);
    });

    test("menus have no finding", async () => {
      const mounted = await mountPanel(stories.done, { theme });
      for (const popUp of allDeep<HTMLElementTagNameMap["pop-up"]>(mounted.panel.shadowRoot!, "pop-up")) {
        popUp.open = true;
        await settled();
        expect(await findings(mounted.panel)).toEqual([]);
        popUp.open = false;
      }
    });
  });
}

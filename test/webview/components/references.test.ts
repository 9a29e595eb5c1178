import { expect, test } from "vitest";
import { mountPanel, settled } from "../support/panel";
import { expectReference } from "../support/reference";
import { storiesOf } from "../support/stories";
import type { StoryName } from "../support/stories";
import { oracleSurface } from "../support/surface";

const stories = storiesOf(oracleSurface(21));

test.each<[StoryName, "dark" | "light"]>([
  ["done", "dark"],
  ["not-finite", "light"],
  ["difference", "light"],
  ["lines-only", "dark"],
])("the map of %s in the theme %s looks as it did", async (story, theme) => {
  const mounted = await mountPanel(stories[story], { theme, width: 400 });
  await settled();
  const { plot, width } = mounted.find<HTMLElementTagNameMap["contour-figure"]>("contour-figure").layout!;
  const canvas = mounted.find<HTMLCanvasElement>(".canvas canvas");
  expect(canvas.width).toBe(width);
  await expectReference(canvas, plot, `contour-${story}-${theme}`);
});

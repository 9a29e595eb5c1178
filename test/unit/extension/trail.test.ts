import { expect, test } from "vitest";
import { Trail } from "../../../extension/panels/trail";
import type { TrailWords } from "../../../extension/panels/trail";
import type { RunHeader } from "../../../server/protocol/result";
import { headerFor } from "../runs/header";

const words: TrailWords = {
  range: (axis, from, to) => `${axis} ${from} to ${to}`,
  points: (columns, rows) => `${columns} × ${rows}`,
  samples: (count) => `${count} samples`,
  seed: (seed) => `seed ${seed}`,
  tolerance: (value) => `tolerance ${value}`,
  measuredAgain: "measured again",
};

const whole = headerFor([3, 3]);
const window: RunHeader = { ...whole, x: [0.1, 0.25, 0.4] };
const reseeded: RunHeader = {
  ...window,
  study: { ...window.study, directions: { kind: "random", seed: 4, normalise: "filter", ignore: "bias,norm" } },
};

test("runs on the trail are called by what tells them apart, and going back forgets what came after", () => {
  const trail = new Trail(words);
  trail.push("a", whole);
  trail.arrived(window);
  expect([trail.entries, trail.shown]).toEqual([[{ journal: "a", label: "α −1 to 1" }], "α 0.1 to 0.4"]);
  trail.push("b", window);
  trail.arrived(reseeded);
  expect(trail.entries.map(({ label }) => label)).toEqual(["α −1 to 1", "α 0.1 to 0.4"]);
  expect([trail.shown, trail.isChanged]).toEqual(["seed 4", true]);
  expect(trail.goBack("elsewhere")).toBe(false);
  expect(trail.goBack("a")).toBe(true);
  expect([trail.entries, trail.shown, trail.isChanged]).toEqual([[], undefined, false]);
});

test("a run from before its files changed leads to the same study, and a run that was given up leads nowhere", () => {
  const trail = new Trail(words);
  trail.push("a", whole, "before the change");
  trail.arrived(whole);
  expect(trail.entries).toEqual([{ journal: "a", label: "before the change", isBefore: true }]);
  expect([trail.shown, trail.isChanged]).toEqual(["measured again", false]);
  trail.push("b", whole);
  trail.pop();
  expect(trail.entries.map(({ journal }) => journal)).toEqual(["a"]);
});

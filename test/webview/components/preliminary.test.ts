import { expect, test } from "vitest";
import { advance } from "../../../extension/panels/content";
import { packed } from "../../../extension/panels/packed";
import type { RunEvent } from "../../../server/protocol/requests";
import type { Estimate } from "../../../server/protocol/result";
import { drawn, mountPanel, point, settled, tidy } from "../support/panel";
import type { Mounted } from "../support/panel";
import { pointsOf, snapshotOf } from "../support/runs";
import { measuringOrder, oracleSurface } from "../support/surface";

const surface = oracleSurface(21);
const total = 21 * 21;
const begun = snapshotOf(surface, { status: "running", measured: 0 });
const measured = snapshotOf(surface, { status: "running", measured: 81 });
const facts = { samples: 128, of: 2000, error: 0.034 };

/** What the worker sends before the first point, and when the same nested grid is measured. */
const preliminary: Extract<RunEvent, { kind: "points" }> = {
  kind: "points",
  points: [],
  estimate: { ...measured.estimate!, preliminary: facts },
  progress: { measured: 0, total, level: [3, 3] },
};
const final: Extract<RunEvent, { kind: "points" }> = {
  kind: "points",
  points: pointsOf(surface, measuringOrder(surface).slice(0, 81)),
  estimate: measured.estimate as Estimate,
  progress: { measured: 81, total, level: [17, 17] },
};

const textOf = (mounted: Mounted, element: string): string => tidy(mounted.find(element).shadowRoot!.textContent);
const spoken = (mounted: Mounted): string =>
  tidy(mounted.find("run-progress").shadowRoot!.querySelector(".spoken")!.textContent);

async function shown(): Promise<Mounted> {
  const mounted = await mountPanel({ messages: [{ kind: "snapshot", snapshot: begun }] });
  await mounted.send(packed(preliminary));
  await settled();
  return mounted;
}

test("a preliminary picture is drawn, and said to be one wherever it is told of", async () => {
  const mounted = await shown();
  expect(mounted.text(".what")).toBe("preliminary · 128 of 2,000 samples · ±3 %");
  expect(spoken(mounted)).toBe("Preliminary picture from 128 of 2,000 samples");
  expect(mounted.text(".provenance")).toBe("preliminary · 128 of 2,000 samples");
  expect(mounted.find(".canvas").getAttribute("aria-label")).toContain("preliminary · 128 of 2,000 samples");
  expect(mounted.find(".canvas").getAttribute("aria-label")).not.toContain("not measured yet");
  expect(drawn(mounted)).not.toBe("");
});

test("a value under the cursor is said to be preliminary, and approximate", async () => {
  const mounted = await shown();
  await point(mounted, "pointermove", 0.35, -0.45);
  expect(textOf(mounted, "read-out")).toContain("preliminary · 128 of 2,000 samples");
  expect(mounted.text('[data-read="loss"]')).toMatch(/^≈/);
});

test("nothing is called preliminary any more when all samples are measured, and that is spoken", async () => {
  const mounted = await shown();
  await mounted.send(packed(final));
  await settled();
  expect(mounted.text(".what")).toBe("Refining to 17 × 17");
  expect(spoken(mounted)).toBe("The picture is made from all samples now.");
  expect(mounted.text(".provenance")).not.toContain("preliminary");
  expect(mounted.find(".canvas").getAttribute("aria-label")).not.toContain("preliminary");
});

test("a panel that is shown again is told that its picture is preliminary", async () => {
  const content = advance({ kind: "snapshot", snapshot: begun }, preliminary);
  const mounted = await mountPanel({ messages: [content] });
  await settled();
  expect(mounted.text(".provenance")).toBe("preliminary · 128 of 2,000 samples");
});

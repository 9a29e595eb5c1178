import { expect, test } from "vitest";
import { advance } from "../../../extension/panels/content";
import { packed } from "../../../extension/panels/packed";
import type { RunEvent } from "../../../server/protocol/requests";
import type { MoreMenu } from "../../../webview/components/more-menu/more-menu";
import type { HostMessage } from "../../../webview/protocol/messages";
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

/** What the worker sends while the model itself is being measured: its loss is an estimate, too. */
const provisional: HostMessage = {
  kind: "snapshot",
  snapshot: {
    ...begun,
    isProvisional: true,
    checks: [],
    estimate: preliminary.estimate,
    header: { ...begun.header, centre: { loss: 0.4321, accuracy: 84.4, lossError: 0.05 } },
  },
};

const tabs = (mounted: Mounted): string => tidy(mounted.find("view-tabs").shadowRoot!.textContent);
const menuOf = (mounted: Mounted): readonly string[] =>
  mounted.find<MoreMenu>("more-menu").items.map(({ label }) => label);

test("before the model's own loss is known it stands there as an estimate, and nothing can be made of the run", async () => {
  const mounted = await mountPanel({ messages: [{ kind: "init", source: "file:///m.onnx", title: "m" }, provisional] });
  await settled();
  expect(drawn(mounted)).not.toBe("");
  expect(mounted.text(".what")).toBe("preliminary · 128 of 2,000 samples · ±3 %");
  expect(mounted.text('[data-fact="loss"]')).toBe("≈ 0.432");
  expect(mounted.text('[data-fact="accuracy"]')).toBe("≈ 84.4 %");
  expect(mounted.find('[data-fact="loss"]').title).toBe("preliminary · 128 of 2,000 samples");
  expect(mounted.text('[data-read="loss"]')).toBe("≈ 0.432");
  expect(mounted.find(".canvas").getAttribute("aria-label")).toContain("≈ 0.432");
  expect(tabs(mounted)).toBe("Contour Surface Lines");
  expect(mounted.all("export-menu")).toEqual([]);
  expect(mounted.all("run-settings")).toEqual([]);
  expect(menuOf(mounted)).toContain("Show model file");
  expect(menuOf(mounted)).not.toContain("Show run file");
  expect(menuOf(mounted)).not.toContain("Copy measured points as CSV");
  expect(mounted.kept()?.journal).toBeUndefined();
});

test("the run that has a journal takes the place of the provisional one, at the same place", async () => {
  const mounted = await mountPanel({ messages: [{ kind: "init", source: "file:///m.onnx", title: "m" }, provisional] });
  await settled();
  const figure = mounted.find(".canvas");
  await mounted.send({ kind: "snapshot", snapshot: { ...begun, estimate: preliminary.estimate } });
  await settled();
  expect(mounted.find(".canvas")).toBe(figure);
  expect(mounted.text('[data-fact="loss"]')).not.toContain("≈");
  expect(mounted.text('[data-read="loss"]')).not.toContain("≈");
  expect(mounted.text(".provenance")).toBe("preliminary · 128 of 2,000 samples");
  expect(tabs(mounted)).toContain("Trust");
  expect(mounted.all("export-menu")).toHaveLength(1);
  expect(mounted.kept()?.journal).toBe(begun.journal);
});

test("a panel that is shown again is told that its picture is preliminary", async () => {
  const content = advance({ kind: "snapshot", snapshot: begun }, preliminary);
  const mounted = await mountPanel({ messages: [content] });
  await settled();
  expect(mounted.text(".provenance")).toBe("preliminary · 128 of 2,000 samples");
});

import { describe, expect, test } from "vitest";
import type { RunSnapshot } from "../../../server/protocol/result";
import { shownOf } from "../../../webview/components/lines-view/panels";
import { notesOf } from "../../../webview/components/lines-view/notes";
import { curvesOf, readCurve } from "../../../webview/state/curves";
import { origin } from "../../../webview/state/field";
import { readRow } from "../../../webview/state/line-readings";
import { defaultView } from "../../../webview/state/view";
import { runIn } from "../support/compare";
import { betweenSnapshot, oneLineSnapshot } from "../support/lines";
import { snapshotOf } from "../support/runs";
import { splitSnapshot } from "../support/splits";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const value = 0.123;

/** A run whose grid has neither row nor column through θ*, as a plane that is fitted to a path has. */
function shifted(snapshot: RunSnapshot, by = 0.013): RunSnapshot {
  const { header } = snapshot;
  const moved = (nodes: readonly number[]) => nodes.map((at) => at + by);
  const centre = { ...header.centre, loss: value };
  return { ...snapshot, header: { ...header, centre, x: moved(header.x), y: moved(header.y) } };
}

describe("a cut through θ* that no row of the grid has", () => {
  const run = runIn(shifted(snapshotOf(surface, { status: "done" })));

  test.each(["alpha", "beta"] as const)("along %s has the measured value there, between interpolated ones", (along) => {
    const [curve] = curvesOf(run, 0, 0, { along, at: 0 });
    expect(curve!.x).toHaveLength(12);
    expect(curve!.loss.origins.filter((from) => from === origin.measured)).toHaveLength(1);
    expect(readCurve(curve!, "loss", 0)).toEqual({ value, origin: origin.measured, error: 0.021 });
    expect(readCurve(curve!, "accuracy", 0).value).toBe(run.header.centre.accuracy);
    expect(readCurve(curve!, "loss", 0.013).origin).toBe(origin.interpolated);
  });

  test("has not what was measured there elsewhere", () => {
    const [curve] = curvesOf(run, 0, 0, { along: "alpha", at: 0.2 });
    expect(curve!.x).toHaveLength(11);
    expect(readCurve(curve!, "loss", 0).origin).toBe(origin.interpolated);
  });

  test("is said to be interpolated but for θ*", () => {
    const notes = notesOf(shownOf(run, [], defaultView), defaultView);
    expect(notes.filter(([name]) => name === "off-grid").map(([, text]) => text)).toEqual([
      "No point of the grid was measured at β 0.00: the cut is interpolated but for θ*.",
      "No point of the grid was measured at α 0.00: the cut is interpolated but for θ*.",
    ]);
  });
});

test("a line from θ* has its value at 0, the line between two models has not", () => {
  const [own] = curvesOf(runIn(shifted(oneLineSnapshot())), 0, 0);
  expect(readCurve(own!, "loss", 0)).toMatchObject({ value, origin: origin.measured });
  const [between] = curvesOf(runIn(shifted(betweenSnapshot())), 0, 0);
  expect(readCurve(between!, "loss", 0).origin).toBe(origin.interpolated);
});

test("the difference of two splits is read as it is between points, not in its logarithm", () => {
  const run = runIn(splitSnapshot(surface, { status: "done" }));
  const [curve] = curvesOf(run, 0, "difference", { along: "alpha", at: 0 });
  const [a, b] = [curve!.loss.values[9]!, curve!.loss.values[10]!];
  expect(Math.min(a, b)).toBeGreaterThan(0);
  const middle = (curve!.x[9]! + curve!.x[10]!) / 2;
  expect(readCurve(curve!, "loss", middle).value).toBeCloseTo((a + b) / 2, 12);
});

describe("runs beside one another", () => {
  const two = betweenSnapshot();
  const turned: RunSnapshot = {
    ...two,
    header: {
      ...two.header,
      model: { ...two.header.model, name: "Turned" },
      data: two.header.splits![0]!.data,
      splits: [{ data: two.header.data, centre: two.header.centre }],
      study: {
        ...two.header.study,
        splits: [two.header.study.data],
        loss: { ...two.header.study.loss, weightDecay: 0.001 },
      },
    },
    points: two.points.map(({ index, further, ...own }) => ({ index, ...further![0]!, further: [own] })),
  };
  const single = oneLineSnapshot();
  const other = { ...single, header: { ...single.header, data: turned.header.data } };
  const view = { ...defaultView, options: { lines: { splits: "one", runs: ["a", "b"] } } } as const;
  const shown = shownOf(runIn(two), [runIn(turned), runIn(other)], view);
  const { rows } = shown.panels[0]!;

  test("have the split of one name, whichever place it has, and say so where a run lacks it", () => {
    expect(rows.map(({ label }) => /(test|train)$/.exec(label)?.[0])).toEqual(["test", "test", "train"]);
    const measured = two.points.find(({ index }) => index === 15)!;
    for (const row of rows.slice(0, 2)) expect(readRow(row, "loss", 0).value).toBe(measured.loss);
  });

  test("are told to differ in all that changes the value of a loss", () => {
    const texts = notesOf(shown, view).map(([, text]) => text);
    expect(texts.some((text) => text.includes("weight decay 0.001 (Turned)"))).toBe(true);
  });
});

import { describe, expect, test } from "vitest";
import type { RunSnapshot } from "../../../server/protocol/result";
import {
  crowdOf,
  freeCorner,
  groupText,
  labelGroups,
  placeTrackLabels,
} from "../../../webview/charts/trajectory/places";
import { namedAt } from "../../../webview/charts/trajectory/names";
import type { Place } from "../../../webview/charts/trajectory/places";
import { emptyModel } from "../../../webview/state/model";
import type { RunData } from "../../../webview/state/model";
import { reduce } from "../../../webview/state/reducer";
import { nearestInTime, trackOf, trackWindow } from "../../../webview/state/trajectory";
import { oracleSurface } from "../support/surface";
import { trackLosses, trackSnapshot, withSecondSplit } from "../support/trajectory";

const surface = oracleSurface(11);
const runOf = (snapshot: RunSnapshot): RunData => reduce(emptyModel, { kind: "snapshot", snapshot }).run!;

describe("the track of a run", () => {
  test("has the checkpoints with their values, marks and distances", () => {
    const run = runOf(trackSnapshot(surface));
    const { points, added, explained } = trackOf(run, "loss", 0)!;
    expect(points.map(({ label }) => label)).toEqual(["init", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    expect(points.map(({ own }) => own)).toEqual(trackLosses.map(({ own }) => own));
    expect(points.map(({ inPlane }) => inPlane)).toEqual(trackLosses.map(({ inPlane }) => inPlane));
    expect(points.filter(({ drop }) => drop).map(({ index, dropTo }) => [index, dropTo])).toEqual([
      [6, 0.01],
      [8, 0.001],
    ]);
    expect(points[3]!.offPlaneShare).toBeCloseTo(0.6, 12);
    expect(points[10]!.offPlaneShare).toBeNaN();
    expect(added).toBe(0);
    // The model itself, at distance 0, takes no part.
    expect(explained).toEqual({ shares: [0.812, 0.125], walk: [0.614, 0.156], rows: 10, isClear: true });
    expect(trackOf(run, "loss", 0)).toBe(trackOf(run, "loss", 0));
    expect(trackOf(run, "error", 0)!.points[1]!.own).toBe(100 - trackLosses[1]!.accuracy);
  });

  test("knows no value before it is measured, and no path of a run without checkpoints", () => {
    const { points } = trackOf(runOf(trackSnapshot(surface, { measured: 2 })), "loss", 0)!;
    expect(points.map(({ own }) => Number.isNaN(own))).toEqual([false, false, ...new Array<boolean>(9).fill(true)]);
    const { header, ...rest } = trackSnapshot(surface);
    const without = { ...header, trajectory: undefined };
    expect(trackOf(runOf({ ...rest, header: without }), "loss", 0)).toBeUndefined();
  });

  test("takes the second split less the first for their difference", () => {
    const run = runOf(withSecondSplit(trackSnapshot(surface)));
    expect(trackOf(run, "loss", 1)!.points[0]!.inPlane).toBe(0.5);
    expect(trackOf(run, "loss", "difference")!.points[0]!.own).toBe(0.25 - trackLosses[0]!.own);
    expect(trackOf(run, "loss", "difference")!.points[0]!.accuracy).toBe(90 - trackLosses[0]!.accuracy);
  });

  test("counts checkpoints where not all have an epoch of their own", () => {
    const facts = trackSnapshot(surface).header.trajectory!;
    const checkpoints = facts.checkpoints.map(({ epoch, ...rest }, k) => (k === 4 ? rest : { ...rest, epoch: epoch! }));
    const { points } = trackOf(runOf(trackSnapshot(surface, { facts: { checkpoints } })), "loss", 0)!;
    expect(points.map(({ time }) => time)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(points[4]!.label).toBe("5");
  });

  test("is held against chance: the final row counts, and a few percent more are not clear", () => {
    const snapshot = trackSnapshot(surface, { facts: { explainedVariance: [0.64, 0.17] } });
    const { study } = snapshot.header;
    const directions = { kind: "pca", centred: true, finalRow: true, ignore: "bias,norm" } as const;
    const run = runOf({ ...snapshot, header: { ...snapshot.header, study: { ...study, directions } } });
    expect(trackOf(run, "loss", 0)!.explained).toMatchObject({ rows: 11, isClear: false });
  });

  test("shows what was measured, and more in the same proportions where the path leaves it", () => {
    const inside = runOf(trackSnapshot(surface));
    expect(trackWindow(inside, trackOf(inside, "loss", 0)!)).toEqual({
      window: { x: [-1, 1], y: [-1, 1] },
      isWidened: false,
    });
    const outside = runOf(trackSnapshot(surface, { later: 2 }));
    const { window, isWidened } = trackWindow(outside, trackOf(outside, "loss", 0)!);
    expect(isWidened).toBe(true);
    expect(window.x[1] - window.x[0]).toBeCloseTo(window.y[1] - window.y[0], 12);
    expect(window.x[0]).toBeLessThan(-1.2);
    expect(window.x[1]).toBeGreaterThan(1);
    expect([window.y[0], window.y[1]]).toEqual([expect.closeTo(-1.21, 6), expect.closeTo(1.21, 6)]);
  });

  test("finds the checkpoint that is nearest in time", () => {
    const { points } = trackOf(runOf(trackSnapshot(surface)), "loss", 0)!;
    expect([-5, 2.4, 2.6, 99].map((time) => nearestInTime(points, time))).toEqual([0, 2, 3, 10]);
  });
});

describe("the checkpoints that are named of many", () => {
  const few = (indices: readonly number[]) => indices.length <= 6;

  test("are all where they fit, otherwise those at round times", () => {
    expect(namedAt([0, 1, 2, 3], few)).toEqual([0, 1, 2, 3]);
    expect(
      namedAt(
        Array.from({ length: 101 }, (_, k) => k),
        few,
      ),
    ).toEqual([0, 20, 40, 60, 80, 100]);
    // From 1 on, the round ones are still the multiples.
    expect(
      namedAt(
        Array.from({ length: 50 }, (_, k) => k + 1),
        few,
      ),
    ).toEqual([9, 19, 29, 39, 49]);
    expect(
      namedAt(
        Array.from({ length: 12 }, (_, k) => 1000 * k),
        few,
      ),
    ).toEqual([0, 2, 4, 6, 8, 10]);
  });

  test("are every so many where their times are not round", () => {
    expect(
      namedAt(
        Array.from({ length: 20 }, (_, k) => 390 * k + 17),
        few,
      ),
    ).toEqual([0, 5, 10, 15]);
    expect(namedAt([7], () => false)).toEqual([0]);
  });
});

describe("labels on the map", () => {
  const { points } = trackOf(runOf(trackSnapshot(surface)), "loss", 0)!;
  const at = (index: number, x: number, y: number): Place => ({ index, x, y, point: points[index]! });
  const range = (from: string, to: string) => `${from} to ${to}`;
  const words = { range, width: (text: string) => 7 * text.length };
  const plot = { x: 0, y: 0, width: 400, height: 400 };

  test("are shared by points closer than 8 pixels", () => {
    const places = [at(1, 20, 20), at(2, 100, 20), at(6, 200, 200), at(7, 205, 200), at(8, 211, 203), at(9, 230, 203)];
    expect(labelGroups(places).map((group) => groupText(group, range))).toEqual(["1", "2", "6 to 8", "9"]);
    expect(groupText([at(6, 0, 0), at(2, 0, 0), at(8, 0, 0), at(7, 0, 0)], range)).toBe("2, 6 to 8");
    expect(groupText([at(3, 0, 0), at(4, 0, 0)], range)).toBe("3, 4");
    // Those of an inset share one in any case.
    const crowd = places.slice(2);
    expect(labelGroups(places, crowd).map((group) => groupText(group, range))).toEqual(["6 to 9", "1", "2"]);
  });

  test("stand inside the frame and not over one another", () => {
    const places = [at(1, 395, 5), at(2, 384, 5), at(3, 384, 18), at(4, 200, 398)];
    const labels = placeTrackLabels(places, plot, [], words);
    const boxes = labels.map(({ text, x, y, align }) => {
      const width = 7 * text.length;
      const left = align === "left" ? x : align === "right" ? x - width : x - width / 2;
      return { left, right: left + width, top: y - 5.5, bottom: y + 5.5 };
    });
    for (const [k, box] of boxes.entries()) {
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.right).toBeLessThanOrEqual(400);
      expect(box.bottom).toBeLessThanOrEqual(400);
      for (const other of boxes.slice(k + 1)) {
        const apart =
          box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top;
        expect(apart).toBe(true);
      }
    }
  });

  test("have an inset for three points within 3 % of the width, in a corner without points", () => {
    const near = [at(1, 300, 40), at(2, 100, 100), at(3, 106, 103), at(4, 111, 108)];
    expect(crowdOf(near, plot)!.map(({ index }) => index)).toEqual([2, 3, 4]);
    expect(crowdOf([...near.slice(0, 3), at(4, 113, 108)], plot)).toBeUndefined();
    const size = { width: 150, height: 100 };
    expect(freeCorner(near, plot, size)).toEqual({ x: 234, y: 284, ...size });
    const everywhere = [at(1, 300, 40), at(2, 40, 40), at(3, 40, 300), at(4, 300, 300)];
    expect(freeCorner(everywhere, plot, size)).toBeUndefined();
  });
});

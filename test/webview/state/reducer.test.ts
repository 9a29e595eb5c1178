import { describe, expect, test } from "vitest";
import type { HostMessage } from "../../../webview/protocol/messages";
import { emptyModel } from "../../../webview/state/model";
import type { PanelModel } from "../../../webview/state/model";
import { joined, reduce } from "../../../webview/state/reducer";
import type { PointsMessage } from "../../../webview/state/reducer";
import { failedCheck, pointsOf, snapshotOf } from "../support/runs";
import { dataProblem } from "../support/problems";
import { measuringOrder, oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const order = measuringOrder(surface);
const after = (...messages: readonly HostMessage[]): PanelModel => messages.reduce(reduce, emptyModel);
const snapshot = (measured: number): HostMessage => ({
  kind: "snapshot",
  snapshot: snapshotOf(surface, { status: "running", measured }),
});
const progress = { measured: 10, total: 121, level: [5, 5] } as const;

describe("a run", () => {
  test("begins with its snapshot", () => {
    const { phase, run } = after({ kind: "init", source: "file:///m.onnx", title: "m.onnx" }, snapshot(9));
    expect(phase.kind).toBe("run");
    expect(run!.measured.count).toBe(9);
    expect(run!.interpolated!.from).toEqual([3, 3]);
    for (const index of order.slice(0, 9)) {
      expect(run!.measured.known[index]).toBe(1);
      expect(run!.measured.loss[index]).toBe(surface.loss[index]);
    }
  });

  test("takes in points without changing the model it had", () => {
    const before = after(snapshot(9));
    const next = reduce(before, { kind: "points", points: pointsOf(surface, [order[9]!]), progress });
    expect(next.run!.measured.count).toBe(10);
    expect(next.run!.measured.loss[order[9]!]).toBe(surface.loss[order[9]!]);
    expect(before.run!.measured.count).toBe(9);
    expect(before.run!.measured.known[order[9]!]).toBe(0);
    expect(next.run!.progress).toBe(progress);
  });

  test("counts a point once, however often it comes", () => {
    const points: HostMessage = { kind: "points", points: pointsOf(surface, [order[0]!, order[9]!]), progress };
    expect(after(snapshot(9), points, points).run!.measured.count).toBe(10);
  });

  test("keeps the last estimate until a new one comes", () => {
    const before = after(snapshot(9));
    const without = reduce(before, { kind: "points", points: pointsOf(surface, [order[9]!]), progress });
    expect(without.run!.interpolated).toBe(before.run!.interpolated);
    const estimate = snapshotOf(surface, { status: "running", measured: 25 }).estimate!;
    const withNew = reduce(without, { kind: "points", points: [], estimate, progress });
    expect(withNew.run!.interpolated!.from).toEqual([5, 5]);
  });

  test("is the same after two messages as after both in one", () => {
    const estimate = snapshotOf(surface, { status: "running", measured: 25 }).estimate!;
    const of = (index: number, rest: Partial<PointsMessage> = {}): PointsMessage => ({
      kind: "points",
      points: pointsOf(surface, [index]),
      progress: { ...progress, measured: index },
      ...rest,
    });
    for (const [a, b] of [
      [of(0, { estimate, furtherEstimates: [estimate] }), of(1)],
      [of(0), of(1, { estimate })],
      [of(5), { ...of(5), points: [{ index: 5, loss: 7, accuracy: 1, lossError: 0 }] }],
    ] as const)
      expect(after(snapshot(9), joined(a, b))).toEqual(after(snapshot(9), a, b));
  });

  test("takes packed estimates as they are", () => {
    const values = { loss: Float64Array.of(1, NaN), accuracy: Float64Array.of(50, -Infinity) };
    const estimate = { from: [3, 3] as const, ...values };
    const { interpolated } = after(snapshot(9), { kind: "points", points: [], estimate, progress }).run!;
    expect(interpolated).toEqual(estimate);
  });

  test("reads numbers that JSON writes as text, and replaces none of them", () => {
    const points = [
      { index: 0, loss: "NaN", accuracy: 10, lossError: "NaN" },
      { index: 1, loss: "Infinity", accuracy: 10, lossError: 0 },
    ] as const;
    const { measured } = after(snapshot(0), { kind: "points", points, progress }).run!;
    expect(measured.loss[0]).toBeNaN();
    expect(measured.loss[1]).toBe(Infinity);
    expect(measured.count).toBe(2);
  });

  test("changes its status, checks and problem", () => {
    const { run } = after(snapshot(9), { kind: "status", status: "cancelled", checks: [failedCheck] });
    expect(run!.status).toBe("cancelled");
    expect(run!.checks).toEqual([failedCheck]);
    const failed = after(snapshot(9), { kind: "status", status: "failed", checks: [], problem: dataProblem });
    expect(failed.run!.problem).toBe(dataProblem);
    expect(failed.run!.measured.count).toBe(9);
  });

  test("stays in sight while it is prepared again", () => {
    const model = after(snapshot(9), { kind: "preparing", message: "Reading" });
    expect(model.phase).toEqual({ kind: "preparing", message: "Reading" });
    expect(model.run!.measured.count).toBe(9);
  });

  test("ignores points of which it has no header", () => {
    const points: HostMessage = { kind: "points", points: pointsOf(surface, [0]), progress };
    expect(after(points)).toBe(emptyModel);
  });
});

describe("other phases", () => {
  test("a problem takes the run's figures away", () => {
    const model = after(snapshot(9), { kind: "problem", problem: dataProblem });
    expect(model.phase).toEqual({ kind: "problem", problem: dataProblem });
    expect(model.run).toBeUndefined();
  });

  test("a failed status before any snapshot is a problem", () => {
    const model = after({ kind: "status", status: "failed", checks: [], problem: dataProblem });
    expect(model.phase.kind).toBe("problem");
  });

  test("questions are phases", () => {
    const earlier = { journal: "/j", measured: 3, total: 9 };
    expect(after({ kind: "offer-resume", earlier }).phase).toEqual({ kind: "offer-resume", earlier });
    expect(after({ kind: "choose-data", candidates: ["/a"], reason: "r" }).phase.kind).toBe("choose-data");
  });

  test("a lost worker is told until it is back", () => {
    const lost = after(snapshot(9), { kind: "worker", state: "lost" });
    expect(lost.workerLost).toBe(true);
    expect(reduce(lost, { kind: "worker", state: "back" }).workerLost).toBe(false);
    expect(reduce(lost, snapshot(9)).workerLost).toBe(false);
  });
});

import { describe, expect, test } from "vitest";
import { advance, conclude, filesOf, hasPicture, isProvisional, withStatus } from "../../../extension/panels/content";
import type { Content } from "../../../extension/panels/content";
import type { Problem } from "../../../server/protocol/problem";
import type { Check, Estimate, Point, RunHeader, RunSnapshot } from "../../../server/protocol/result";

const point = (index: number, loss = index): Point => ({ index, loss, accuracy: 50, lossError: 0 });
const estimate = (value: number): Estimate => ({ from: [1, 1], loss: [value], accuracy: [50] });
const check: Check = { name: "centre", level: "ok", value: 0, expected: 0, message: "It agrees." };
const problem: Problem = {
  reason: "journal-unwritable",
  title: "The results cannot be saved",
  message: "The disk is full.",
  advice: "Free some space.",
  file: "/results/run.jsonl",
};

function snapshot(points: readonly Point[]): RunSnapshot {
  const header = { model: { path: "/m.onnx" }, data: { path: "/d.npz" }, checks: [] } as unknown as RunHeader;
  const progress = { measured: points.length, total: 9, level: [3, 3] as const };
  return { header, status: "running", points, progress, checks: [], journal: "/results/run.jsonl" };
}

const running = (points: readonly Point[]): Content => ({ kind: "snapshot", snapshot: snapshot(points) });

describe("the content after an event", () => {
  test("gathers points, so that a page that comes later gets them all at once", () => {
    let content = running([point(4)]);
    const progress = { measured: 3, total: 9, level: [3, 3] as const, secondsLeft: 5 };
    content = advance(content, {
      kind: "points",
      points: [point(0), point(8)],
      estimate: estimate(1),
      furtherEstimates: [estimate(2)],
      progress,
    });
    content = advance(content, { kind: "points", points: [point(2)], progress: { ...progress, measured: 4 } });
    expect(content).toEqual({
      kind: "snapshot",
      snapshot: {
        ...snapshot([point(4), point(0), point(8), point(2)]),
        estimate: estimate(1),
        furtherEstimates: [estimate(2)],
        progress: { ...progress, measured: 4 },
      },
    });
  });

  test("a point that is told twice counts once", () => {
    const progress = { measured: 1, total: 9, level: [3, 3] as const };
    const content = advance(running([point(4, 1)]), { kind: "points", points: [point(4, 1)], progress });
    expect(content).toMatchObject({ snapshot: { points: [point(4, 1)] } });
  });

  test("a snapshot, as after a resume, takes the place of everything", () => {
    const event = { kind: "snapshot" as const, snapshot: snapshot([point(1)]) };
    expect(advance(running([point(7), point(8)]), event)).toEqual(event);
    expect(advance({ kind: "problem", problem }, event)).toEqual(event);
  });

  test("points without a snapshot are nobody's", () => {
    const before: Content = { kind: "preparing", message: "Reading" };
    const progress = { measured: 1, total: 9, level: [3, 3] as const };
    expect(advance(before, { kind: "points", points: [point(1)], progress })).toBe(before);
  });
});

describe("the content after the end", () => {
  test("keeps the points and has no time left", () => {
    const timed = snapshot([point(4)]);
    const content: Content = {
      kind: "snapshot",
      snapshot: { ...timed, progress: { ...timed.progress, secondsLeft: 5 } },
    };
    expect(conclude(content, { status: "done", checks: [check] })).toEqual({
      kind: "snapshot",
      snapshot: { ...timed, status: "done", checks: [check], problem: undefined },
    });
  });

  test("a failure keeps them too and says why", () => {
    const content = conclude(running([point(4)]), { status: "failed", checks: [], problem });
    expect(content).toMatchObject({ snapshot: { status: "failed", problem, points: [point(4)] } });
    expect(filesOf(content)).toEqual(["/m.onnx", "/d.npz", "/results/run.jsonl", "/results/run.jsonl"]);
  });

  test("without a picture there is the problem, or that it was cancelled", () => {
    const before: Content = { kind: "preparing", message: "Reading" };
    expect(conclude(before, { status: "failed", checks: [], problem })).toEqual({ kind: "problem", problem });
    expect(conclude(before, { status: "cancelled", checks: [] })).toMatchObject({
      kind: "problem",
      problem: { reason: "cancelled" },
    });
  });
});

test("a run that has no journal leaves no more behind than one that was being prepared", () => {
  const provisional: Content = {
    kind: "snapshot",
    snapshot: { ...snapshot([]), isProvisional: true, estimate: estimate(1) },
  };
  expect([hasPicture(provisional), isProvisional(provisional)]).toEqual([true, true]);
  expect(isProvisional(running([]))).toBe(false);
  expect(conclude(provisional, { status: "failed", checks: [], problem })).toEqual({ kind: "problem", problem });
  expect(conclude(provisional, { status: "cancelled", checks: [] })).toMatchObject({
    kind: "problem",
    problem: { reason: "cancelled" },
  });
  const event = { kind: "snapshot" as const, snapshot: snapshot([]) };
  expect(advance(provisional, event)).toEqual(event);
});

test("pausing shows in a picture and leaves everything else alone", () => {
  expect(withStatus(running([point(1)]), "paused")).toMatchObject({ snapshot: { status: "paused" } });
  const other: Content = { kind: "problem", problem };
  expect(withStatus(other, "paused")).toBe(other);
  expect(filesOf(other)).toEqual(["/results/run.jsonl"]);
  expect(filesOf({ kind: "preparing", message: "" })).toEqual([]);
});

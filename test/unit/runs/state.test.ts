import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunHeader } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { snapshotOf } from "../../../server/runs/open";
import { amountOf, RunState } from "../../../server/runs/state";
import { extents, headerOf, pointsOf, recordsOf } from "./arbitraries";

function withGrid(header: RunHeader, over: Partial<Study["grid"]>): RunHeader {
  return { ...header, study: { ...header.study, grid: { ...header.study.grid, ...over } } };
}

/** A run, and what is measured of it, in any order. */
const cases = fc
  .tuple(extents, fc.boolean(), fc.constantFrom(undefined, 0.01, 0.2, 0.9))
  .chain(([extent, lines, refine]) =>
    fc.record({
      header: fc.constant(
        withGrid(headerOf(extent), { ...(lines ? { lines } : {}), ...(refine === undefined ? {} : { refine }) }),
      ),
      refine: fc.constant(refine),
      points: pointsOf(extent),
      extras: recordsOf(extent).chain((records) => fc.shuffledSubarray(records)),
    }),
  );

describe("the progress of a run", () => {
  test("never has more measured than there is to measure, whatever comes in whatever order", () => {
    fc.assert(
      fc.property(cases, ({ header, points, extras }) => {
        const state = new RunState(header);
        for (let k = 0; k < Math.max(points.length, extras.length); k++) {
          state.surface.add(points.slice(k, k + 1));
          state.extras.add(extras.slice(k, k + 1));
          const { measured, total } = state.progress();
          expect(measured).toBe(Math.min(k + 1, points.length) + Math.min(k + 1, extras.length));
          expect(measured).toBeLessThanOrEqual(total);
          expect(total).toBeLessThanOrEqual(header.x.length * header.y.length + state.extras.total);
          expect(state.remaining).toBeGreaterThanOrEqual(0);
          expect(state.remaining).toBeLessThanOrEqual(total - measured);
          expect(state.isComplete).toBe(state.surface.isComplete && state.extras.measured === state.extras.total);
        }
      }),
    );
  });

  test("is the same when it is read from a journal", () => {
    fc.assert(
      fc.property(cases, ({ header, points, extras }) => {
        const state = new RunState(header);
        state.surface.add(points);
        state.extras.add(extras);
        const read = new RunState(header, { points, extras });
        expect(read.picture(7)).toEqual(state.picture(7));
        expect(read.isComplete).toBe(state.isComplete);
        const { measured, total } = state.progress();
        expect(amountOf({ header, points, extras, ends: [], length: 0 })).toEqual({ measured, total });
      }),
    );
  });

  test("is complete, and nothing remains, when every wave and every task is done", () => {
    fc.assert(
      fc.property(extents, fc.constantFrom(undefined, 0.05, 0.9), fc.boolean(), (extent, refine, lines) => {
        const header = withGrid(headerOf(extent), { lines, ...(refine === undefined ? {} : { refine }) });
        const state = new RunState(header);
        const further = header.splits?.map(() => ({ loss: 1, accuracy: 50, lossError: 0 }));
        for (let wave = state.surface.wave(); wave.length > 0; wave = state.surface.wave()) {
          expect(state.isComplete).toBe(false);
          state.surface.add(
            wave.map(({ index, alpha, beta }) => ({
              index,
              loss: Math.exp(0.5 * alpha - 0.25 * beta),
              accuracy: 50,
              lossError: 0,
              ...(further ? { further } : {}),
            })),
          );
        }
        state.extras.add(fc.sample(recordsOf(extent), 1)[0]!);
        expect(state.isComplete).toBe(true);
        expect(state.remaining).toBe(0);
        const { measured, total } = state.progress();
        expect(measured).toBe(total);
      }),
      { numRuns: 50 },
    );
  });

  test("leaves no points to be done where all others are interpolated", () => {
    const header = withGrid(
      headerOf({
        points: [51, 51],
        splits: 0,
        checkpoints: 0,
        traceProbes: 0,
        densityProbes: 0,
        sharpness: false,
      }),
      { refine: 0.05 },
    );
    const state = new RunState(header);
    for (let wave = state.surface.wave(); wave.length > 0; wave = state.surface.wave()) {
      state.surface.add(
        wave.map(({ index, alpha, beta }) => ({
          index,
          loss: Math.exp(alpha * alpha + beta * beta),
          accuracy: 50,
          lossError: 0,
        })),
      );
    }
    expect(state.surface.measured).toBeLessThan(51 * 51);
    expect(state.remaining).toBe(0);
  });

  test("of a journal is done only when its last session says so and everything is there", () => {
    fc.assert(
      fc.property(cases, fc.boolean(), fc.boolean(), ({ header, points, extras }, says, again) => {
        const done = { end: "done", checks: [], seconds: 1 } as const;
        const ends = [...(says ? [done] : []), ...(again ? [{ ...done, end: "cancelled" } as const] : [])];
        const content = { header, points, extras, ends, length: 0 };
        const { status, journal } = snapshotOf(content, header, "/results/run.jsonl");
        const isDone = says && !again && new RunState(header, content).isComplete;
        expect([status, journal]).toEqual([isDone ? "done" : "cancelled", "/results/run.jsonl"]);
      }),
    );
  });
});

import { describe, expect, test } from "vitest";
import type { PointSums, SplitSums } from "../../../server/evaluator/messages";
import { centresOf } from "../../../server/runs/header";
import { Preliminary } from "../../../server/runs/preliminary";
import type { PreliminaryOptions, Step } from "../../../server/runs/preliminary";
import { RunState } from "../../../server/runs/state";
import type { RunHeader } from "../../../server/protocol/result";
import { headerFor } from "./header";

const samples = 2000;

function header(points: number, over: Partial<RunHeader["study"]> = {}): RunHeader {
  const plain = headerFor([points, points]);
  return { ...plain, study: { ...plain.study, ...over }, data: { ...plain.data, samples } };
}

function optionsOf(over: Partial<PreliminaryOptions> & { readonly header?: RunHeader } = {}): PreliminaryOptions {
  const own = over.header ?? header(51);
  return {
    header: own,
    centre: centresOf(own),
    secondsPerPoint: 1,
    evaluators: 2,
    points: own.x.length * own.y.length,
    ...over,
  };
}

const lossAt = (alpha: number, beta: number): number => 0.4 + 4 * (alpha * alpha + beta * beta);

/** What a group of `count` samples says: the loss, off by a share of its distance from that of the centre. */
function sumsAt(alpha: number, beta: number, count: number, off: number): PointSums {
  const loss = 0.4 + (lossAt(alpha, beta) - 0.4) * (1 + off);
  return { lossSum: loss * count, lossSquareSum: 2 * loss * loss * count, correct: 0.8 * count, count };
}

/** Does a step; `off` says how far off the groups are, in turn. */
function perform(preliminary: Preliminary, step: Step, off: readonly number[], seconds = 0.1): void {
  const { points, subset } = step;
  const found = points.map(({ index, alpha, beta }): [number, readonly SplitSums[]] => [
    index,
    Array.from({ length: subset.groups }, (_, group) => [
      sumsAt(alpha, beta, subset.count / subset.groups, off[group % off.length]!),
    ]),
  ]);
  preliminary.add(step, new Map(found), seconds);
}

function pointsOf({ header: { x, y } }: RunState, indices: readonly number[]) {
  return indices.map((index) => ({
    index,
    loss: lossAt(x[index % x.length]!, y[Math.floor(index / x.length)]!),
    accuracy: 80,
    lossError: 0.01,
  }));
}

describe("whether there are preliminary values", () => {
  test("follows from how long the first points take", () => {
    expect(Preliminary.of(optionsOf())).toBeDefined();
    expect(Preliminary.of(optionsOf({ secondsPerPoint: 0.04 }))).toBeUndefined();
    expect(Preliminary.of(optionsOf({ secondsPerPoint: 0.06, evaluators: 8 }))).toBeUndefined();
    expect(Preliminary.of(optionsOf({ header: header(3) }))).toBeUndefined();
  });

  test("and from whether fewer samples take less time", () => {
    expect(Preliminary.of(optionsOf({ header: header(51, { batchNorm: "recompute" }) }))).toBeUndefined();
    const few = header(51);
    expect(Preliminary.of(optionsOf({ header: { ...few, data: { ...few.data, samples: 100 } } }))).toBeUndefined();
    const lines = header(51);
    const grid = { ...lines.study.grid, lines: true };
    expect(Preliminary.of(optionsOf({ header: { ...lines, study: { ...lines.study, grid } } }))).toBeUndefined();
  });
});

describe("preliminary values", () => {
  test("come from coarse to fine, first of fewer samples where points take very long", () => {
    const { surface } = new RunState(header(51));
    const preliminary = Preliminary.of(optionsOf())!;
    const steps: Step[] = [];
    for (let step = preliminary.next(surface); step; step = preliminary.next(surface)) {
      steps.push(step);
      perform(preliminary, step, [0]);
    }
    // The centre, and the nodes of 3 × 3, 5 × 5 and 9 × 9; then the groups agree.
    expect(steps.map(({ points }) => points.length)).toEqual([10, 16, 56]);
    expect(steps.map(({ subset }) => [subset.first, subset.count])).toEqual([
      [0, 128],
      [0, 128],
      [0, 128],
    ]);
    const slow = Preliminary.of(optionsOf({ secondsPerPoint: 8 }))!;
    expect(slow.next(surface)!.subset.count).toBe(32);
  });

  test("are made from more samples until they are sure, but not from more than half", () => {
    const { surface } = new RunState(header(51));
    const preliminary = Preliminary.of(optionsOf())!;
    const counts: number[] = [];
    for (let step = preliminary.next(surface); step; step = preliminary.next(surface)) {
      counts.push(step.subset.first + step.subset.count);
      perform(preliminary, step, [-0.6, 0.9, -0.5, 1.1]);
    }
    expect(counts).toEqual([128, 128, 128, 256, 512]);
    const [estimate] = preliminary.estimates(surface)!;
    expect(estimate!.preliminary).toMatchObject({ samples: 512, of: samples });
    expect(Number(estimate!.preliminary!.error)).toBeGreaterThan(0.1);
  });

  test("end when they would take more than a small part of the run's time", () => {
    const { surface } = new RunState(header(51));
    const preliminary = Preliminary.of(optionsOf())!;
    perform(preliminary, preliminary.next(surface)!, [0], 30);
    expect(preliminary.next(surface)).toBeUndefined();
    expect(Preliminary.of(optionsOf({ points: 20 }))!.next(surface)).toBeUndefined();
  });

  test("are told as such, corrected by the centre, until the same grids are measured", () => {
    const state = new RunState(header(51));
    state.preliminary = Preliminary.of(optionsOf())!;
    const { preliminary, surface } = state;
    expect(state.estimates()).toEqual({});
    for (const off of [0.2, 0.2, 0.2]) perform(preliminary, preliminary.next(surface)!, [off]);
    const estimateNow = () => state.estimates().estimate!;
    expect(estimateNow().from).toEqual([9, 9]);
    expect(estimateNow().preliminary).toMatchObject({ samples: 128, of: samples });
    const corner = Number(estimateNow().loss[0]);
    expect(corner).toBeCloseTo(0.4 + 1.2 * 8, 6);
    expect(estimateNow().loss[25 * 51 + 25]).toBeCloseTo(0.4, 9);

    // Single points bend the picture; the first nested grid corrects all of it.
    surface.add(pointsOf(state, [0]));
    expect(estimateNow().loss[0]).toBeCloseTo(lossAt(-1, -1), 9);
    expect(Number(estimateNow().loss[1])).toBeLessThan(0.99 * corner);
    for (let level = 0; level < 3; level++) {
      expect(estimateNow().preliminary).toBeDefined();
      surface.add(
        pointsOf(
          state,
          surface.wave().map(({ index }) => index),
        ),
      );
    }
    expect(surface.completeLevels).toBe(3);
    expect(estimateNow().preliminary).toBeUndefined();
    expect(preliminary.next(surface)).toBeUndefined();
    expect(state.progress().measured).toBe(81);
  });

  test("are as the samples say before the model itself is measured, and are corrected when it is", () => {
    const state = new RunState(header(51));
    const { centre: own, ...options } = optionsOf();
    const preliminary = Preliminary.of(options)!;
    state.preliminary = preliminary;
    // Group by group the loss grows by 10 to 20 % faster than that of all samples, and is 0.4 at the centre.
    perform(preliminary, preliminary.next(state.surface)!, [0.1, 0.2]);
    expect(preliminary.centre).toEqual([{ loss: expect.closeTo(0.4, 9), accuracy: 80, lossError: expect.any(Number) }]);
    const corner = (): number => Number(state.estimates().estimate!.loss[0]);
    expect(corner()).toBeCloseTo(0.4 + 8 * 1.15, 9);
    preliminary.correct([{ ...own![0]!, loss: 0.5 }]);
    expect(corner()).toBeCloseTo(0.5 + 8 * 1.15, 9);
    expect(state.estimates().estimate!.loss[25 * 51 + 25]).toBeCloseTo(0.5, 9);
  });

  test("tell how long a step takes, which may be too long", () => {
    const preliminary = Preliminary.of(optionsOf())!;
    const step = preliminary.next(new RunState(header(51)).surface)!;
    // 10 nodes with 128 of 2,000 samples, of which a point takes two evaluators half a second.
    expect(preliminary.secondsFor(step)).toBeCloseTo((10 * 128) / 2000 / 2, 12);
    perform(preliminary, step, [0], 3.2);
    expect(preliminary.secondsFor(step)).toBeCloseTo(3.2, 12);
  });

  test("turn into the points' own picture without a jump", () => {
    const state = new RunState(header(51));
    state.preliminary = Preliminary.of(optionsOf())!;
    const { preliminary, surface } = state;
    for (let step = preliminary.next(surface); step; step = preliminary.next(surface))
      perform(preliminary, step, [0.1]);
    for (let level = 0; level < 2; level++)
      surface.add(
        pointsOf(
          state,
          surface.wave().map(({ index }) => index),
        ),
      );
    const last = surface.wave();
    surface.add(
      pointsOf(
        state,
        last.slice(1).map(({ index }) => index),
      ),
    );
    const before = state.estimates().estimate!;
    surface.add(pointsOf(state, [last[0]!.index]));
    const after = state.estimates().estimate!;
    expect(before.preliminary).toBeDefined();
    expect(after.preliminary).toBeUndefined();
    const jumps = after.loss.map((loss, at) => Math.abs(Math.log(Number(loss) / Number(before.loss[at]!))));
    expect(Math.max(...jumps)).toBeLessThan(0.02);
  });

  test("of further splits have their own samples and their own correction", () => {
    const own = header(51);
    const split = { data: { ...own.data, split: "train", samples: 100 }, centre: { ...own.centre, loss: 0.1 } };
    const state = new RunState({ ...own, splits: [split] });
    const preliminary = Preliminary.of(optionsOf({ header: state.header }))!;
    state.preliminary = preliminary;
    const step = preliminary.next(state.surface)!;
    const empty = { lossSum: 0, lossSquareSum: 0, correct: 0, count: 0 };
    const found = step.points.map(({ index, alpha, beta }): [number, readonly SplitSums[]] => [
      index,
      // The second split has no samples left for the last group.
      [0, 1, 2, 3].map((group) => [
        sumsAt(alpha, beta, 32, 0),
        group === 3 ? empty : { ...sumsAt(alpha, beta, 33, 0), lossSum: 33 * 0.2 },
      ]),
    ]);
    preliminary.add(step, new Map(found), 0.1);
    const [further] = state.estimates().furtherEstimates!;
    expect(further!.preliminary).toMatchObject({ samples: 100, of: 100, error: 0 });
    expect(further!.loss[0]).toBeCloseTo(0.1, 9);
  });
});

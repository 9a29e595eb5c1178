import { describe, expect, test } from "vitest";
import { coordinates } from "../../../server/landscape/grid";
import { allLines, nodesOf } from "../../../server/landscape/interpolate";
import type { Values } from "../../../server/landscape/interpolate";
import { corrected, samplingErrors } from "../../../server/landscape/preliminary";
import type { Known, Sampled } from "../../../server/landscape/preliminary";
import { Random } from "../../../server/landscape/random";

const x = coordinates([-1, 1], 9);
const lines = allLines(9, 9);
const centre = 40;

/** Losses of samples that are hard or easy at the centre, and far away alike but for noise. */
function lossesOf(samples: number, seed: number): readonly Float64Array[] {
  const generator = new Random(seed);
  return Array.from({ length: samples }, () => {
    const hard = Math.exp(1.5 * generator.nextNormal() - 2);
    const far = Math.exp(0.3 * generator.nextNormal());
    return Float64Array.from({ length: 81 }, (_, node) => {
      const square = x[node % 9]! ** 2 + x[Math.floor(node / 9)]! ** 2;
      return hard * Math.exp(-2 * square) + 6 * square * far;
    });
  });
}

function meanOf(losses: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: 81 }, (_, node) => {
    return losses.reduce((sum, each) => sum + each[node]!, 0) / losses.length;
  });
}

function groupsOf(losses: readonly Float64Array[]): readonly Float64Array[] {
  const size = losses.length / 4;
  return [0, 1, 2, 3].map((group) => meanOf(losses.slice(group * size, (group + 1) * size)));
}

const accuracyOf = (loss: Float64Array): Float64Array => loss.map((value) => 100 * Math.exp(-value));

/** A part of 64 of 640 samples, and what all of them say. */
function drawn(seed: number) {
  const losses = lossesOf(640, seed);
  const part = losses.slice(0, 64);
  const [all, mean] = [meanOf(losses), meanOf(part)];
  const sampled: Sampled = {
    lines,
    mean: { loss: mean, accuracy: accuracyOf(mean) },
    groups: groupsOf(part),
    share: 0.1,
  };
  const values: Values = { loss: all, accuracy: accuracyOf(all) };
  const byCentre: Known = {
    centre: { loss: all[centre]!, accuracy: values.accuracy[centre]! },
    sampled: {
      loss: mean[centre]!,
      accuracy: sampled.mean.accuracy[centre]!,
      groups: sampled.groups.map((group) => group[centre]!),
    },
  };
  const byGrid = (columns: readonly number[]): Known => {
    const level = { columns, rows: columns };
    const take = (from: Float64Array): Float64Array => nodesOf(9, level, from);
    return { level, values: { loss: take(all), accuracy: take(values.accuracy) } };
  };
  return { sampled, values, byCentre, byGrid };
}

/** Root of the mean square of the errors of log-loss. */
function errorOf(found: Values, { loss }: Values): number {
  const squares = found.loss.map((value, node) => Math.log(value / loss[node]!) ** 2);
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
}

describe("the correction of a part of the samples", () => {
  test("is exact at the nodes that are known, and at the centre", () => {
    const { sampled, values, byCentre, byGrid } = drawn(1);
    const grid = corrected(x, x, sampled, byGrid([0, 4, 8]));
    for (const node of [0, 4, 8, 36, 40, 44, 72, 76, 80]) {
      expect(grid.loss[node]).toBe(values.loss[node]);
      expect(grid.accuracy[node]).toBe(values.accuracy[node]);
    }
    const own = corrected(x, x, sampled, byCentre);
    expect(own.loss[centre]).toBeCloseTo(values.loss[centre]!, 12);
    expect(own.accuracy[centre]).toBeCloseTo(values.accuracy[centre]!, 9);
  });

  test("is none where all samples have said nothing yet", () => {
    const { sampled } = drawn(1);
    expect(corrected(x, x, sampled, undefined)).toEqual(sampled.mean);
  });

  test("comes nearer to what all samples say, the more so the finer the grid is", () => {
    const sums = { none: 0, centre: 0, coarse: 0, finer: 0 };
    for (let seed = 0; seed < 20; seed++) {
      const { sampled, values, byCentre, byGrid } = drawn(seed);
      sums.none += errorOf(sampled.mean, values) ** 2;
      sums.centre += errorOf(corrected(x, x, sampled, byCentre), values) ** 2;
      sums.coarse += errorOf(corrected(x, x, sampled, byGrid([0, 4, 8])), values) ** 2;
      sums.finer += errorOf(corrected(x, x, sampled, byGrid([0, 2, 4, 6, 8])), values) ** 2;
    }
    expect(sums.centre).toBeLessThan(sums.none);
    expect(sums.finer).toBeLessThan(0.5 * sums.coarse);
    expect(sums.finer).toBeLessThan(0.5 * sums.centre);
  });

  test("keeps losses positive where the part of the samples is harder than all", () => {
    const { sampled } = drawn(2);
    const low: Known = {
      centre: { loss: 1e-6, accuracy: 99 },
      sampled: { loss: 5, accuracy: 90, groups: [5, 5, 5, 5] },
    };
    const { loss, accuracy } = corrected(x, x, sampled, low);
    expect(Math.min(...loss)).toBeGreaterThan(0);
    expect(Math.max(...accuracy)).toBeLessThanOrEqual(100);
  });

  test("leaves what is not finite as it is, and is not disturbed by it elsewhere", () => {
    const { sampled, values, byGrid } = drawn(3);
    const mean = { loss: sampled.mean.loss.slice(), accuracy: sampled.mean.accuracy.fill(NaN) };
    mean.loss[10] = Infinity;
    mean.loss[80] = NaN;
    const found = corrected(x, x, { ...sampled, mean }, byGrid([0, 4, 8]));
    expect(found.loss[10]).toBe(Infinity);
    expect(found.loss[80]).toBe(values.loss[80]);
    expect([...found.loss].filter((loss) => !Number.isFinite(loss))).toHaveLength(1);
    expect(found.accuracy[10]).toBeNaN();
  });
});

describe("the sampling error", () => {
  test.each([
    ["nothing", () => undefined],
    ["the centre", (drawnOnce: ReturnType<typeof drawn>) => drawnOnce.byCentre],
    ["a coarse grid", (drawnOnce: ReturnType<typeof drawn>) => drawnOnce.byGrid([0, 4, 8])],
  ] as const)("is as large as the errors are, corrected by %s", (_, knownOf) => {
    let [predicted, found] = [0, 0];
    for (let seed = 100; seed < 160; seed++) {
      const once = drawn(seed);
      const known = knownOf(once);
      const errors = samplingErrors(x, x, once.sampled, known);
      const { loss } = corrected(x, x, once.sampled, known);
      errors.forEach((error, node) => {
        predicted += error * error;
        found += Math.log(loss[node]! / once.values.loss[node]!) ** 2;
      });
    }
    expect(Math.sqrt(predicted / found)).toBeGreaterThan(0.7);
    expect(Math.sqrt(predicted / found)).toBeLessThan(1.4);
  });

  test("is 0 where the loss is known, and for all samples", () => {
    const { sampled, byGrid } = drawn(4);
    const errors = samplingErrors(x, x, sampled, byGrid([0, 4, 8]));
    expect([errors[0], errors[40], errors[80]]).toEqual([0, 0, 0]);
    expect(errors[41]).toBeGreaterThan(0);
    expect(samplingErrors(x, x, { ...sampled, share: 1 }, byGrid([0, 4, 8])).every((error) => error === 0)).toBe(true);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromJsonNumber, toJsonNumber } from "../../../server/protocol/numbers";
import type { Estimate, Point, RunHeader, RunSnapshot, SplitValues } from "../../../server/protocol/result";
import { figuresOf } from "../../../server/runs/export/figures";
import { snapshotOf } from "../../../server/runs/open";
import type { ExtraRecord } from "../../../server/runs/extras";
import { curvatureAxes } from "../../../server/runs/extras";
import { extents, headerOf, jsonNumbers, pointsOf, recordsOf } from "./arbitraries";
import type { Extent } from "./arbitraries";

const bare: Extent = { points: [3, 2], splits: 0, checkpoints: 0, traceProbes: 0, densityProbes: 0, sharpness: false };

function asLines(header: RunHeader): RunHeader {
  const { study, y } = header;
  return { ...header, y: y.map((_, k) => k), study: { ...study, grid: { ...study.grid, lines: true } } };
}

function snapshotWith(header: RunHeader, points: readonly Point[], extras: readonly ExtraRecord[] = []): RunSnapshot {
  return snapshotOf({ header, points, extras, ends: [], length: 0 }, header, "/results/run.jsonl");
}

interface Case {
  readonly header: RunHeader;
  readonly points: readonly Point[];
  readonly extras: readonly ExtraRecord[];
  /** One for each split. */
  readonly estimates: readonly Estimate[] | undefined;
}

/** A run and some of what it measures. Its estimates are any numbers, so that nothing else can pass for them. */
const cases: fc.Arbitrary<Case> = extents.chain((extent) => {
  const [total, splits] = [extent.points[0] * extent.points[1], extent.splits + 1];
  const numbers = fc.array(jsonNumbers, { minLength: total, maxLength: total });
  const estimate = fc.record<Estimate>({ from: fc.constant([3, 3]), loss: numbers, accuracy: numbers });
  return fc.record({
    header: fc.constant(headerOf(extent)),
    estimates: fc.option(fc.array(estimate, { minLength: splits, maxLength: splits }), { nil: undefined }),
    points: pointsOf(extent),
    extras: recordsOf(extent).chain((records) => fc.shuffledSubarray(records)),
  });
});

function snapshotIn({ header, points, extras, estimates }: Case): RunSnapshot {
  const [estimate, ...furtherEstimates] = estimates ?? [];
  return { ...snapshotWith(header, points, extras), estimate, furtherEstimates };
}

function ofSplit(point: Point | undefined, k: number): SplitValues | undefined {
  return k === 0 ? point : point?.further?.[k - 1];
}

describe("surfaces", () => {
  test("have for every split [y][x] what was measured there, else the split's own estimate, else NaN", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { header, points, estimates } = each;
        const { surfaces, lines } = figuresOf(snapshotIn(each));
        expect(lines).toEqual([]);
        expect(surfaces).toHaveLength(1 + (header.splits?.length ?? 0));
        for (const [k, surface] of surfaces.entries()) {
          const data = k === 0 ? header.data : header.splits![k - 1]!.data;
          expect(surface).toMatchObject({ split: data.split, samples: data.samples, x: header.x, y: header.y });
          for (const name of ["loss", "accuracy", "lossError", "measured"] as const) {
            expect(surface[name].map(({ length }) => length)).toEqual(header.y.map(() => header.x.length));
          }
          for (const row of header.y.keys()) {
            for (const column of header.x.keys()) {
              const index = row * header.x.length + column;
              const found = points.find((point) => point.index === index);
              const own = ofSplit(found, k);
              const guess = estimates?.[k];
              expect(
                [surface.loss, surface.accuracy, surface.lossError, surface.measured].map((t) => t[row]![column]),
              ).toEqual(
                own
                  ? [own.loss, own.accuracy, own.lossError, 1]
                  : [guess?.loss[index] ?? "NaN", guess?.accuracy[index] ?? "NaN", "NaN", 0],
              );
            }
          }
        }
      }),
    );
  });

  test("are row-major: the index runs along x first", () => {
    const points = [0, 1, 2, 3, 4, 5].map((index) => ({ index, loss: index, accuracy: 10 * index, lossError: 0 }));
    const { surfaces } = figuresOf(snapshotWith(headerOf(bare), points));
    expect(surfaces[0]).toMatchObject({
      x: [-1, 0, 1],
      y: [-1, 1],
      loss: [
        [0, 1, 2],
        [3, 4, 5],
      ],
      accuracy: [
        [0, 10, 20],
        [30, 40, 50],
      ],
    });
  });
});

describe("lines", () => {
  test("are the rows of the surfaces that they would be, split by split, member by member", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { surfaces } = figuresOf(snapshotIn(each));
        const { surfaces: none, lines, sharpness } = figuresOf(snapshotIn({ ...each, header: asLines(each.header) }));
        expect(none).toEqual([]);
        expect(sharpness?.radius).toBeUndefined();
        expect(lines).toEqual(
          surfaces.flatMap(({ split, samples, x, y, loss, accuracy, lossError, measured }) =>
            y.map((_, member) => ({
              split,
              samples,
              member,
              x,
              loss: loss[member],
              accuracy: accuracy[member],
              lossError: lossError[member],
              measured: measured[member],
            })),
          ),
        );
      }),
    );
  });
});

describe("the trajectory", () => {
  test("has the values of each checkpoint beside its place, for every split by its name, as they come in", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { header, extras } = each;
        const { trajectory } = figuresOf(snapshotIn(each));
        if (!header.trajectory) {
          expect(trajectory).toBeUndefined();
          return;
        }
        const names = [header.data.split, ...(header.splits ?? []).map(({ data }) => data.split)];
        expect(trajectory!.checkpoints).toHaveLength(header.trajectory.checkpoints.length);
        for (const [k, facts] of header.trajectory.checkpoints.entries()) {
          const found = extras.find((record) => record.extra === "checkpoint" && record.values.checkpoint === k);
          const { own, inPlane } = found?.extra === "checkpoint" ? found.values : { own: [], inPlane: [] };
          const splits = Object.fromEntries(names.map((name, n) => [name, { own: own[n], inPlane: inPlane[n] }]));
          const values = {
            loss: own[0]?.loss,
            accuracy: own[0]?.accuracy,
            planeLoss: inPlane[0]?.loss,
            planeAccuracy: inPlane[0]?.accuracy,
            splits,
          };
          expect(trajectory!.checkpoints[k]).toEqual(found ? { ...facts, ...values } : facts);
        }
      }),
    );
  });
});

describe("the curvature map", () => {
  test("has [y][x] the eigenvalues, |λmin/λmax| and the larger residual; NaN where not measured", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { header, extras } = each;
        const { curvature } = figuresOf(snapshotIn(each));
        if (!header.study.curvature) {
          expect(curvature).toBeUndefined();
          return;
        }
        const { x, y } = curvatureAxes(header.study);
        expect(curvature).toMatchObject({ x, y, samples: 50, parameters: "kernels" });
        for (const row of y.keys()) {
          for (const column of x.keys()) {
            const index = row * x.length + column;
            const found = extras.find((record) => record.extra === "curvature" && record.values.index === index);
            const { max, min, ratio, residual } = curvature!;
            const cell = [max, min, ratio, residual].map((table) => table[row]![column]!);
            if (found?.extra !== "curvature") {
              expect(cell).toEqual(["NaN", "NaN", "NaN", "NaN"]);
              continue;
            }
            const { values } = found;
            const [first, second] = values.residual.map(fromJsonNumber) as [number, number];
            const larger = Number.isNaN(first) || Number.isNaN(second) ? NaN : first > second ? first : second;
            const quotient = fromJsonNumber(values.min) / fromJsonNumber(values.max);
            expect(cell).toEqual([
              values.max,
              values.min,
              toJsonNumber(quotient < 0 ? -quotient : quotient === 0 ? 0 : quotient),
              toJsonNumber(larger),
            ]);
          }
        }
      }),
    );
  });

  test("has the mean of the traces with its error, and all Ritz values ascending with weights shared out", () => {
    const header = headerOf({ ...bare, curvature: [1, 1], traceProbes: 4, densityProbes: 2 });
    const { curvature, sharpness } = figuresOf(
      snapshotWith(
        header,
        [],
        [
          { extra: "trace", probe: 3, value: 5 },
          { extra: "density", probe: 1, values: { values: [2, -1], weights: [0.75, 0.25] } },
          { extra: "trace", probe: 0, value: 1 },
          { extra: "density", probe: 0, values: { values: [0, 4], weights: [0.5, 0.5] } },
        ],
      ),
    );
    // The mean of 1 and 5 is 3; their sample variance 8, that of the mean 4.
    expect(curvature!.trace).toEqual({ value: 3, error: 2, probes: 2 });
    expect(curvature!.density).toEqual({ values: [-1, 0, 2, 4], weights: [0.125, 0.25, 0.375, 0.25] });
    expect(sharpness!.trace).toBe(3);
  });
});

describe("the figures of flatness", () => {
  const map = (index: number, max: number, min: number): ExtraRecord => ({
    extra: "curvature",
    parameters: 10,
    values: { index, max, min, residual: [0, 0], symmetry: 0, products: 8 },
  });

  test("have the eigenvalue at the model, once it is measured, where the map contains the model", () => {
    const at = (curvature: readonly [number, number], records: readonly ExtraRecord[]): unknown =>
      figuresOf(snapshotWith(headerOf({ ...bare, curvature }), [], records)).sharpness?.largestEigenvalue;
    expect(at([1, 1], [map(0, 7, -1)])).toBe(7);
    expect(at([3, 3], [map(0, 1, 1), map(4, 8, -1), map(8, 1, 1)])).toBe(8);
    expect(at([3, 1], [map(1, 9, -1)])).toBe(9);
    expect(at([3, 3], [map(0, 1, 1), map(8, 1, 1)])).toBeUndefined();
    expect(at([2, 3], [map(0, 1, 1), map(2, 1, 1), map(3, 1, 1)])).toBeUndefined();
  });

  test("have the share of points with clearly negative curvature, of those that are measured", () => {
    const of = (curvature: readonly [number, number], records: readonly ExtraRecord[]): unknown =>
      figuresOf(snapshotWith(headerOf({ ...bare, curvature }), [], records)).sharpness?.negativeShare;
    expect(of([3, 3], [map(0, 100, -2), map(4, 100, -0.5), map(8, 100, 3), map(2, 1, -50)])).toBe(50);
    expect(of([3, 3], [map(4, 100, -0.5)])).toBe(0);
    expect(of([3, 3], [])).toBeUndefined();
    expect(of([1, 1], [map(0, 100, -50)])).toBeUndefined();
  });

  test("have the radius at which the loss doubles, between what the grid tells, once every point has a value", () => {
    const header = headerOf({ ...bare, points: [5, 5] });
    const point = (index: number, loss: number): Point => ({ index, loss, accuracy: 50, lossError: 0 });
    const all = Array.from({ length: 25 }, (_, index) => index);
    // The centre's loss is 0.4. It doubles at α = 1, β = 0 only; on the way from α = 0.5 the chord gets there at 0.99.
    const points = all.map((index) => point(index, index === 14 ? 0.81 : index === 12 ? 0.4 : 0.31));
    const radiusOf = (of: readonly Point[]) => figuresOf(snapshotWith(header, of)).sharpness?.radius;
    expect(radiusOf(points)).toMatchObject({ factor: 2, from: expect.closeTo(0.99, 2) as number, to: 1, measured: 1 });
    expect(radiusOf(points.slice(1))).toBeUndefined();
    expect(radiusOf(all.map((index) => point(index, 0.79)))).toEqual({
      factor: 2,
      from: 1,
      to: "Infinity",
      measured: 1,
    });
  });

  test("have the sharpness as it was measured", () => {
    const values = { epsilon: 5e-4, largest: 2, centre: 1, sharpness: 50, steps: 7 };
    const header = headerOf({ ...bare, sharpness: true });
    expect(figuresOf(snapshotWith(header, [], [{ extra: "sharpness", values }])).sharpness?.epsilon).toEqual(values);
    expect(figuresOf(snapshotWith(header, [])).sharpness).toBeUndefined();
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PointSums, Task, TaskAnswer } from "../../../server/evaluator/messages";
import type { RunExtras, RunHeader } from "../../../server/protocol/result";
import { curvatureAxes, Extras, recordOf } from "../../../server/runs/extras";
import type { ExtraRecord } from "../../../server/runs/extras";
import { extents, headerOf, recordsOf } from "./arbitraries";
import type { Extent } from "./arbitraries";
import { studyOf } from "./header";

const kinds = ["own", "checkpoint", "curvature", "trace", "density", "sharpness"] as const;

/** A run, all that can be measured of it beside its grid in any order, and how much of that is. */
const cases = extents.chain((extent) =>
  fc.record({
    extent: fc.constant(extent),
    records: recordsOf(extent),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

function totalOf({ checkpoints, curvature, traceProbes, densityProbes, sharpness }: Extent): number {
  const map = curvature ? curvature[0] * curvature[1] + traceProbes + densityProbes : 0;
  return checkpoints + map + Number(sharpness);
}

/** The task that a record answers, as a word. */
function answered(record: ExtraRecord): string {
  switch (record.extra) {
    case "checkpoint":
      return `checkpoint ${record.values.checkpoint}`;
    case "curvature":
      return `curvature ${record.values.index}`;
    case "sharpness":
      return "sharpness";
    default:
      return `${record.extra} ${record.probe}`;
  }
}

function asked(task: Task): string {
  if ("checkpoint" in task) return `checkpoint ${task.checkpoint}`;
  if ("index" in task) return `curvature ${task.index}`;
  return "probe" in task ? `${task.kind} ${task.probe}` : task.kind;
}

/** What is measured, whatever its order: made anew from the records, each thing once. */
function expectedValues(extent: Extent, records: readonly ExtraRecord[]): RunExtras | undefined {
  if (totalOf(extent) === 0) return undefined;
  const of = <K extends ExtraRecord["extra"]>(kind: K): Extract<ExtraRecord, { extra: K }>[] =>
    records.filter((record): record is Extract<ExtraRecord, { extra: K }> => record.extra === kind);
  const traceSamples = of("trace").sort((a, b) => a.probe - b.probe);
  const densities = of("density").sort((a, b) => a.probe - b.probe);
  const centre = {
    ...(traceSamples.length > 0 ? { traceSamples: traceSamples.map(({ value }) => value) } : {}),
    ...(densities.length > 0 ? { densities: densities.map(({ values }) => values) } : {}),
    ...(of("curvature").length > 0 ? { parameters: 78_042 } : {}),
  };
  const [sharpness] = of("sharpness");
  return {
    checkpoints: of("checkpoint")
      .map(({ values }) => values)
      .sort((a, b) => a.checkpoint - b.checkpoint),
    curvature: of("curvature")
      .map(({ values }) => values)
      .sort((a, b) => a.index - b.index),
    ...(Object.keys(centre).length > 0 ? { centreCurvature: centre } : {}),
    ...(sharpness ? { sharpness: sharpness.values } : {}),
  };
}

describe("what is measured beside the grid", () => {
  test("is everything that the study asks for, each thing once", () => {
    fc.assert(
      fc.property(cases, ({ extent, records }) => {
        const extras = new Extras(headerOf(extent));
        expect(extras.total).toBe(totalOf(extent));
        expect(
          extras
            .remaining(...kinds)
            .map(asked)
            .sort(),
        ).toEqual(records.map(answered).sort());
      }),
    );
  });

  test("remains to be done, after any part of it in any order, but for that part and in the same order", () => {
    fc.assert(
      fc.property(cases, ({ extent, records, share }) => {
        const extras = new Extras(headerOf(extent));
        const all = extras.remaining(...kinds);
        const part = records.slice(0, Math.round(share * records.length));
        // A part twice is that part once.
        extras.add(part.slice(0, 3));
        extras.add(part);
        const done = new Set(part.map(answered));
        expect(extras.measured).toBe(part.length);
        expect(extras.remaining(...kinds)).toEqual(all.filter((task) => !done.has(asked(task))));
        for (const kind of kinds) {
          const rest = all.filter((task) => task.kind === kind && !done.has(asked(task)));
          expect(extras.remaining(kind)).toEqual(rest);
        }
      }),
    );
  });

  test("has its values in the order of what they belong to, whatever they were measured in", () => {
    fc.assert(
      fc.property(cases, ({ extent, records, share }) => {
        const extras = new Extras(headerOf(extent));
        const part = records.slice(0, Math.round(share * records.length));
        for (const record of part) extras.add([record]);
        expect(extras.values).toEqual(expectedValues(extent, part));
      }),
    );
  });

  test("counts the last of two values of the same thing", () => {
    const extent: Extent = {
      points: [1, 1],
      splits: 0,
      checkpoints: 0,
      curvature: [1, 1],
      traceProbes: 2,
      densityProbes: 0,
      sharpness: false,
    };
    const extras = new Extras(headerOf(extent));
    extras.add([
      { extra: "trace", probe: 1, value: 3 },
      { extra: "trace", probe: 0, value: 5 },
      { extra: "trace", probe: 1, value: 4 },
    ]);
    expect(extras.values?.centreCurvature).toEqual({ traceSamples: [5, 4] });
    expect([extras.measured, extras.total]).toEqual([2, 3]);
  });

  test("is shared with another run of the plane where its settings are the same, a point of a map by its place", () => {
    const bare = { points: [5, 5], splits: 0, checkpoints: 2, densityProbes: 1, sharpness: true } as const;
    const small: Extent = { ...bare, curvature: [3, 1], traceProbes: 1 };
    const large: Extent = { ...bare, curvature: [5, 3], traceProbes: 3 };
    const point = { max: 1, min: 0, residual: [0, 0], symmetry: 0, products: 40 } as const;
    const values = { checkpoint: 1, own: [], inPlane: [] };
    const sharpness = { epsilon: 5e-4, largest: 1, centre: 0.5, sharpness: 3, steps: 9 };
    const had: readonly ExtraRecord[] = [
      { extra: "curvature", values: { ...point, index: 1 }, parameters: 10 },
      { extra: "curvature", values: { ...point, index: 2, max: 2 }, parameters: 10 },
      { extra: "trace", probe: 0, value: 7 },
      { extra: "checkpoint", values },
      { extra: "sharpness", values: sharpness },
    ];
    const shared = (header: RunHeader): readonly ExtraRecord[] => {
      const other = new Extras(headerOf(small));
      other.add(had);
      return new Extras(header).sharedWith(other);
    };
    const found = shared(headerOf(large));
    // The middle and the right end of three columns are the third and the fifth of five, in the middle row of three.
    expect(found).toHaveLength(5);
    expect(found).toEqual(
      expect.arrayContaining([
        { extra: "curvature", values: { ...point, index: 7 }, parameters: 10 },
        { extra: "curvature", values: { ...point, index: 9, max: 2 }, parameters: 10 },
        ...had.slice(2),
      ]),
    );
    const { study, ...rest } = headerOf(large);
    const otherSamples = { ...rest, study: { ...study, curvature: { ...study.curvature!, samples: 64 } } };
    expect(shared(otherSamples).map(answered).sort()).toEqual(["checkpoint 1", "sharpness"]);
    const otherTolerance = { ...rest, study: { ...study, curvature: { ...study.curvature!, tolerance: 0.1 } } };
    expect(shared(otherTolerance).map(answered).sort()).toEqual(["checkpoint 1", "sharpness", "trace 0"]);
    const otherBox = { ...rest, study: { ...study, sharpness: { epsilon: 0.01, samples: 50 } } };
    expect(shared(otherBox).map(answered)).not.toContain("sharpness");
  });

  test("is nothing else", () => {
    fc.assert(
      fc.property(cases, ({ extent, records }) => {
        const extras = new Extras(headerOf({ ...extent, curvature: undefined, checkpoints: 0, sharpness: false }));
        for (const record of records) {
          expect(extras.includes(record)).toBe(false);
          expect(() => extras.add([record])).toThrow("does not ask for");
        }
        expect([extras.measured, extras.values]).toEqual([0, undefined]);
      }),
    );
  });
});

describe("the curvature map", () => {
  const axes = (points: readonly [number, number]): ReturnType<typeof curvatureAxes> =>
    curvatureAxes(headerOf({ ...bare, curvature: points }).study);
  const bare: Extent = {
    points: [5, 5],
    splits: 0,
    checkpoints: 0,
    traceProbes: 0,
    densityProbes: 0,
    sharpness: false,
  };

  test("spans the grid's range; a single column or row is at the model", () => {
    expect(axes([3, 5])).toEqual({ x: [-1, 0, 1], y: [-1, -0.5, 0, 0.5, 1] });
    expect(axes([1, 1])).toEqual({ x: [0], y: [0] });
    expect(axes([1, 2])).toEqual({ x: [0], y: [-1, 1] });
    const fitted = studyOf([5, 5], { grid: { x: [2, 6], y: [-3, 1], points: [5, 5] } });
    const curvature = headerOf({ ...bare, curvature: [1, 3] }).study.curvature!;
    expect(curvatureAxes({ ...fitted, curvature })).toEqual({ x: [0], y: [-3, -1, 1] });
  });

  test("is measured from the model outwards, each task at the coordinates of its index", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), (columns, rows) => {
        const header = headerOf({ ...bare, curvature: [columns, rows] });
        const { x, y } = curvatureAxes(header.study);
        const tasks = new Extras(header).remaining("curvature") as Extract<Task, { kind: "curvature" }>[];
        for (const { index, alpha, beta } of tasks) {
          expect([alpha, beta]).toEqual([x[index % columns], y[(index - (index % columns)) / columns]]);
        }
        if (columns % 2 === 1 && rows % 2 === 1) expect(tasks[0]).toMatchObject({ alpha: 0, beta: 0 });
      }),
    );
  });
});

describe("an evaluator's answer as a record", () => {
  const sums: PointSums = { lossSum: 40, lossSquareSum: 26, correct: 85, count: 100 };

  test("of a checkpoint has means and percentages, the penalty included, for every split", () => {
    const other = { ...sums, correct: NaN, lossSum: Infinity, lossSquareSum: Infinity, penalty: 0.25 };
    expect(recordOf({ kind: "checkpoint", checkpoint: 3, own: [sums, other], inPlane: [other, sums] })).toEqual({
      extra: "checkpoint",
      values: {
        checkpoint: 3,
        own: [
          { loss: 0.4, accuracy: 85, lossError: expect.closeTo(Math.sqrt((0.26 - 0.16) / 99), 10) as number },
          { loss: "Infinity", accuracy: "NaN", lossError: "NaN" },
        ],
        inPlane: [
          { loss: "Infinity", accuracy: "NaN", lossError: "NaN" },
          expect.objectContaining({ loss: 0.4 }) as object,
        ],
      },
    });
    const own = [{ ...sums, penalty: 0.25 }];
    expect(recordOf({ kind: "checkpoint", checkpoint: 3, own, inPlane: [sums] })).toMatchObject({
      values: { own: [{ loss: 0.65 }], inPlane: [{ loss: 0.4 }] },
    });
  });

  test("is what the task asked for; the model's own sums are not kept", () => {
    const values = { epsilon: 5e-4, largest: 2, centre: 1, sharpness: 50, steps: 7 };
    const point = { index: 2, max: 3, min: "NaN", residual: [0, "NaN"], symmetry: 0, products: 30 } as const;
    const answers: [TaskAnswer, ExtraRecord | undefined][] = [
      [{ kind: "own", sums: [sums] }, undefined],
      [
        { kind: "curvature", point, parameters: 11 },
        { extra: "curvature", values: point, parameters: 11 },
      ],
      [
        { kind: "trace", probe: 4, value: NaN },
        { extra: "trace", probe: 4, value: NaN },
      ],
      [
        { kind: "density", probe: 5, density: { values: [1], weights: [1] } },
        { extra: "density", probe: 5, values: { values: [1], weights: [1] } },
      ],
      [
        { kind: "sharpness", values },
        { extra: "sharpness", values },
      ],
    ];
    for (const [answer, record] of answers) expect(recordOf(answer)).toEqual(record);
  });
});

import fc from "fast-check";
import { toJsonNumber } from "../../../server/protocol/numbers";
import type {
  CheckpointFacts,
  CheckpointValues,
  CurvaturePoint,
  JsonNumber,
  Point,
  RunHeader,
  SplitValues,
} from "../../../server/protocol/result";
import type { CurvatureSpec } from "../../../server/protocol/study";
import type { ExtraRecord } from "../../../server/runs/extras";
import { headerFor } from "./header";

/** What a run measures, in numbers. */
export interface Extent {
  readonly points: readonly [number, number];
  /** Further ones. */
  readonly splits: number;
  readonly checkpoints: number;
  readonly curvature?: readonly [number, number];
  readonly traceProbes: number;
  readonly densityProbes: number;
  readonly sharpness: boolean;
}

export const extents: fc.Arbitrary<Extent> = fc.record({
  points: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
  splits: fc.nat(2),
  checkpoints: fc.nat(5),
  curvature: fc.option(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })), { nil: undefined }),
  traceProbes: fc.nat(3),
  densityProbes: fc.nat(3),
  sharpness: fc.boolean(),
}) as fc.Arbitrary<Extent>;

/** The header of a run of that extent. */
export function headerOf(extent: Extent): RunHeader {
  const { points, splits, checkpoints, traceProbes, densityProbes } = extent;
  const header = headerFor(points);
  const curvature: CurvatureSpec | undefined = extent.curvature && {
    points: extent.curvature,
    samples: 50,
    parameters: "kernels",
    traceProbes,
    densityProbes,
    tolerance: 0.01,
  };
  const further = Array.from({ length: splits }, (_, k) => ({
    data: { ...header.data, split: `split ${k + 1}`, samples: 10 + k },
    centre: header.centre,
  }));
  return {
    ...header,
    study: {
      ...header.study,
      ...(curvature ? { curvature } : {}),
      ...(extent.sharpness ? { sharpness: { epsilon: 5e-4, samples: 50 } } : {}),
    },
    ...(splits > 0 ? { splits: further } : {}),
    ...(checkpoints > 0
      ? { trajectory: { drops: [], checkpoints: Array.from({ length: checkpoints }, factsOf) } }
      : {}),
  };
}

function factsOf(_: unknown, k: number): CheckpointFacts {
  return { name: `model_${k}.pt`, path: `/models/model_${k}.pt`, x: 3 - k, y: k / 8, distance: 3 - k, offPlane: 0.5 };
}

/** Any double; the sign of zero is the one thing that a journal does not keep. */
export const doubles = fc.double().map((value) => (value === 0 ? 0 : value));
export const jsonNumbers: fc.Arbitrary<JsonNumber> = doubles.map(toJsonNumber);
export const splitValues: fc.Arbitrary<SplitValues> = fc.record({
  loss: jsonNumbers,
  accuracy: jsonNumbers,
  lossError: jsonNumbers,
});

/** Some points of a run, each at most once, in any order. */
export function pointsOf({ points: [columns, rows], splits }: Extent): fc.Arbitrary<Point[]> {
  const further = fc.array(splitValues, { minLength: splits, maxLength: splits });
  const point = fc
    .tuple(fc.nat(columns * rows - 1), splitValues, further)
    .map(([index, own, others]): Point => ({ index, ...own, ...(splits > 0 ? { further: others } : {}) }));
  return fc.uniqueArray(point, { selector: ({ index }) => index, maxLength: columns * rows });
}

/** One record for everything that a run measures beside its grid, in any order. */
export function recordsOf(extent: Extent): fc.Arbitrary<ExtraRecord[]> {
  const { splits, checkpoints, curvature, traceProbes, densityProbes, sharpness } = extent;
  const each = (count: number, make: (k: number) => fc.Arbitrary<ExtraRecord>): fc.Arbitrary<ExtraRecord>[] =>
    Array.from({ length: count }, (_, k) => make(k));
  const parts = [
    ...each(checkpoints, (k) => checkpointRecord(k, splits + 1)),
    ...(curvature ? each(curvature[0] * curvature[1], curvatureRecord) : []),
    ...(curvature ? each(traceProbes, traceRecord) : []),
    ...(curvature ? each(densityProbes, densityRecord) : []),
    ...each(sharpness ? 1 : 0, () => sharpnessRecord),
  ];
  return fc
    .tuple(...parts)
    .chain((records) => fc.shuffledSubarray(records, { minLength: records.length, maxLength: records.length }));
}

function checkpointRecord(checkpoint: number, splits: number): fc.Arbitrary<ExtraRecord> {
  const values = fc.array(splitValues, { minLength: splits, maxLength: splits });
  return fc
    .record<CheckpointValues>({ checkpoint: fc.constant(checkpoint), own: values, inPlane: values })
    .map((found) => ({ extra: "checkpoint", values: found }));
}

function curvatureRecord(index: number): fc.Arbitrary<ExtraRecord> {
  return fc
    .record<CurvaturePoint>({
      index: fc.constant(index),
      max: jsonNumbers,
      min: jsonNumbers,
      residual: fc.tuple(jsonNumbers, jsonNumbers),
      symmetry: jsonNumbers,
      products: fc.nat(),
    })
    .map((values) => ({ extra: "curvature", values, parameters: 78_042 }));
}

function traceRecord(probe: number): fc.Arbitrary<ExtraRecord> {
  return doubles.map((value) => ({ extra: "trace", probe, value }));
}

function densityRecord(probe: number): fc.Arbitrary<ExtraRecord> {
  return fc.array(fc.tuple(doubles, doubles)).map((entries) => ({
    extra: "density",
    probe,
    values: { values: entries.map(([value]) => value), weights: entries.map(([, weight]) => weight) },
  }));
}

const sharpnessRecord: fc.Arbitrary<ExtraRecord> = fc
  .record({
    epsilon: fc.constant(5e-4),
    largest: jsonNumbers,
    centre: jsonNumbers,
    sharpness: jsonNumbers,
    steps: fc.nat(),
  })
  .map((values) => ({ extra: "sharpness", values }));

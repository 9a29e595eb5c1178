import path from "node:path";
import { describe, expect, test } from "vitest";
import { journalPath } from "../../../server/runs/find";
import { areSameGrids, planeDigest } from "../../../server/study/identity";
import { studyOf } from "./header";

const study = studyOf([51, 51]);
const fingerprints = { [study.model.path]: "aa", [study.data.path]: "bb" };
const own = journalPath(study, fingerprints, "/results");

describe("the path of a journal", () => {
  test("is named after the model", () => {
    expect(path.dirname(own)).toBe(path.normalize("/results"));
    expect(path.basename(own)).toMatch(/^net-[0-9a-f]{8}\.landscape-run\.jsonl$/);
  });

  test("does not depend on how the run is computed", () => {
    const other = { ...study, compute: { engine: "wasm", evaluators: 7, batchSize: 3 } } as const;
    expect(journalPath(other, fingerprints, "/results")).toBe(own);
  });

  test.each([
    ["seed", { directions: { ...study.directions, seed: 1 } }],
    ["normalisation", { directions: { ...study.directions, normalise: "layer" } }],
    ["range", { grid: { ...study.grid, x: [-0.5, 1] } }],
    ["points", { grid: { ...study.grid, points: [51, 41] } }],
    ["samples", { data: { ...study.data, samples: 50 } }],
    ["preprocessing", { preprocess: { scale: 1, mean: [0.5], std: [] } }],
  ] as const)("changes with the %s", (_, over) => {
    expect(journalPath({ ...study, ...over } as typeof study, fingerprints, "/results")).not.toBe(own);
  });

  test("changes with what is asked for beside the grid, which the digest of the plane does not", () => {
    const curved = { ...study, sharpness: { epsilon: 0.01, samples: 9 } };
    expect(journalPath(curved, fingerprints, "/results")).not.toBe(own);
    expect(planeDigest(curved, fingerprints)).toBe(planeDigest(study, fingerprints));
    const other = { ...study, directions: { ...study.directions, seed: 1 } } as typeof study;
    expect(planeDigest(other, fingerprints)).not.toBe(planeDigest(study, fingerprints));
  });

  test("changes with range, shape and tolerance, which the digest of the plane does not, but lines are no surface", () => {
    const plane = planeDigest(study, fingerprints);
    const { grid } = study;
    for (const over of [{ x: [0, 1] }, { points: [5, 7] }, { refine: 0.01 }, { fit: true }] as const) {
      const other = { ...study, grid: { ...grid, ...over } } as typeof study;
      expect(journalPath(other, fingerprints, "/results")).not.toBe(own);
      expect(planeDigest(other, fingerprints)).toBe(plane);
      expect(areSameGrids(other.grid, grid)).toBe(false);
    }
    const family = { ...study, directions: { ...study.directions, count: 3 } } as typeof study;
    expect(planeDigest(family, fingerprints)).toBe(plane);
    expect(journalPath(family, fingerprints, "/results")).not.toBe(own);
    expect(areSameGrids({ ...grid, refine: 0 }, grid)).toBe(true);
    expect(planeDigest({ ...study, grid: { ...grid, lines: true } }, fingerprints)).not.toBe(plane);
  });

  test.each([study.model.path, study.data.path])("changes with the content of %s", (file) => {
    expect(journalPath(study, { ...fingerprints, [file]: "cc" }, "/results")).not.toBe(own);
  });
});

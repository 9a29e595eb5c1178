import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type { Study } from "../protocol/study";
import type { StudyDraft } from "./draft";
import type { FieldPath } from "./faults";
import { maximumPoints, maximumSeed } from "./schema";

/** A rule that values break although each of them alone has the right form. */
export interface BrokenRule {
  readonly field: FieldPath;
  /** A clause without a full stop. */
  readonly message: string;
  readonly advice: string;
}

/** Rules between values that a JSON schema cannot state; those of the schema again for what came another way. */
export function brokenRules(draft: Omit<StudyDraft, "model">): readonly BrokenRule[] {
  const broken: BrokenRule[] = [];
  const expect = (holds: boolean, field: FieldPath, expected: string, found: unknown): void => {
    if (holds) return;
    const name = field.join(".");
    broken.push({
      field,
      message: `"${name}" must be ${expected}, but is ${JSON.stringify(found)}`,
      advice: `Set "${name}" to ${expected}.`,
    });
  };
  const whole = (value: number, minimum: number): boolean => Number.isInteger(value) && value >= minimum;

  const { data, preprocess, directions, grid, compute } = draft;
  for (const axis of ["x", "y"] as const) {
    const range = grid?.[axis];
    // The rows of lines are directions, which have no range.
    if (range === undefined || (axis === "y" && grid?.lines === true)) continue;
    const [from, to] = range;
    const finite = range.length === 2 && Number.isFinite(from) && Number.isFinite(to);
    expect(finite && from < to, ["grid", axis], "two numbers [from, to] with from below to", range);
  }
  if (grid?.points !== undefined) {
    const fit = grid.points.every((count) => whole(count, 1) && count <= maximumPoints);
    const expected = `two whole numbers from 1 to ${maximumPoints}`;
    expect(grid.points.length === 2 && fit, ["grid", "points"], expected, grid.points);
  }
  if (data?.samples !== undefined)
    expect(whole(data.samples, 1), ["data", "samples"], "a whole number of at least 1", data.samples);
  for (const [owner, seed] of [
    ["data", data?.seed],
    ["directions", directions?.seed],
  ] as const) {
    if (seed !== undefined)
      expect(whole(seed, 0) && seed <= maximumSeed, [owner, "seed"], `a whole number from 0 to ${maximumSeed}`, seed);
  }
  if (compute?.evaluators !== undefined) {
    expect(whole(compute.evaluators, 0), ["compute", "evaluators"], "a whole number of at least 0", compute.evaluators);
  }
  if (compute?.batchSize !== undefined) {
    expect(whole(compute.batchSize, 1), ["compute", "batchSize"], "a whole number of at least 1", compute.batchSize);
  }
  if (preprocess?.scale !== undefined) {
    const fit = Number.isFinite(preprocess.scale) && preprocess.scale !== 0;
    expect(fit, ["preprocess", "scale"], "a number other than 0", preprocess.scale);
  }
  const { mean = [], std = [] } = preprocess ?? {};
  expect(mean.every(Number.isFinite), ["preprocess", "mean"], "finite numbers", mean);
  expect(
    std.every((value) => Number.isFinite(value) && value !== 0),
    ["preprocess", "std"],
    "numbers other than 0",
    std,
  );
  const { splits = [], loss, curvature, sharpness, batchNorm, checkpoints } = draft;
  const names = [data?.split, ...splits.map(({ split }) => split)].filter((name) => name !== undefined);
  expect(new Set(names).size === names.length, ["data"], "splits with names of their own", names);
  if (loss?.weightDecay !== undefined) {
    const fit = Number.isFinite(loss.weightDecay) && loss.weightDecay >= 0;
    expect(fit, ["weightDecay"], "a number of at least 0", loss.weightDecay);
  }
  const lines = grid?.lines === true;
  if (directions?.count !== undefined && directions.count !== 1) {
    expect(lines, ["directions", "count"], "1 for a surface; families are of lines (grid.lines)", directions.count);
  }
  if (lines) expect(checkpoints === undefined, ["grid", "lines"], "false where checkpoints make a path", true);
  if (lines) expect(directions?.kind !== "pca", ["directions", "kind"], "another kind for lines", directions?.kind);
  if (grid?.refine !== undefined) {
    expect(grid.refine >= 0 && grid.refine < 1, ["grid", "refine"], "a number from 0 to below 1", grid.refine);
  }
  if (grid?.fit === true) expect(checkpoints !== undefined, ["grid", "fit"], "false without checkpoints", true);
  if (batchNorm === "interpolate" && directions?.kind !== undefined) {
    const between = directions.kind === "to" || directions.kind === "between";
    expect(between, ["directions", "batchNorm"], '"keep" or "recompute" for these directions', batchNorm);
  }
  if (batchNorm === "recompute") {
    const free = curvature === undefined && sharpness === undefined;
    expect(free, ["directions", "batchNorm"], '"keep" where curvature or sharpness is measured', batchNorm);
  }
  if (curvature?.points !== undefined) {
    const fit = curvature.points.every((count) => whole(count, 1) && count <= maximumPoints);
    expect(fit, ["curvature", "points"], `two whole numbers from 1 to ${maximumPoints}`, curvature.points);
  }
  if (sharpness?.epsilon !== undefined) {
    expect(sharpness.epsilon > 0, ["sharpness", "epsilon"], "a number above 0", sharpness.epsilon);
  }
  const lengths = mean.length <= 1 || std.length <= 1 || mean.length === std.length;
  expect(lengths, ["preprocess", "std"], `as long as "preprocess.mean" (${mean.length})`, std);
  return broken;
}

/**
 * Checks a study that did not come from a file: made up from settings and flags, or sent by a client.
 *
 * @throws ProblemError `study-invalid` for the first rule that it breaks.
 */
export function checkStudy(study: Study): void {
  const [first, ...others] = brokenRules(study);
  if (first === undefined) return;
  throw new ProblemError({
    reason: "study-invalid",
    title: "The study is not valid",
    message: `In the study of ${path.basename(study.model.path)}, ${first.message}.`,
    advice: first.advice,
    facts: [first, ...others].map(({ message }) => message),
  });
}

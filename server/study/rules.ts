import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type { LossName, Study } from "../protocol/study";
import type { StudyDraft } from "./draft";
import type { FieldPath } from "./fields";
import { maximumPoints, maximumSeed } from "./choices";

/** A rule that values break although each of them alone has the right form. */
export interface BrokenRule {
  readonly field: FieldPath;
  /** A clause without a full stop. */
  readonly message: string;
  readonly advice: string;
}

type Draft = Omit<StudyDraft, "model">;

/** Notes that a field is not what was expected, unless the rule holds. */
type Expect = (holds: boolean, field: FieldPath, expected: string, found: unknown) => void;

/** Rules between values that a JSON schema cannot state; those of the schema again for what came another way. */
export function brokenRules(draft: Draft): readonly BrokenRule[] {
  const broken: BrokenRule[] = [];
  const expect: Expect = (holds, field, expected, found) => {
    if (holds) return;
    const name = field.join(".");
    broken.push({
      field,
      message: `"${name}" must be ${expected}, but is ${JSON.stringify(found)}`,
      advice: `Set "${name}" to ${expected}.`,
    });
  };
  for (const rules of [gridRules, renameRules, sampleRules, lossRules, directionRules, curvatureRules, computeRules]) {
    rules(draft, expect);
  }
  return broken;
}

function gridRules({ grid, directions, checkpoints }: Draft, expect: Expect): void {
  const lines = grid?.lines === true;
  for (const axis of ["x", "y"] as const) {
    const range = grid?.[axis];
    // The rows of lines are directions, which have no range.
    if (range === undefined || (axis === "y" && lines)) continue;
    const [from, to] = range;
    const finite = range.length === 2 && Number.isFinite(from) && Number.isFinite(to);
    expect(finite && from < to, ["grid", axis], "two numbers [from, to] with from below to", range);
  }
  expectPoints(expect, ["grid", "points"], grid?.points);
  if (grid?.refine !== undefined) {
    expect(grid.refine >= 0 && grid.refine < 1, ["grid", "refine"], "a number from 0 to below 1", grid.refine);
  }
  if (grid?.fit === true) expect(checkpoints !== undefined, ["grid", "fit"], "false without checkpoints", true);
  if (!lines) return;
  expect((checkpoints?.files.length ?? 0) === 0, ["grid", "lines"], "false where checkpoints make a path", true);
  expect(directions?.kind !== "pca", ["directions", "kind"], "another kind for lines", directions?.kind);
}

function renameRules({ weights, rename, checkpoints }: Draft, expect: Expect): void {
  const stars = (pattern: string): number => pattern.split("*").length;
  for (const [owner, pairs] of [["model", rename] as const, ["checkpoints", checkpoints?.rename] as const]) {
    const odd = pairs?.find(([from, to]) => stars(to) > stars(from));
    expect(odd === undefined, [owner, "rename"], "pairs whose second name has no * more than the first", odd);
  }
  const isOf = rename === undefined || rename.length === 0 || weights !== undefined;
  expect(isOf, ["model", "rename"], 'left out without "weights", whose tensors it names', rename);
}

function sampleRules({ data, splits = [], preprocess }: Draft, expect: Expect): void {
  const { samples } = data ?? {};
  if (samples !== undefined) expect(isWhole(samples, 1), ["data", "samples"], "a whole number of at least 1", samples);
  expectSeed(expect, "data", data?.seed);
  const names = [data?.split, ...splits.map(({ split }) => split)].filter((name) => name !== undefined);
  expect(new Set(names).size === names.length, ["data"], "splits with names of their own", names);
  const { scale, mean = [], std = [] } = preprocess ?? {};
  if (scale !== undefined) {
    expect(Number.isFinite(scale) && scale !== 0, ["preprocess", "scale"], "a number other than 0", scale);
  }
  expect(mean.every(Number.isFinite), ["preprocess", "mean"], "finite numbers", mean);
  const fit = std.every((value) => Number.isFinite(value) && value !== 0);
  expect(fit, ["preprocess", "std"], "numbers other than 0", std);
  const { resize, labels } = preprocess ?? {};
  if (resize !== undefined) {
    const sizes = resize.length === 2 && resize.every((extent) => isWhole(extent, 1) && extent <= 65536);
    expect(sizes, ["preprocess", "resize"], "two whole numbers [height, width] from 1 to 65536", resize);
  }
  if (labels?.offset !== undefined) {
    const whole = Number.isSafeInteger(labels.offset);
    expect(whole, ["preprocess", "labels", "offset"], "a whole number", labels.offset);
    const alone = labels.order === undefined || labels.offset === 0;
    expect(alone, ["preprocess", "labels", "offset"], '0 beside an "order" of labels', labels.offset);
  }
  const { order = [] } = labels ?? {};
  const distinct = new Set(order.map(String)).size === order.length;
  expect(distinct, ["preprocess", "labels", "order"], "a list without repetitions", order);
  const lengths = mean.length <= 1 || std.length <= 1 || mean.length === std.length;
  expect(lengths, ["preprocess", "std"], `as long as "preprocess.mean" (${mean.length})`, std);
}

const lossesOfLabels: readonly LossName[] = ["crossEntropy", "sequenceCrossEntropy", "binaryCrossEntropy"];
const lossesOfProbabilities: readonly LossName[] = [...lossesOfLabels, "kullbackLeibler"];

function lossRules({ loss }: Draft, expect: Expect): void {
  const { name, weightDecay, delta, fromLogits, labelSmoothing } = loss ?? {};
  if (weightDecay !== undefined) {
    const fit = Number.isFinite(weightDecay) && weightDecay >= 0;
    expect(fit, ["weightDecay"], "a number of at least 0", weightDecay);
  }
  if (delta !== undefined) {
    expect(Number.isFinite(delta) && delta > 0, ["loss", "delta"], "a number above 0", delta);
  }
  if (labelSmoothing !== undefined) {
    const fit = labelSmoothing >= 0 && labelSmoothing < 1;
    expect(fit, ["loss", "labelSmoothing"], "a number from 0 to below 1", labelSmoothing);
  }
  if (name === undefined) return;
  if (!lossesOfProbabilities.includes(name)) {
    expect(fromLogits === undefined, ["loss", "fromLogits"], `left out for ${name}, which takes numbers`, fromLogits);
  }
  if (!lossesOfLabels.includes(name) && labelSmoothing !== 0) {
    const expected = `left out for ${name}, which has no classes`;
    expect(labelSmoothing === undefined, ["loss", "labelSmoothing"], expected, labelSmoothing);
  }
}

function directionRules({ directions, grid, batchNorm, curvature, sharpness }: Draft, expect: Expect): void {
  expectSeed(expect, "directions", directions?.seed);
  const { count = 1 } = directions ?? {};
  if (count !== 1) {
    const expected = "1 for a surface; families are of lines (grid.lines)";
    expect(grid?.lines === true, ["directions", "count"], expected, count);
  }
  if (batchNorm === "interpolate" && directions?.kind !== undefined) {
    const between = directions.kind === "to" || directions.kind === "between";
    expect(between, ["directions", "batchNorm"], '"keep" or "recompute" for these directions', batchNorm);
  }
  if (batchNorm === "recompute") {
    const free = curvature === undefined && sharpness === undefined;
    expect(free, ["directions", "batchNorm"], '"keep" where curvature or sharpness is measured', batchNorm);
  }
}

function curvatureRules({ curvature, sharpness }: Draft, expect: Expect): void {
  expectPoints(expect, ["curvature", "points"], curvature?.points);
  for (const [owner, spec] of Object.entries({ curvature, sharpness })) {
    const { samples } = spec ?? {};
    if (samples !== undefined) expect(isWhole(samples, 1), [owner, "samples"], "a whole number of at least 1", samples);
  }
  for (const name of ["traceProbes", "densityProbes"] as const) {
    const probes = curvature?.[name];
    if (probes !== undefined) expect(isWhole(probes, 0), ["curvature", name], "a whole number of at least 0", probes);
  }
  const { tolerance } = curvature ?? {};
  if (tolerance !== undefined) {
    expect(Number.isFinite(tolerance) && tolerance > 0, ["curvature", "tolerance"], "a number above 0", tolerance);
  }
  if (sharpness?.epsilon !== undefined) {
    const fit = Number.isFinite(sharpness.epsilon) && sharpness.epsilon > 0;
    expect(fit, ["sharpness", "epsilon"], "a number above 0", sharpness.epsilon);
  }
}

function computeRules({ compute }: Draft, expect: Expect): void {
  for (const [name, minimum] of [
    ["evaluators", 0],
    ["batchSize", 0],
  ] as const) {
    const value = compute?.[name];
    if (value === undefined) continue;
    expect(isWhole(value, minimum), ["compute", name], `a whole number of at least ${minimum}`, value);
  }
}

function expectPoints(expect: Expect, field: FieldPath, points: readonly number[] | undefined): void {
  if (points === undefined) return;
  const fit = points.length === 2 && points.every((count) => isWhole(count, 1) && count <= maximumPoints);
  expect(fit, field, `two whole numbers from 1 to ${maximumPoints}`, points);
}

function expectSeed(expect: Expect, owner: "data" | "directions", seed: number | undefined): void {
  if (seed === undefined) return;
  const expected = `a whole number from 0 to ${maximumSeed}`;
  expect(isWhole(seed, 0) && seed <= maximumSeed, [owner, "seed"], expected, seed);
}

function isWhole(value: number, minimum: number): boolean {
  return Number.isInteger(value) && value >= minimum;
}

/**
 * Checks a study that did not come from a file: made up from settings and flags, or sent by a client.
 *
 * @throws ProblemError `study-invalid` for the first rule that it breaks.
 */
export function checkStudy(study: Study): void {
  const [first, ...others] = [...brokenRules(study), ...brokenRows(study)];
  if (first === undefined) return;
  throw new ProblemError({
    reason: "study-invalid",
    title: "The study is not valid",
    message: `In the study of ${path.basename(study.model.path)}, ${first.message}.`,
    advice: first.advice,
    facts: [first, ...others].map(({ message }) => message),
  });
}

/** Of a complete study, lines have a row for each direction. */
function brokenRows({ grid: { lines, points }, directions }: Study): readonly BrokenRule[] {
  const rows = directions.kind === "random" ? (directions.count ?? 1) : 1;
  if (lines !== true || points[1] === rows) return [];
  return [
    {
      field: ["grid", "points"],
      message: `"grid.points" must have ${rows} as its second number, the number of lines, but is ${JSON.stringify(points)}`,
      advice: `Set "grid.points" to ${JSON.stringify([points[0], rows])}.`,
    },
  ];
}

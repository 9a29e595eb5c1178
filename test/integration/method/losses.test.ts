import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { describeFiles } from "../../../server/evaluator/describeFiles";
import type { Problem } from "../../../server/protocol/problem";
import type { JsonNumber, RunResult, SplitValues } from "../../../server/protocol/result";
import type { LossSpec, Study } from "../../../server/protocol/study";
import { exportFormats, exportRun } from "../../../server/runs/export/export";
import { toResult } from "../../../server/runs/export/json";
import { temporaryFolder } from "../runs/support/folders";
import { runStudy } from "../runs/support/study";
import { expectLoss, levelsOf, resultOf } from "./support";

const folder = path.resolve("test", "fixtures", "losses");

interface Expected {
  readonly loss: number;
  readonly accuracy?: number;
}

interface Case {
  readonly loss: LossSpec;
  readonly centre: Expected;
  readonly moved: Expected;
}

const { alpha, beta, models } = JSON.parse(readFileSync(path.join(folder, "models.json"), "utf8")) as {
  readonly alpha: number;
  readonly beta: number;
  readonly models: Readonly<Record<string, readonly Case[]>>;
};

/** One network of the fixture on all its samples, in batches that do not divide them, over a grid of nine points. */
function studyOf(model: string, loss: LossSpec, over: Partial<Study> = {}): Study {
  return {
    model: { path: path.join(folder, `${model}.onnx`) },
    data: {
      path: path.join(folder, `${model}.npz`),
      x: "x_test",
      y: "y_test",
      split: "test",
      samples: 100,
      sample: "stratified",
      seed: 0,
    },
    preprocess: { scale: 1, mean: [], std: [] },
    loss,
    directions: { kind: "file", path: path.join(folder, `${model}-directions.npz`) },
    grid: { x: [-alpha, alpha], y: [beta, -beta], points: [3, 3] },
    compute: { engine: "onnxruntime", evaluators: 1, batchSize: 5 },
    ...over,
  };
}

async function problemOf(study: Study): Promise<Problem> {
  const { outcome } = await runStudy({ study, resultsFolder: temporaryFolder() });
  expect(outcome.status).toBe("failed");
  return outcome.problem!;
}

function expectValues(found: SplitValues, expected: Expected, what: string): void {
  expectLoss(found.loss, expected.loss, what);
  if (expected.accuracy === undefined) expect(found.accuracy).toBe("NaN");
  else expect(Number(found.accuracy)).toBeCloseTo(expected.accuracy, 9);
}

function at({ surfaces: [surface] }: RunResult, row: number, column: number): SplitValues {
  const cell = (table: readonly (readonly JsonNumber[])[]): JsonNumber => table[row]![column]!;
  return { loss: cell(surface!.loss), accuracy: cell(surface!.accuracy), lossError: cell(surface!.lossError) };
}

const cases = Object.entries(models).flatMap(([model, losses]) => losses.map((each) => ({ model, ...each })));

describe("a surface of another loss agrees with PyTorch", () => {
  test.each(cases)("$model, $loss", async ({ model, loss, centre, moved }) => {
    const result = await resultOf(studyOf(model, loss));
    expectValues(result.centre, centre, "centre");
    expectValues(at(result, 1, 1), centre, "centre of the surface");
    expectValues(at(result, 0, 2), moved, "moved");
    expect(Number(at(result, 0, 2).lossError)).toBeGreaterThan(0);
    expect(levelsOf(result)).toMatchObject({ centre: "ok", finite: "ok", restored: "ok" });
    expect(result.surfaces[0]!.samples).toBe(12);
  });
});

describe("a loss without accuracy", () => {
  const loss: LossSpec = { name: "meanSquaredError" };

  test("is shown, resumed and exported like any other", async () => {
    const resultsFolder = temporaryFolder();
    const study = studyOf("regression", loss);
    const first = await runStudy({ study, resultsFolder });
    // What is sent to the panel survives JSON, NaN included.
    for (const { event } of first.events) expect(JSON.parse(JSON.stringify(event))).toEqual(event);
    const again = await runStudy({ study, resultsFolder });
    expect(again.run.snapshot()!.points).toEqual(first.run.snapshot()!.points);
    const result = toResult(again.run.snapshot()!, 0);
    expect(result.surfaces[0]!.accuracy.flat()).toEqual(new Array(9).fill("NaN"));
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    for (const { name } of exportFormats) {
      const written = await exportRun(result, name);
      expect(written.length, name).toBeGreaterThan(0);
    }
  });

  test("adds its weight decay to the mean", async () => {
    const plain = models["regression"]![0]!;
    const result = await resultOf(studyOf("regression", { ...loss, weightDecay: 0.5 }));
    const without = await resultOf(studyOf("regression", loss));
    const penalty = Number(result.centre.loss) - Number(without.centre.loss);
    expectLoss(without.centre.loss, plain.centre.loss);
    expect(penalty).toBeGreaterThan(0);
    const twice = await resultOf(studyOf("regression", { ...loss, weightDecay: 1 }));
    expect((Number(twice.centre.loss) - Number(without.centre.loss)) / penalty).toBeCloseTo(2, 9);
    expect(at(result, 0, 2).lossError).toBe(at(without, 0, 2).lossError);
  });

  test("is measured along lines and on several splits", async () => {
    const study = studyOf("regression", loss, {
      directions: { kind: "random", seed: 1, normalise: "filter", ignore: "none", count: 2 },
      grid: { x: [-1, 1], y: [0, 0], points: [3, 2], lines: true },
    });
    const result = await resultOf({ ...study, splits: [{ ...study.data, split: "some", samples: 4 }] });
    expect(result.lines.map(({ split, samples, member }) => [split, samples, member])).toEqual([
      ["test", 12, 0],
      ["test", 12, 1],
      ["some", 4, 0],
      ["some", 4, 1],
    ]);
    for (const line of result.lines) {
      expect(line.accuracy).toEqual(["NaN", "NaN", "NaN"]);
      expect(line.loss.every((value) => Number(value) > 0)).toBe(true);
    }
  });
});

describe("what does not belong together is refused", () => {
  const regression = path.join(folder, "regression.npz");

  test("targets of another shape than the outputs", async () => {
    const study = studyOf("sigmoid", { name: "meanSquaredError" });
    const problem = await problemOf({ ...study, data: { ...study.data, path: regression } });
    expect(problem).toMatchObject({ reason: "file-unsupported", file: study.model.path });
    expect(problem.message).toMatch(/has the shape \[5, 4\]; \[samples, 3\], like the targets, was expected/);
  });

  test("numbers as probabilities", async () => {
    const study = studyOf("sigmoid", { name: "binaryCrossEntropy" });
    const problem = await problemOf({ ...study, data: { ...study.data, path: regression } });
    expect(problem).toMatchObject({ reason: "labels-mismatch", file: regression });
    expect(problem.message).toMatch(/has the target .* but targets of binaryCrossEntropy lie in 0 … 1/);
  });

  test("tokens that are no whole numbers", async () => {
    const study = studyOf("sequence", { name: "sequenceCrossEntropy" });
    const problem = await problemOf({ ...study, preprocess: { scale: 0.5, mean: [], std: [] } });
    expect(problem.reason).toBe("data-mismatch");
    expect(problem.message).toMatch(/takes whole numbers up to 2²⁴, but a sample holds \d\.5/);
  });

  test("classes that the model does not have, once it has said how many it has", async () => {
    const study = studyOf("sequence", { name: "sequenceCrossEntropy" });
    const problem = await problemOf({ ...study, data: { ...study.data, y: "x_test" } });
    expect(problem.reason).toBe("labels-mismatch");
    expect(problem.message).toMatch(
      /has the label [78] at sample \d+ of x_test, but sequence.onnx tells 7 classes apart/,
    );
  });

  test("an activation that is applied twice is told", async () => {
    const model = { path: path.join(folder, "softmax.onnx") };
    const noticesOf = async (loss: LossSpec): Promise<string> =>
      (await describeFiles(model, [], {}, loss)).notices.join("\n");
    expect(await noticesOf({ name: "kullbackLeibler", fromLogits: true })).toMatch(
      /softmax\.onnx ends in a Softmax.*twice/,
    );
    expect(await noticesOf({ name: "kullbackLeibler", fromLogits: false })).toBe("");
    expect(await noticesOf({ name: "kullbackLeibler" })).toBe("");
  });

  test("class scores for one loss, numbers for another, when a file is looked at", async () => {
    const model = path.join(folder, "regression.onnx");
    const [numbers] = (await describeFiles({ path: model }, [regression], {}, { name: "huber" })).data;
    expect(numbers).toMatchObject({ samples: 12, names: { x: "x_test", y: "y_test" } });
    expect(numbers!.problem).toBeUndefined();
    const [classes] = (await describeFiles({ path: model }, [regression], {}, { name: "crossEntropy" })).data;
    expect(classes!.problem).toMatchObject({ reason: "labels-mismatch" });
  });
});

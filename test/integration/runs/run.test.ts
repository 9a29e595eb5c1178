import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { enginesInProcess } from "../../../server/evaluator/engines";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { openModel } from "../../../server/formats/open";
import { toInference } from "../../../server/graph/inference";
import { stripFinalActivation } from "../../../server/graph/logits";
import type { Tensor } from "../../../server/graph/tensor";
import type { RandomDirections } from "../../../server/protocol/study";
import { randomDirections } from "../../../server/landscape/directions";
import { Plane } from "../../../server/landscape/plane";
import { originValues } from "../../../server/landscape/values";
import type { Point, RunSnapshot } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { toResult } from "../../../server/runs/export/json";
import { findEarlier } from "../../../server/runs/find";
import { openRun } from "../../../server/runs/open";
import { readAll } from "../../support/data";
import { temporaryFolder } from "./support/folders";
import { evaluatorPath, fixture, resnetStudy, runStudy } from "./support/study";
import type { Finished } from "./support/study";

const study = resnetStudy({ grid: { x: [-1, 1], y: [-0.5, 1], points: [7, 5] } });

function withEvaluators(evaluators: number): Study {
  return { ...study, compute: { ...study.compute, evaluators } };
}

function pointsShown({ events }: Finished): Point[] {
  return events.flatMap(({ event }) => (event.kind === "points" ? event.points : []));
}

/** Mean cross-entropy and number of correct answers, written down once more. */
function evaluate(logits: Tensor, labels: readonly number[]): { loss: number; correct: number } {
  const classes = logits.shape[1]!;
  let loss = 0;
  let correct = 0;
  labels.forEach((label, row) => {
    const scores = Array.from({ length: classes }, (_, c) => Number(logits.data[row * classes + c]));
    const largest = Math.max(...scores);
    loss += Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0)) + largest - scores[label]!;
    if (scores.indexOf(largest) === label) correct++;
  });
  return { loss: loss / labels.length, correct };
}

describe("a run of the fixture's network", () => {
  let one: Finished;
  let two: Finished;
  let snapshot: RunSnapshot;
  /** For each event with points, whether all of them were in the journal when it came. */
  const wasOnDisk: boolean[] = [];

  beforeAll(async () => {
    const resultsFolder = temporaryFolder("file");
    one = await runStudy({ study, resultsFolder }, (event, run) => {
      if (event.kind !== "points") return;
      const lines = readFileSync(run.snapshot()!.journal, "utf8").split("\n");
      wasOnDisk.push(event.points.every(({ index }) => lines.some((line) => line.startsWith(`[${String(index)},`))));
    });
    snapshot = one.run.snapshot()!;
    two = await runStudy({ study: withEvaluators(2), resultsFolder: temporaryFolder("file") });
  });

  test("measures every point and passes all of its checks", () => {
    expect(one.outcome.problem).toBeUndefined();
    expect(one.outcome.status).toBe("done");
    expect(one.outcome.checks.filter(({ level }) => level === "error")).toEqual([]);
    expect(one.outcome.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["centre", "norm-ratio", "cosine", "chance", "restored", "finite", "sampling"]),
    );
    expect(one.outcome.checks.find(({ name }) => name === "restored")?.level).toBe("ok");
    expect(snapshot.status).toBe("done");
    expect(snapshot.points).toHaveLength(35);
    expect(snapshot.header).toMatchObject({
      model: { name: "model", format: "ONNX" },
      data: { split: "test", samples: 100, available: 500, classes: 10 },
      engine: { name: "onnxruntime" },
      directions: { kind: "random", seed: 3, normalisation: "filter" },
      evaluators: 1,
    });
  });

  test("comes to the same bits with two evaluators as with one", () => {
    expect(two.outcome.status).toBe("done");
    expect(two.run.snapshot()!.points).toEqual(snapshot.points);
    expect(two.outcome.checks.find(({ name }) => name === "evaluators")?.level).toBe("ok");
  });

  test("shows the centre first, then coarse before fine, each point once and on disk before it is shown", () => {
    const points = pointsShown(one);
    expect(points.map(({ index }) => index).sort((a, b) => a - b)).toEqual(Array.from({ length: 35 }, (_, i) => i));
    expect(points[0]!.index).toBe(2 * 7 + 3);
    expect(new Set(points.slice(0, 9).map(({ index }) => index))).toEqual(new Set([0, 3, 6, 14, 17, 20, 28, 31, 34]));
    expect(wasOnDisk.length).toBeGreaterThan(0);
    expect(wasOnDisk).not.toContain(false);
  });

  test("sends at most ten messages with points a second, and an estimate for every grid that is complete", () => {
    for (const { events } of [one, two]) {
      const withPoints = events.filter(({ event }) => event.kind === "points");
      withPoints.slice(1).forEach(({ at }, i) => {
        expect(at - withPoints[i]!.at).toBeGreaterThan(95);
      });
      const estimates = events.flatMap(({ event }) => (event.kind === "points" ? (event.estimate ?? []) : []));
      expect(estimates.at(-1)?.from).toEqual([7, 5]);
      const last = withPoints.at(-1)!.event;
      expect(last).toMatchObject({ progress: { measured: 35, total: 35 } });
    }
  });

  test("is the same when its journal is opened", async () => {
    expect(await openRun(one.outcome.journal!)).toEqual(snapshot);
    expect(JSON.parse(JSON.stringify(toResult(snapshot, 1)))).toEqual(toResult(snapshot, 1));
  });

  test("is found again, but not for another engine, seed or file", async () => {
    const { header, journal } = snapshot;
    const folder = path.dirname(journal);
    const compute = { ...study.compute, batchSize: 7, evaluators: 3 };
    const same = { ...study, compute: { ...compute, engine: "auto" } } as const;
    expect(await findEarlier(same, header.fingerprints, folder)).toEqual({ journal, measured: 35, total: 35 });
    const wasm = { ...study, compute: { ...compute, engine: "wasm" } } as const;
    expect(await findEarlier(wasm, header.fingerprints, folder)).toBeUndefined();
    const seed = { ...study, directions: { ...study.directions, seed: 4 } };
    expect(await findEarlier(seed, header.fingerprints, folder)).toBeUndefined();
    expect(await findEarlier(study, { ...header.fingerprints, [study.model.path]: "0" }, folder)).toBeUndefined();
  });

  test("has the values that engine, plane and samples give without evaluators", async () => {
    const { graph } = stripFinalActivation(toInference((await openModel(study.model.path)).graph));
    const plane = new Plane(
      originValues(graph.parameters),
      randomDirections(graph.parameters, study.directions as RandomDirections),
    );
    const { data, x: all } = await readAll(study.data.path, study.data);
    const x = { dtype: "float32", shape: [100, 1, 28, 28], data: all.data.slice(0, 100 * 784) } as Tensor;
    const labels = Array.from({ length: 100 }, (_, i) => Number(data.y.data[i]));
    const engine = await createOnnxRuntimeEngine();
    const executable = await engine.compile(graph);
    for (const index of [0, 9, 17, 34]) {
      const alpha = snapshot.header.x[index % 7]!;
      const beta = snapshot.header.y[Math.floor(index / 7)]!;
      await executable.setParameters(plane.at(alpha, beta));
      const outputs = await executable.run({ [graph.inputs[0]!.name]: x });
      const { loss, correct } = evaluate(outputs[graph.outputs[0]!.name]!, labels);
      // Batches of 50 there, one of 100 here: the engine may order its float32 sums differently.
      const point = snapshot.points[index]!;
      expect(Math.abs(Number(point.loss) / loss - 1)).toBeLessThan(1e-6);
      expect(Math.abs(Number(point.accuracy) - correct)).toBeLessThanOrEqual(1);
    }
    await executable.dispose();
    await engine.dispose();
  });

  test("leaves neither lock nor processes behind, and says nothing more", async () => {
    const count = one.events.length;
    one.run.pause(true);
    one.run.cancel();
    await one.run.finished;
    expect(one.events).toHaveLength(count);
    expect(() => readFileSync(`${one.outcome.journal!}.lock`)).toThrow();
  });
});

describe("the centre of the fixture's network", () => {
  test("has the loss and accuracy that PyTorch found on all 500 samples", async () => {
    const oracle = JSON.parse(readFileSync(path.join(fixture, "oracle.json"), "utf8")) as {
      centre: { loss: number; accuracy: number };
    };
    const all = resnetStudy({
      data: { ...study.data, samples: 500 },
      grid: { x: [0, 0.1], y: [0, 0], points: [1, 1] },
    });
    const { run, outcome } = await runStudy({ study: all, resultsFolder: temporaryFolder() });
    expect(outcome.status).toBe("done");
    const { centre } = run.snapshot()!.header;
    expect(Math.abs(Number(centre.loss) / oracle.centre.loss - 1)).toBeLessThan(1e-5);
    expect(Math.abs(Number(centre.accuracy) - oracle.centre.accuracy)).toBeLessThanOrEqual(0.2 + 1e-9);
  });
});

describe("the other engines", () => {
  test.for(["wasm", "tensorflow"] as const)("%s comes to the values of ONNX Runtime", async (engine, { skip }) => {
    const report = (await enginesInProcess({ evaluatorPath })).find(({ name }) => name === engine)!;
    if (report.state === "missing") return skip(report.detail);
    const small = resnetStudy({
      data: { ...study.data, samples: 50 },
      grid: { x: [-1, 1], y: [-1, 1], points: [3, 3] },
    });
    const other = { ...small, compute: { ...small.compute, engine, evaluators: 2 } };
    const reference = await runStudy({ study: small, resultsFolder: temporaryFolder() });
    const { outcome, run } = await runStudy({ study: other, resultsFolder: temporaryFolder() });
    expect(outcome.status).toBe("done");
    const { header, points } = run.snapshot()!;
    expect(header.engine.name).toBe(engine);
    reference.run.snapshot()!.points.forEach((point, i) => {
      expect(Math.abs(Number(points[i]!.loss) / Number(point.loss) - 1)).toBeLessThan(1e-5);
      expect(Math.abs(Number(points[i]!.accuracy) - Number(point.accuracy))).toBeLessThanOrEqual(2);
    });
    for (const name of ["restored", "evaluators"]) {
      expect(outcome.checks.find((check) => check.name === name)?.level).toBe("ok");
    }
  });
});

import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openModel } from "../../../server/formats/open";
import type { Graph } from "../../../server/graph/graph";
import { serialise } from "../../../server/graph/onnxBytes";
import type { Problem } from "../../../server/protocol/problem";
import type { Study } from "../../../server/protocol/study";
import { idx, npy, npz } from "../../support/data";
import { temporaryFolder } from "./support/folders";
import { resnetStudy, runStudy } from "./support/study";

const study = resnetStudy();
const images = new Float32Array(20 * 28 * 28);

/** The problem that the run of `broken` ends with. What is told to the user must not be a defect of ours. */
async function problemOf(broken: Study): Promise<Problem> {
  const resultsFolder = temporaryFolder();
  const { outcome, log, run } = await runStudy({ study: broken, resultsFolder });
  expect(outcome.status).toBe("failed");
  const problem = outcome.problem!;
  expect(problem.message).toMatch(/^[^\n]+\.$/);
  expect(problem.message).not.toMatch(/\bat .*:\d+:\d+|undefined|\[object/);
  expect(problem.advice).toMatch(/\.$/);
  expect(log.join("\n")).toContain(problem.message);
  expect(run.snapshot()).toBeUndefined();
  expect(readdirSync(resultsFolder)).toEqual([]);
  return problem;
}

function withData(file: string, names: { x?: string; y?: string } = { x: "x_test", y: "y_test" }): Study {
  const { split, samples, sample, seed } = study.data;
  return { ...study, data: { split, samples, sample, seed, path: file, ...names } };
}

/** The fixture's model, changed and written again. */
async function modelLike(change: (graph: Graph) => Graph): Promise<Study> {
  const file = path.join(temporaryFolder(), "changed.onnx");
  writeFileSync(file, serialise(change((await openModel(study.model.path)).graph)).bytes);
  return { ...study, model: { path: file } };
}

describe("one clear sentence, and no journal, for", () => {
  test("a model that is not there", async () => {
    const file = path.join(temporaryFolder(), "gone.onnx");
    const problem = await problemOf({ ...study, model: { path: file } });
    expect(problem).toMatchObject({ reason: "file-missing", file });
    expect(problem.message).toContain("gone.onnx");
  });

  test("a model that is cut off", async () => {
    const file = path.join(temporaryFolder(), "half.onnx");
    const bytes = readFileSync(study.model.path);
    writeFileSync(file, bytes.subarray(0, bytes.length / 2));
    const problem = await problemOf({ ...study, model: { path: file } });
    expect(problem).toMatchObject({ reason: "file-corrupt", file });
  });

  test("a model that is something else", async () => {
    const file = path.join(temporaryFolder(), "text.onnx");
    writeFileSync(file, "This is not a model.\n".repeat(100));
    expect((await problemOf({ ...study, model: { path: file } })).reason).toMatch(/^file-(corrupt|unsupported)$/);
  });

  test("a model with two outputs", async () => {
    const broken = await modelLike((graph) => ({ ...graph, outputs: [...graph.outputs, ...graph.outputs] }));
    const problem = await problemOf(broken);
    expect(problem).toMatchObject({ reason: "file-unsupported", file: broken.model.path });
    expect(problem.message).toContain("2 outputs");
  });

  test("a model whose weights are all zero", async () => {
    const broken = await modelLike((graph) => ({
      ...graph,
      parameters: graph.parameters.map((parameter) => {
        const data = new Float32Array(parameter.tensor.data.length);
        return { ...parameter, tensor: { ...parameter.tensor, data } };
      }),
    }));
    expect((await problemOf(broken)).message).toContain("none can be moved");
  });

  test("data that are not there", async () => {
    const file = path.join(temporaryFolder(), "gone.npz");
    const problem = await problemOf(withData(file));
    expect(problem).toMatchObject({ reason: "data-missing", file });
    expect(problem.message).toContain("gone.npz");
  });

  test("data that are cut off", async () => {
    const file = path.join(temporaryFolder(), "half.npz");
    writeFileSync(file, readFileSync(study.data.path).subarray(0, 5000));
    expect(await problemOf(withData(file))).toMatchObject({ reason: "file-corrupt", file });
  });

  test("samples of another shape", async () => {
    const file = path.join(temporaryFolder(), "shape.npz");
    const arrays = {
      x_test: npy("<f4", [20, 3, 32, 32], new Float32Array(20 * 3 * 32 * 32)),
      y_test: npy("<i4", [20], new Int32Array(20)),
    };
    writeFileSync(file, npz(arrays));
    const problem = await problemOf(withData(file));
    expect(problem).toMatchObject({ reason: "data-mismatch", file });
    expect(problem.message).toContain("model.onnx");
  });

  test.each([true, false])("labels beyond the model's classes, the model saying so: %s", async (isKnown) => {
    const folder = temporaryFolder();
    const file = path.join(folder, "labels.npz");
    const labels = Int32Array.from({ length: 20 }, (_, i) => i);
    writeFileSync(file, npz({ x_test: npy("<f4", [20, 1, 28, 28], images), y_test: npy("<i4", [20], labels) }));
    const model = await modelLike((graph) => ({
      ...graph,
      outputs: graph.outputs.map((output) => (isKnown ? output : { ...output, shape: ["batch", "classes"] })),
    }));
    const problem = await problemOf({ ...withData(file), model: model.model });
    expect(problem).toMatchObject({ reason: "labels-mismatch", file });
    expect(problem.message).toContain("0–19");
    expect(problem.message).toContain("10 outputs");
  });

  test("an engine that is not there", async () => {
    const broken = { ...study, compute: { ...study.compute, engine: "cuda" as "webgpu" } };
    expect((await problemOf(broken)).reason).toBe("engine-unavailable");
  });

  test("a results folder that is a file", async () => {
    const file = path.join(temporaryFolder(), "results");
    writeFileSync(file, "");
    const { outcome } = await runStudy({ study, resultsFolder: file });
    expect(outcome).toMatchObject({ status: "failed", problem: { reason: "journal-unwritable" } });
    expect(outcome.problem!.message).toContain(file);
  });
});

describe("unusual but right", () => {
  test("labels of IDX in a file of their own count for the run's identity", async () => {
    const folder = temporaryFolder();
    const samples = path.join(folder, "t10k-images-idx3-ubyte");
    const labels = path.join(folder, "t10k-labels-idx1-ubyte");
    const pixels = Uint8Array.from({ length: 20 * 784 }, (_, i) => (i * 7919) % 256);
    writeFileSync(samples, idx("uint8", [20, 28, 28], pixels));
    const journals = new Set<string>();
    for (const shift of [0, 1]) {
      writeFileSync(
        labels,
        idx(
          "uint8",
          [20],
          Uint8Array.from({ length: 20 }, (_, i) => (i + shift) % 10),
        ),
      );
      const small = {
        ...withData(samples, { x: path.basename(samples), y: path.basename(labels) }),
        preprocess: { scale: 1 / 255, mean: [], std: [] },
        grid: { ...study.grid, points: [3, 3] },
      } as const;
      const { outcome, run } = await runStudy({ study: small, resultsFolder: folder });
      expect(outcome.status).toBe("done");
      expect(Object.keys(run.snapshot()!.header.fingerprints).sort()).toEqual(
        [small.model.path, samples, labels].sort(),
      );
      journals.add(outcome.journal!);
    }
    expect(journals.size).toBe(2);
  });

  test("a model of fixed batch gives the values of one of any batch, the last batch being filled up", async () => {
    const fixed = await modelLike((graph) => ({
      ...graph,
      inputs: graph.inputs.map((input) => ({ ...input, shape: [32, ...input.shape.slice(1)] })),
      outputs: graph.outputs.map((output) => ({ ...output, shape: [32, ...output.shape.slice(1)] })),
    }));
    const grid = { ...study.grid, points: [3, 3] } as const;
    const any = await runStudy({ study: { ...study, grid }, resultsFolder: temporaryFolder() });
    const filled = await runStudy({ study: { ...fixed, grid }, resultsFolder: temporaryFolder() });
    expect(filled.outcome.status).toBe("done");
    const points = filled.run.snapshot()!.points;
    any.run.snapshot()!.points.forEach((point, i) => {
      expect(Math.abs(Number(points[i]!.loss) / Number(point.loss) - 1)).toBeLessThan(1e-6);
      expect(Math.abs(Number(points[i]!.accuracy) - Number(point.accuracy))).toBeLessThanOrEqual(1);
    });
  });

  test("a folder that was moved goes on with its journal", async () => {
    const grid = { ...study.grid, points: [3, 3] } as const;
    const first = temporaryFolder();
    const second = temporaryFolder();
    for (const folder of [first, second]) copyFileSync(study.model.path, path.join(folder, "model.onnx"));
    const done = await runStudy({
      study: { ...study, grid, model: { path: path.join(first, "model.onnx") } },
      resultsFolder: first,
    });
    const name = path.basename(done.outcome.journal!);
    copyFileSync(path.join(first, name), path.join(second, name));
    const model = { path: path.join(second, "model.onnx") };
    const { outcome, run } = await runStudy({ study: { ...study, grid, model }, resultsFolder: second });
    expect(outcome.journal).toBe(path.join(second, name));
    const { header } = run.snapshot()!;
    expect(header.started).toBe(done.run.snapshot()!.header.started);
    expect(header.study.model).toEqual(model);
    expect(header.model.path).toBe(model.path);
  });
});

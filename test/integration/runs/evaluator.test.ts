import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { describeInProcess } from "../../../server/evaluator/describe";
import { enginesInProcess } from "../../../server/evaluator/engines";
import { EvaluatorLostError, EvaluatorProcess } from "../../../server/evaluator/process";
import { problemFrom } from "../../support/data";
import { temporaryFolder } from "./support/folders";
import { isAlive } from "./support/processes";
import { evaluatorPath, fixture, resnetStudy } from "./support/study";

const study = resnetStudy();

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

async function endOf(pid: number): Promise<boolean> {
  for (let i = 0; i < 1000 && isAlive(pid); i++) await sleep(50);
  return !isAlive(pid);
}

describe("describing a model", () => {
  test("tells what it is, which data fit and why the others do not", async () => {
    const notes = path.join(temporaryFolder(), "notes.npz");
    writeFileSync(notes, "no data at all");
    const gone = path.join(fixture, "gone.npz");
    const description = await describeInProcess(study.model, [study.data.path, notes, gone], { evaluatorPath });
    expect(description).toMatchObject({
      model: { name: "model", path: study.model.path, format: "ONNX", parameters: 19_810 },
      inputShape: [1, 28, 28],
      classes: 10,
      fingerprint: sha256(study.model.path),
    });
    const [fits, isNoData, isGone] = description.data;
    expect(fits).toEqual({
      path: study.data.path,
      files: [study.data.path],
      fingerprints: { [study.data.path]: sha256(study.data.path) },
      samples: 500,
      names: { x: "x_test", y: "y_test" },
      preprocess: { scale: 1, mean: [], std: [] },
      notices: [],
    });
    expect(isNoData?.problem?.file).toBe(notes);
    expect(isGone?.problem?.reason).toBe("data-missing");
  });

  test("looks for the arrays that it is told to", async () => {
    const { data } = await describeInProcess(study.model, [study.data.path], {
      evaluatorPath,
      names: { x: "x_train" },
    });
    expect(data[0]?.problem?.message).toContain("x_train");
  });

  test("knows a model by the files of its weights too", async () => {
    const folder = temporaryFolder();
    const model = path.join(folder, "perceptron-external.onnx");
    const weights = path.join(folder, "perceptron-external.data");
    for (const file of [model, weights]) copyFileSync(path.resolve("test/fixtures/onnx", path.basename(file)), file);
    const before = await describeInProcess({ path: model }, [], { evaluatorPath });
    const bytes = readFileSync(weights);
    bytes[0]! ^= 1;
    writeFileSync(weights, bytes);
    const after = await describeInProcess({ path: model }, [], { evaluatorPath });
    expect(after.fingerprint).not.toBe(before.fingerprint);
    const evaluator = new EvaluatorProcess(evaluatorPath, () => {});
    const external = { ...study, model: { path: model } };
    const { fingerprints } = await evaluator.request({ kind: "fingerprint", study: external });
    expect(fingerprints[model]).toBe(after.fingerprint);
    await evaluator.kill();
  });

  test("refuses a model that is damaged", async () => {
    const file = path.join(temporaryFolder(), "half.onnx");
    writeFileSync(file, readFileSync(study.model.path).subarray(0, 1000));
    const problem = await problemFrom(describeInProcess({ path: file }, [], { evaluatorPath }));
    expect(problem).toMatchObject({ reason: "file-corrupt", file });
  });
});

describe("an evaluator process", () => {
  test("reports every engine, those that are ready with their self-test", async () => {
    const reports = await enginesInProcess({ evaluatorPath });
    const engines = reports.filter(({ label }) => !label.startsWith("ONNX Runtime on "));
    expect(engines.map(({ name }) => name).sort()).toEqual(["onnxruntime", "tensorflow", "wasm", "webgpu"]);
    for (const { state, selfTestError, detail } of reports) {
      expect(detail.length).toBeGreaterThan(0);
      if (state === "ready") expect(selfTestError).toBeLessThan(1e-4);
    }
    expect(engines.find(({ name }) => name === "onnxruntime")?.state).toBe("ready");
  });

  test("gives the same bits at a point whatever it has evaluated before", async () => {
    const evaluator = new EvaluatorProcess(evaluatorPath, () => {});
    await evaluator.request({ kind: "prepare", study });
    const itself = async () => (await evaluator.request({ kind: "task", task: { kind: "centre" } })).answer;
    const at = async (alpha: number, beta: number): Promise<unknown> =>
      (await evaluator.request({ kind: "evaluate", alpha, beta })).sums;
    const pristine = await itself();
    if (pristine.kind !== "centre") throw new Error(pristine.kind);
    const first = await at(0.5, -0.25);
    await at(-1, 1);
    expect(await at(0, 0)).toEqual(pristine.centre.sums[0]);
    await at(-1, 1);
    expect(await itself()).toEqual({ kind: "centre", centre: { ...pristine.centre, seconds: expect.any(Number) } });
    await at(1e30, 1e30);
    expect(await at(0.5, -0.25)).toEqual(first);
    await evaluator.kill();
  });

  test("keeps a loss that is not a number", async () => {
    const evaluator = new EvaluatorProcess(evaluatorPath, () => {});
    await evaluator.request({ kind: "prepare", study });
    const { sums } = await evaluator.request({ kind: "evaluate", alpha: 1e38, beta: 1e38 });
    expect(Number.isFinite(sums.lossSum)).toBe(false);
    expect(sums.count).toBe(100);
    await evaluator.kill();
  });

  test("answers a point that it is not prepared for with a problem, and lives on", async () => {
    const log: string[] = [];
    const evaluator = new EvaluatorProcess(evaluatorPath, (message) => log.push(message));
    const problem = await problemFrom(evaluator.request({ kind: "evaluate", alpha: 0, beta: 0 }));
    expect(problem.reason).toBe("internal");
    expect(log.join("\n")).toContain("Error: the evaluator was asked for a point before it was prepared");
    expect((await evaluator.request({ kind: "fingerprint", study })).fingerprints).toEqual({
      [study.model.path]: sha256(study.model.path),
      [study.data.path]: sha256(study.data.path),
    });
    await evaluator.kill();
  });

  test("rejects what it was asked when it is killed, and everything afterwards", async () => {
    const evaluator = new EvaluatorProcess(evaluatorPath, () => {});
    const asked = evaluator.request({ kind: "prepare", study }).catch((error: unknown) => error);
    await evaluator.kill();
    const error = await asked;
    expect(error).toBeInstanceOf(EvaluatorLostError);
    expect((error as EvaluatorLostError).signal).toBe("SIGKILL");
    await expect(evaluator.request({ kind: "engines" })).rejects.toBeInstanceOf(EvaluatorLostError);
    expect(evaluator.alive).toBe(false);
  });

  test("that cannot start says why, in one line", async () => {
    const missing = path.join(temporaryFolder(), "evaluator.js");
    const problem = await problemFrom(enginesInProcess({ evaluatorPath: missing }));
    expect(problem.reason).toBe("evaluator-lost");
    expect(problem.message).toContain(`exit code 1 (Error: Cannot find module '${missing}')`);
  });

  test("ends by itself when its parent is killed in the middle of the work", async () => {
    const script = `
      const { fork } = require("node:child_process");
      const stdio = ["ignore", "ignore", "ignore", "ipc"];
      const child = fork(${JSON.stringify(evaluatorPath)}, [], { serialization: "advanced", stdio });
      child.on("message", (message) => {
        if (message.kind === "failed") process.exit(1);
        if (message.kind === "prepared") console.log(child.pid);
        child.send({ id: 1, kind: "evaluate", alpha: Math.random(), beta: 0 });
      });
      child.on("exit", () => process.exit(1));
      child.send({ id: 0, kind: "prepare", study: ${JSON.stringify(study)} });`;
    const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const pid = await new Promise<number>((resolve, reject) => {
      parent.stdout.once("data", (text: Buffer) => {
        resolve(Number(text.toString()));
      });
      parent.once("exit", () => {
        reject(new Error("the evaluator was not prepared"));
      });
    });
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    expect(await endOf(pid)).toBe(true);
  });
});

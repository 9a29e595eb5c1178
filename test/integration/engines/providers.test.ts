import path from "node:path";
import { describe, expect, test } from "vitest";
import { openProvider } from "../../../server/engines/open";
import { ExecutionMemory } from "../../../server/evaluator/execution/memory";
import { workingProviders } from "../../../server/evaluator/execution/providers";
import { enginesInProcess } from "../../../server/evaluator/engines";
import { Session } from "../../../server/evaluator/session";
import type { Execution, Study } from "../../../server/protocol/study";
import { useSoftwareGpu } from "../../support/softwareGpu";
import { temporaryFolder } from "../runs/support/folders";
import { centreOf } from "../runs/support/centre";
import { resnetStudy, runStudy } from "../runs/support/study";

const evaluatorPath = path.resolve("dist", "evaluator.js");

test("every processor that ONNX Runtime may compute on is tried in a process of its own, and told of", async () => {
  const reports = await enginesInProcess({ evaluatorPath });
  const others = reports.filter(({ label }) => label.startsWith("ONNX Runtime on "));
  expect(others.length).toBeGreaterThan(0);
  for (const { name, state, detail, selfTestError } of others) {
    expect(name).toBe("onnxruntime");
    if (state === "ready") expect(selfTestError).toBeLessThan(1e-4);
    else expect(detail).toMatch(/^[A-Z].*\.$/s);
  }
}, 120_000);

useSoftwareGpu();

/** The engine, or why WebGPU cannot be tested on this machine. */
const found = await openProvider("webgpu").catch((error: Error) => error.message);

if (typeof found === "string") test.skip(`ONNX Runtime on WebGPU is skipped: ${found}`, () => undefined);
else {
  // The driver in software is slow.
  const samples = 8;
  const study = (execution?: Execution): Study => {
    const base = resnetStudy();
    return {
      ...base,
      data: { ...base.data, samples },
      compute: { engine: "onnxruntime", evaluators: 2, batchSize: 0, ...(execution ? { execution } : {}) },
    };
  };
  const on = (provider: Execution["provider"], way: Execution["way"]): Execution => ({
    provider,
    way,
    batchSize: samples,
    threads: 1,
  });

  describe("ONNX Runtime on WebGPU", () => {
    test("has the losses of the CPU", async () => {
      const losses = async (execution: Execution): Promise<readonly number[]> => {
        const { session, prepared } = await Session.open(study(execution));
        expect(prepared.engine.execution).toEqual(execution);
        const centre = (await centreOf(session)).sums;
        const sums = [...centre, ...(await session.evaluate(0.5, -0.25)), ...(await session.evaluate(0, 0))];
        expect(prepared.engine.device).toBe(execution.provider === "cpu" ? "CPU" : "GPU (WebGPU)");
        await session.dispose();
        return sums.map(({ lossSum }) => lossSum);
      };
      const expected = await losses(on("cpu", "baked"));
      const own = await losses(on("webgpu", "fed"));
      own.forEach((loss, k) => {
        expect(Math.abs(loss - expected[k]!)).toBeLessThanOrEqual(1e-5 * Math.abs(expected[k]!));
      });
    }, 180_000);

    test("is tried once and remembered", async () => {
      const file = path.join(temporaryFolder(), "engines.json");
      const log: string[] = [];
      const memory = new ExecutionMemory(file, (message) => log.push(message));
      const working = await workingProviders({ version: found.version, memory, log: (message) => log.push(message) });
      expect([...working.keys()]).toContain("webgpu");
      for (const engine of working.values()) await engine.dispose();
      expect(log.filter((line) => line.includes("WebGPU"))).toEqual([]);
    }, 120_000);

    test("measures a run with one evaluator, however many there could be", async () => {
      const base = study(on("webgpu", "fed"));
      const { outcome, run } = await runStudy({
        study: { ...base, grid: { x: [-1, 1], y: [-1, 1], points: [3, 3] } },
        resultsFolder: temporaryFolder(),
      });
      expect(outcome.status).toBe("done");
      expect(run.snapshot()!.points).toHaveLength(9);
      expect(outcome.checks.filter(({ level }) => level === "error")).toEqual([]);
    }, 180_000);
  });
}

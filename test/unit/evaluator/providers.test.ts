import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { machineText } from "../../../server/evaluator/execution/key";
import { ExecutionMemory } from "../../../server/evaluator/execution/memory";
import { workingProviders } from "../../../server/evaluator/execution/providers";
import { ProblemError } from "../../../server/protocol/problem";
import type { ProviderName } from "../../../server/protocol/study";

const version = "1.30.0";
const key = `webgpu ${version} ${machineText()}`;
const ready = { name: "onnxruntime", device: "GPU (WebGPU)" } as unknown as Engine;

function problem(reason: "engine-unavailable" | "engine-wrong", message: string): ProblemError {
  return new ProblemError({ reason, title: "No", message, advice: "None." });
}

describe("processors other than the CPU", () => {
  let folder: string;
  let memory: ExecutionMemory;
  let log: string[];
  let tried: ProviderName[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "providers-"));
    log = [];
    tried = [];
    memory = new ExecutionMemory(path.join(folder, "engines.json"), (message) => log.push(message));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const find = async (outcome: Engine | Error, over = memory): Promise<readonly ProviderName[]> => {
    const working = await workingProviders({
      version,
      memory: over,
      log: (message) => log.push(message),
      listed: () => Promise.resolve(["webgpu"]),
      open: (provider) => {
        tried.push(provider);
        return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
      },
    });
    return [...working.keys()];
  };

  test("are taken when their self-test passes, and are so again", async () => {
    expect(await find(ready)).toEqual(["webgpu"]);
    expect(await find(ready)).toEqual(["webgpu"]);
    expect(await memory.provider(key)).toMatchObject({ state: "works" });
    expect(log).toEqual([]);
  });

  test.each([
    ["missing", problem("engine-unavailable", "There is no device.")],
    ["wrong", problem("engine-wrong", "It computes 2 + 2 = 5.")],
  ] as const)("are left alone when they are %s, and the reason is logged each time", async (state, error) => {
    expect(await find(error)).toEqual([]);
    expect(await find(ready)).toEqual([]);
    expect(tried).toEqual(["webgpu"]);
    expect(await memory.provider(key)).toMatchObject({ state, detail: error.message });
    expect(log).toEqual(Array(2).fill(`ONNX Runtime on WebGPU is not used: ${error.message}`));
  });

  test("are tried again when a week has gone", async () => {
    const found = new Date(Date.now() - 8 * 86_400_000).toISOString();
    await memory.rememberProvider(key, { state: "missing", detail: "There was no device.", found });
    expect(await find(ready)).toEqual(["webgpu"]);
  });

  test("are left alone when the process that tried them is gone", async () => {
    const found = new Date().toISOString();
    // No process has this number on any system.
    await memory.rememberProvider(key, { state: "trying", detail: "it is being tried", process: 2 ** 30, found });
    expect(await find(ready)).toEqual([]);
    expect(await find(ready)).toEqual([]);
    expect(tried).toEqual([]);
    expect(await memory.provider(key)).toMatchObject({ state: "stopped" });
    expect(log[0]).toBe("ONNX Runtime on WebGPU is not used: the process that tried it stopped");
  });

  test("are left to a process that is trying them now", async () => {
    const found = new Date().toISOString();
    await memory.rememberProvider(key, { state: "trying", detail: "it is being tried", process: process.ppid, found });
    expect(await find(ready)).toEqual([]);
    expect(await memory.provider(key)).toMatchObject({ state: "trying" });
  });

  test("are not tried where nothing is remembered: a broken driver would end one process after the other", async () => {
    expect(await find(ready, new ExecutionMemory(undefined, () => {}))).toEqual([]);
    expect(tried).toEqual([]);
  });
});

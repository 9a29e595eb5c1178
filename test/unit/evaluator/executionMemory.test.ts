import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ExecutionMemory } from "../../../server/evaluator/execution/memory";
import type { RememberedDivision } from "../../../server/evaluator/execution/division";
import type { RememberedChoice } from "../../../server/evaluator/execution/memory";

const choice: RememberedChoice = {
  execution: { provider: "cpu", way: "fed", batchSize: 320, threads: 1 },
  why: "it is faster",
  found: "2026-01-01T00:00:00.000Z",
  timings: [{ execution: { provider: "cpu", way: "fed", batchSize: 320, threads: 1 }, setUp: 0, run: 1, perPoint: 4 }],
  dropped: [{ execution: { provider: "cpu", way: "plane", batchSize: 100, threads: 1 }, reason: "it is off" }],
};

const division: RememberedDivision = {
  evaluators: 1,
  threads: 2,
  why: "it is faster",
  found: "2026-01-01T00:00:00.000Z",
  timings: [
    { evaluators: 2, threads: 1, perPoint: 20 },
    { evaluators: 1, threads: 2, perPoint: 12 },
  ],
};

describe("what is remembered of executions", () => {
  let folder: string;
  let file: string;
  let log: string[];
  const open = (): ExecutionMemory => new ExecutionMemory(file, (message) => log.push(message));

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "memory-"));
    file = path.join(folder, "new", "engines.json");
    log = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("is there for the next process, in a folder that is made for it", async () => {
    await open().rememberChoice("a", choice);
    await open().rememberProvider("gpu", { state: "stopped", detail: "it crashed", found: choice.found });
    expect(await open().choice("a")).toEqual(choice);
    expect(await open().choice("b")).toBeUndefined();
    expect(await open().provider("gpu")).toMatchObject({ state: "stopped", detail: "it crashed" });
    expect(readdirSync(path.dirname(file))).toEqual(["engines.json"]);
    expect(log).toEqual([]);
  });

  test("has the divisions of the cores beside the choices, and files that had none before", async () => {
    await open().rememberChoice("a", choice);
    expect(JSON.parse(readFileSync(file, "utf8"))).not.toHaveProperty("divisions");
    expect(await open().division("d")).toBeUndefined();
    await open().rememberDivision("d", division);
    expect(await open().division("d")).toEqual(division);
    expect(await open().choice("a")).toEqual(choice);
    await open().rememberChoice("b", choice);
    expect(await open().division("d")).toEqual(division);
    expect(log).toEqual([]);
  });

  test("is there without the times, which earlier versions did not keep", async () => {
    const { execution, why, found } = choice;
    await open().rememberChoice("a", { execution, why, found });
    expect(await open().choice("a")).toEqual({ execution, why, found });
    expect(log).toEqual([]);
  });

  test("is nothing without a file, and nothing is said of one that does not exist yet", async () => {
    const memory = new ExecutionMemory(undefined, (message) => log.push(message));
    await memory.rememberChoice("a", choice);
    expect(await memory.choice("a")).toBeUndefined();
    expect(await open().choice("a")).toBeUndefined();
    expect(log).toEqual([]);
  });

  test.each([
    ["no JSON", "{"],
    ["of another version", '{"version": 2, "choices": {}, "providers": {}}'],
    ["something else", "[1]"],
    ["without its parts", '{"version": 1}'],
    [
      "with an execution that does not exist",
      JSON.stringify({ version: 1, providers: {}, choices: { a: { ...choice, execution: { way: "magic" } } } }),
    ],
    [
      "with a size that is none",
      JSON.stringify({
        version: 1,
        providers: {},
        choices: { a: { ...choice, execution: { ...choice.execution, batchSize: 0 } } },
      }),
    ],
    [
      "with a time that is none",
      JSON.stringify({
        version: 1,
        providers: {},
        choices: { a: { ...choice, timings: [{ ...choice.timings![0], run: null }] } },
      }),
    ],
    [
      "with a division among nobody",
      JSON.stringify({ version: 1, providers: {}, choices: {}, divisions: { d: { ...division, evaluators: 0 } } }),
    ],
    [
      "with a division that was not timed",
      JSON.stringify({ version: 1, providers: {}, choices: {}, divisions: { d: { ...division, timings: [{}] } } }),
    ],
    ["with a provider in no known state", '{"version": 1, "choices": {}, "providers": {"a": {"state": "odd"}}}'],
  ])("passes over a file that is %s, says so, and writes it anew", async (_, text) => {
    await open().rememberChoice("old", choice);
    writeFileSync(file, text);
    expect(await open().choice("a")).toBeUndefined();
    expect(log).toHaveLength(1);
    expect(log[0]).toContain(file);
    await open().rememberChoice("a", choice);
    expect(await open().choice("a")).toEqual(choice);
  });

  test("is forgotten, oldest first, when there is too much", async () => {
    const old = { ...choice, found: "2020-01-01T00:00:00.000Z" };
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, k) => [`key${k}`, choice]));
    await open().rememberChoice("first", choice);
    writeFileSync(file, JSON.stringify({ version: 1, choices: { ...many, old }, providers: {} }));
    await open().rememberChoice("last", { ...choice, found: "2027-01-01T00:00:00.000Z" });
    const { choices } = JSON.parse(readFileSync(file, "utf8")) as { choices: Record<string, unknown> };
    expect(Object.keys(choices)).toHaveLength(500);
    expect(choices).toHaveProperty("last");
    expect(choices).not.toHaveProperty("old");
  });

  test("is measured again next time where it cannot be written", async () => {
    file = path.join(folder, "file", "engines.json");
    writeFileSync(path.join(folder, "file"), "");
    await open().rememberChoice("a", choice);
    expect(log.join()).toContain("cannot be written");
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

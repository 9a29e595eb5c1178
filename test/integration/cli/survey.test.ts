import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { folderWith, root } from "../server/client";

let folder: string;
let cache: string;

beforeEach(async () => {
  folder = await folderWith("model.onnx", "test.npz");
  cache = mkdtempSync(path.join(tmpdir(), "survey-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  rmSync(cache, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function engines(...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  return new Promise((resolve) => {
    const all = [path.join(root, "dist/cli.js"), "engines", ...args];
    const child = execFile(process.execPath, all, { cwd: folder, env }, (_, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

interface Told {
  readonly chosen: {
    readonly way: string;
    readonly batchSize: number;
    readonly why: string;
    readonly remembered?: string;
  };
  readonly isTimedNow: boolean;
  readonly samples: number;
  readonly timings: readonly {
    readonly way: string;
    readonly batchSize: number;
    readonly provider: string;
    readonly threads: number;
    readonly processes: number;
    readonly milliseconds: { readonly perPoint: number; readonly setUp: number; readonly perBatch: number };
    readonly isChosen: boolean;
  }[];
  /** Where there are several cores. */
  readonly division?: {
    readonly processes: number;
    readonly threads: number;
    readonly why: string;
    readonly remembered?: string;
    readonly timings: readonly {
      readonly processes: number;
      readonly threads: number;
      readonly milliseconds: { readonly perPoint: number };
      readonly pointsPerSecond: number;
      readonly isChosen: boolean;
    }[];
  };
}

const told = async (...args: readonly string[]): Promise<Told> => {
  const { code, out } = await engines("--json", "-", ...args);
  expect(code).toBe(0);
  return JSON.parse(out) as Told;
};

test("engines --model tells what each way of measuring a real model takes, which one is taken and why, and remembers it", async () => {
  const first = await told("--model", "model.onnx");
  expect(first.isTimedNow).toBe(true);
  expect(first.samples).toBe(500);
  const onCpu = first.timings.filter(({ provider }) => provider === "cpu");
  expect(new Set(onCpu.map(({ way }) => way))).toEqual(new Set(["baked", "fed", "plane"]));
  for (const { milliseconds, processes, threads } of first.timings) {
    expect(milliseconds.perPoint).toBeGreaterThan(0);
    expect(milliseconds.perPoint).toBeGreaterThanOrEqual(milliseconds.perBatch);
    expect([processes, threads].every((count) => Number.isInteger(count) && count >= 1)).toBe(true);
  }
  expect(first.timings.filter(({ isChosen }) => isChosen)).toMatchObject([
    { way: first.chosen.way, batchSize: first.chosen.batchSize },
  ]);
  expect(first.chosen.why).not.toBe("");
  expect(first.chosen.remembered).toBeUndefined();

  const again = await told("--model", "model.onnx", "--data", "test.npz");
  expect(again.chosen).toMatchObject({
    way: first.chosen.way,
    batchSize: first.chosen.batchSize,
    why: first.chosen.why,
  });
  expect(Number.isNaN(Date.parse(again.chosen.remembered!))).toBe(false);

  const { out, err } = await engines("--model", "model.onnx");
  expect(err).toBe("Data found beside the model: test.npz.\n");
  expect(out).toMatch(/^Data +500 samples of test$/m);
  expect(out).toContain(`: ${first.chosen.why}\n`);
  expect(out).toMatch(/^ +Remembered since [\d-]+ [\d:]+ UTC; --anew times it again\./m);
  expect(out).toMatch(/^weights compiled in +\d+ +cpu +\d+ × \d+ thread/m);
  // One way, and one division of the cores where there is a choice.
  expect(out.match(/ chosen$/gm)).toHaveLength(availableParallelism() > 1 ? 2 : 1);

  const anew = await told("--model", "model.onnx", "--anew");
  expect(anew.isTimedNow).toBe(true);
  expect(anew.chosen.remembered).toBeUndefined();
});

test.skipIf(availableParallelism() < 2)(
  "engines --model tells how processes and threads share the cores, all at work, and remembers it until --anew",
  async () => {
    const cores = availableParallelism();
    const first = await told("--model", "model.onnx");
    const { timings, processes, threads, why, remembered } = first.division!;
    expect(timings[0]).toMatchObject({ processes: cores, threads: 1 });
    expect(timings.at(-1)).toMatchObject({ processes: 1, threads: cores });
    for (const { milliseconds, pointsPerSecond } of timings)
      expect(milliseconds.perPoint * pointsPerSecond).toBeCloseTo(1000, 6);
    expect(timings.filter(({ isChosen }) => isChosen)).toMatchObject([{ processes, threads }]);
    expect(first.chosen).toMatchObject({ processes, threads });
    expect(remembered).toBeUndefined();

    const again = await told("--model", "model.onnx");
    expect(again.division).toEqual({ ...first.division, remembered: again.division!.remembered });
    expect(Number.isNaN(Date.parse(again.division!.remembered!))).toBe(false);

    const { out } = await engines("--model", "model.onnx");
    expect(out).toContain(`Cores   ${why}\n        Remembered since `);
    expect(out).toMatch(/^PROCESSES +MS A POINT, TOGETHER +POINTS A SECOND$/m);
    for (const each of timings)
      expect(out).toMatch(new RegExp(`^${each.processes} × ${each.threads} threads? +\\d`, "m"));

    // A division that is made up is told as it is remembered, and forgotten with --anew.
    const memory = path.join(cache, "loss-landscape", "engines.json");
    const content = JSON.parse(readFileSync(memory, "utf8")) as { divisions: Record<string, object> };
    const forced = Object.entries(content.divisions).map(([key, division]) => [
      key,
      { ...division, evaluators: 1, threads: cores, why: "told by the test" },
    ]);
    writeFileSync(memory, JSON.stringify({ ...content, divisions: Object.fromEntries(forced) as object }));
    expect((await told("--model", "model.onnx")).chosen).toMatchObject({ processes: 1, threads: cores });
    const anew = await told("--model", "model.onnx", "--anew");
    expect(anew.division!.remembered).toBeUndefined();
    expect(anew.division!.why).not.toBe("told by the test");
  },
);

test("what a study says is told as said, beside what its other ways would take", async () => {
  const study = {
    model: "model.onnx",
    data: { path: "test.npz", samples: 100 },
    grid: { points: [5, 5] },
    compute: { batchSize: 50 },
  };
  writeFileSync(path.join(folder, "s.landscape.json"), JSON.stringify(study));
  const { code, out } = await engines("--model", "s.landscape.json");
  expect(code).toBe(0);
  expect(out).toMatch(/^Points +weights compiled in, batches of 50: as the study says$/m);
  for (const way of ["weights compiled in", "weights as inputs", "weights computed in the graph"])
    expect(out).toMatch(new RegExp(`^${way} +50 +cpu`, "m"));
});

test("bad input of engines --model is refused in a sentence", async () => {
  const missing = await engines("--model", "none.onnx");
  expect(missing.code).toBe(1);
  expect(missing.err).toContain("none.onnx, but there is nothing");
  writeFileSync(path.join(folder, "broken.npz"), readFileSync(path.join(folder, "test.npz")).subarray(0, 1000));
  const broken = await engines("--model", "model.onnx", "--data", "broken.npz");
  expect(broken.code).toBe(1);
  expect(broken.err).toContain("broken.npz");
  rmSync(path.join(folder, "test.npz"));
  rmSync(path.join(folder, "broken.npz"));
  const alone = await engines("--model", "model.onnx");
  expect(alone.code).toBe(1);
  expect(alone.err).toContain("Name the data with --data FILE.");
  for (const { out, err } of [missing, broken, alone]) {
    expect(out).toBe("");
    expect(err).not.toContain("    at ");
  }
});

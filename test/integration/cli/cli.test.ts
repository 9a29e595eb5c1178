import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunResult } from "../../../server/protocol/result";
import { evaluatorsOf, isAlive } from "../runs/support/processes";
import { eventually, folderWith, root, ServerClient, smaller } from "../server/client";

let folder: string;
let model: string;

beforeEach(async () => {
  folder = await folderWith("model.onnx", "test.npz");
  model = path.join(folder, "model.onnx");
});
afterEach(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Going {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What was written to standard error so far. */
  err(): string;
}

function start(...args: readonly string[]): Going {
  const child = spawn(process.execPath, [path.join(root, "dist/cli.js"), ...args], { cwd: folder, detached: true });
  let out = "";
  let err = "";
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
  return { child, ended, err: () => err };
}

const cli = (...args: readonly string[]): Promise<Ended> => start(...args).ended;

/** Points in the journal of the run that is going on. */
function pointsOnDisk(): number {
  const results = path.join(folder, ".loss-landscape");
  const journal = existsSync(results) ? readdirSync(results).find((name) => name.endsWith(".jsonl")) : undefined;
  return journal === undefined ? 0 : readFileSync(path.join(results, journal), "utf8").split("\n").length - 2;
}

const resultIn = async (file: string): Promise<RunResult> => JSON.parse(await readFile(file, "utf8")) as RunResult;

describe("run", () => {
  test("writes journal and JSON and says where", async () => {
    const { code, out, err } = await cli("run", "model.onnx", "--points", "3x5", "--samples", "60", "--x", "-1:0.5");
    expect(err).toContain("Data found beside the model: test.npz.");
    expect(code).toBe(0);
    const journal = /^Run +(.*)$/m.exec(out)?.[1] ?? "";
    const json = /^JSON +(.*)$/m.exec(out)?.[1] ?? "";
    expect(path.dirname(journal)).toBe(path.join(folder, ".loss-landscape"));
    expect(json).toBe(journal.replace(/\.jsonl$/, ".json"));
    const result = await resultIn(json);
    expect(result.surfaces[0]).toMatchObject({ split: "test", samples: 60, x: [-1, -0.25, 0.5] });
    expect(result.surfaces[0]?.loss).toHaveLength(5);
    expect(result.surfaces[0]?.loss[0]).toHaveLength(3);
    expect(result.surfaces[0]?.measured.flat()).toEqual(Array<number>(15).fill(1));
    expect(result.timing.evaluations).toBe(15);
    expect(result.timing.seconds).toBeGreaterThan(0);
    expect(out).toContain(`accuracy ${Number(Number(result.centre.accuracy).toFixed(2))} %`);
  });

  test("gives the numbers of the protocol, digit by digit", async () => {
    const client = await ServerClient.start();
    const study = smaller(await client.studyOf(model), 5, 100);
    const outcome = await client.run(study).outcome;
    const opened = await client.open(outcome.journal ?? "");
    await client.kill();
    if (opened.kind !== "run") throw new Error(opened.problem.message);
    const args = ["--points", "5", "--samples", "100", "--sample", "first", "--out", "other", "--json", "-"];
    const { code, out, err } = await cli("run", "model.onnx", ...args);
    expect(code).toBe(0);
    expect(err).toContain("Run     ");
    const result = JSON.parse(out) as RunResult;
    expect(result.study).toEqual(study);
    expect(result.centre).toEqual(opened.snapshot.header.centre);
    const points = [...opened.snapshot.points].sort((first, second) => first.index - second.index);
    expect(result.surfaces[0]?.loss.flat()).toEqual(points.map(({ loss }) => loss));
    expect(result.surfaces[0]?.accuracy.flat()).toEqual(points.map(({ accuracy }) => accuracy));
    expect(path.basename(outcome.journal ?? "")).toBe(
      (await readdir(path.join(folder, "other"))).find((name) => name.endsWith(".jsonl")),
    );
  });

  test("takes a study, and flags before the study's own values", async () => {
    const text = '{"model": "model.onnx", "data": {"path": "test.npz", "samples": 40}, "grid": {"points": 3}}';
    await writeFile(path.join(folder, "s.landscape.json"), text);
    const { code, out } = await cli("run", "s.landscape.json", "--seed", "5", "--json", "-");
    expect(code).toBe(0);
    const { study, directions } = JSON.parse(out) as RunResult;
    expect(study.grid.points).toEqual([3, 3]);
    expect(study.data.samples).toBe(40);
    expect(directions.seed).toBe(5);
  });

  test("keeps a study's range for its own plane, not for another one", async () => {
    const text =
      '{"model": "model.onnx", "data": {"path": "test.npz", "samples": 20}, "grid": {"points": 2, "x": [0, 0.5]}}';
    await writeFile(path.join(folder, "s.landscape.json"), text);
    const own = JSON.parse((await cli("run", "s.landscape.json", "--plane", "random", "--json", "-")).out) as RunResult;
    expect(own.study.grid.x).toEqual([0, 0.5]);
    const line = JSON.parse((await cli("run", "s.landscape.json", "--lines", "--json", "-")).out) as RunResult;
    expect(line.study.grid.x).toEqual([-1, 1]);
  });

  test("interrupted, keeps what was measured and exits with 130; --resume continues it, a fresh run keeps it aside", async () => {
    const args = ["run", "model.onnx", "--points", "11", "--samples", "200"];
    const whole = await cli(...args, "--out", "whole", "--json", "-");
    expect(whole.code).toBe(0);

    const going = start(...args, "--json", "r.json");
    await eventually(() => pointsOnDisk() >= 3, 60_000, "the first points");
    const evaluators = evaluatorsOf(going.child.pid!);
    // As Ctrl-C in a terminal does, to the whole group: the evaluators must leave it to their parent.
    process.kill(-going.child.pid!, "SIGINT");
    const interrupted = await going.ended;
    expect(interrupted.code).toBe(130);
    expect(interrupted.err).toMatch(/\d+ of 121 points are kept in .*--resume continues the run\./);
    expect(evaluators.some(isAlive)).toBe(false);

    const resumed = await cli(...args, "--resume", "--json", "r.json");
    expect(resumed.code).toBe(0);
    const first = JSON.parse(whole.out) as RunResult;
    expect((await resultIn(path.join(folder, "r.json"))).surfaces).toEqual(first.surfaces);
  });

  test("with --resume, takes over what a run of the same plane has, and says how much", async () => {
    const args = (points: number): readonly string[] => [
      "run",
      "model.onnx",
      "--points",
      String(points),
      "--samples",
      "60",
    ];
    const coarse = await cli(...args(3));
    expect(coarse.code).toBe(0);
    const journal = path.basename(/^Run +(.*)$/m.exec(coarse.out)?.[1] ?? "");
    const fine = await cli(...args(5), "--resume", "--json", "fine.json");
    expect(fine.code).toBe(0);
    expect(fine.err).toContain(`Taken   9 points of the same plane, from ${journal}\n`);
    expect(fine.out).toMatch(/^Points +16 points in \d+:\d\d, beside 9 from other runs$/m);
    const anew = await cli(...args(5), "--json", "anew.json");
    expect(anew.code).toBe(0);
    expect(anew.err).not.toContain("Taken");
    expect(anew.out).toMatch(/^Points +25 points in \d+:\d\d$/m);
    const [taken, measured] = await Promise.all(
      ["fine.json", "anew.json"].map((name) => resultIn(path.join(folder, name))),
    );
    expect(taken!.surfaces).toEqual(measured!.surfaces);
    expect([taken, measured].map((result) => result!.timing.evaluations)).toEqual([16, 25]);
  });

  test("an unfinished earlier run without --resume is kept aside, and the user is told", async () => {
    const args = ["run", "model.onnx", "--points", "9", "--samples", "200"];
    const going = start(...args);
    await eventually(() => pointsOnDisk() >= 3, 60_000, "the first points");
    going.child.kill("SIGINT");
    expect((await going.ended).code).toBe(130);
    const again = await cli(...args);
    expect(again.code).toBe(0);
    expect(again.err).toMatch(/An earlier run of this study measured \d+ of 81 points; it is kept aside .*--resume/);
    const names = await readdir(path.join(folder, ".loss-landscape"));
    expect(names.filter((name) => name.endsWith(".old-1"))).toHaveLength(1);
  });
});

describe("what goes wrong is one sentence and what to do, without a stack", () => {
  const clear = ({ code, out, err }: Ended): string => {
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).not.toMatch(/ {4}at |Error:/);
    const lines = err.trimEnd().split("\n");
    expect(lines.at(-2)).toMatch(/^loss-landscape: .*\.$/);
    return lines.at(-2) ?? "";
  };

  test("no model, no data, several data files, corrupt model, invalid study", async () => {
    expect(clear(await cli("run", "gone.onnx"))).toContain("gone.onnx");
    expect(clear(await cli("run", "model.onnx", "--data", "gone.npz"))).toContain("gone.npz");
    await copyFile(path.join(folder, "test.npz"), path.join(folder, "other.npz"));
    expect(clear(await cli("run", "model.onnx"))).toContain("2 files beside model.onnx fit it: test.npz, other.npz.");
    await writeFile(path.join(folder, "bad.onnx"), "no model");
    expect(clear(await cli("describe", "bad.onnx"))).toContain("bad.onnx");
    await writeFile(path.join(folder, "s.landscape.json"), '{"model": "model.onnx", "compute": {"engine": "cuda"}}');
    expect(clear(await cli("run", "s.landscape.json"))).toContain(
      's.landscape.json, line 1, column 47: "compute.engine" must be one of "auto", "onnxruntime"',
    );
  });

  test("wrong usage exits with 2", async () => {
    for (const args of [
      ["run", "model.onnx", "--engine", "cuda"],
      ["run"],
      ["nothing"],
      ["run", "model.onnx", "--points", "0"],
    ]) {
      const { code, err } = await cli(...args);
      expect(code).toBe(2);
      expect(err).toMatch(/^loss-landscape: .*\.\nSee "loss-landscape --help"\.\n$/);
    }
  });
});

test("describe tells of the model and of what a run would do", async () => {
  const { code, out } = await cli("describe", "model.onnx");
  expect(code).toBe(0);
  expect(out).toMatch(/19,810 parameters/);
  expect(out).toMatch(/Input +\[1, 28, 28\]/);
  expect(out).toMatch(/Samples +500 of 500, stratified, split "test"/);
  expect(out).toMatch(/Loss +crossEntropy\n/);
  const json = await cli("describe", "model.onnx", "--json", "-");
  expect(JSON.parse(json.out)).toMatchObject({
    kind: "ready",
    study: { data: { split: "test" } },
    model: { classes: 10 },
  });
});

test("engines lists every engine with its state and why", async () => {
  const { code, out } = await cli("engines");
  expect(code).toBe(0);
  expect(out).toMatch(/^onnxruntime +ONNX Runtime +ready/m);
  const json = JSON.parse((await cli("engines", "--json", "-")).out) as { engines: { name: string; detail: string }[] };
  expect(json.engines.map(({ name }) => name)).toContain("wasm");
  for (const { detail } of json.engines) expect(detail).not.toBe("");
});

test("export converts a journal without computing anything", async () => {
  const run = await cli("run", "model.onnx", "--points", "2x3", "--samples", "20", "--json", "r.json");
  const journal = /^Run +(.*)$/m.exec(run.out)?.[1] ?? "";
  const json = await cli("export", journal, "--format", "json");
  expect(JSON.parse(json.out)).toEqual(await resultIn(path.join(folder, "r.json")));
  const { code } = await cli("export", journal, "--format", "csv", "--out", "r.csv");
  expect(code).toBe(0);
  const lines = (await readFile(path.join(folder, "r.csv"), "utf8")).trimEnd().split("\n");
  const { surfaces } = await resultIn(path.join(folder, "r.json"));
  expect(lines).toHaveLength(1 + 6);
  expect(lines[0]).toBe("split,x,y,loss,accuracy,lossError,measured");
  const { loss, accuracy, lossError } = surfaces[0]!;
  expect(lines[2]).toBe(`test,1,-1,${[loss, accuracy, lossError].map((table) => table[0]![1]!).join(",")},1`);
});

test("help and version", async () => {
  expect((await cli("--help")).out).toContain("Usage: loss-landscape COMMAND");
  expect((await cli("run", "--help")).out).toContain("--points");
  const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as { version: string };
  expect((await cli("--version")).out).toBe(`${version}\n`);
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { queueAddress } from "../../../server/queue/address";
import { Board } from "../../../server/queue/board";
import { buildOf } from "../../../server/queue/build";
import { Connection } from "../../../server/queue/connection";
import type { Remark, RunNotice } from "../../../server/queue/notice";
import type { Study } from "../../../server/protocol/study";
import { startRun } from "../../../server/runs/run";
import type { Run, RunOptions } from "../../../server/runs/run";
import manifest from "../../../package.json";
import type { RunResult } from "../../../server/protocol/result";
import { evaluatorsOf, isAlive } from "../runs/support/processes";
import { eventually, folderWith } from "../server/client";
import { Brake } from "./support/brake";
import { endAll, start } from "./support/commands";
import type { Going } from "./support/commands";
import { hasRedis, RedisServer } from "./support/redis";

const evaluatorPath = path.resolve("dist/evaluator.js");

let redis: RedisServer;
let folder: string;
let embedded: RunResult;
let brake: Brake;
/** Runs of this process. */
const begun: Run[] = [];

const at = (name: string): string => path.join(folder, name);

/** A run of the folder's model; its result goes to a file beside its own results folder. */
function run(out: string, ...flags: readonly string[]): Going {
  return start(commandOf(out, flags));
}

function commandOf(out: string, flags: readonly string[]): readonly string[] {
  const study = ["--points", "7", "--samples", "200", "--plane", "random", "--checkpoints", at("model_*.pt")];
  return ["run", at("model.onnx"), ...study, "--out", at(out), "--json", at(`${out}.json`), ...flags];
}

/** A machine with one evaluator, which does as many jobs as the brake lets it. */
function evaluate(name: string, ...flags: readonly string[]): Going {
  const environment = { ...brake.environment, LOSS_LANDSCAPE_QUEUE: redis.url };
  return start(["evaluate", "--evaluators", "1", "--name", name, ...flags], environment);
}

async function resultOf(out: string): Promise<RunResult> {
  return JSON.parse(await readFile(at(`${out}.json`), "utf8")) as RunResult;
}

/** Points and further records in the journal of a run that is going on. */
function recordsOf(out: string): number {
  const results = at(out);
  const journal = existsSync(results) ? readdirSync(results).find((name) => name.endsWith(".jsonl")) : undefined;
  return journal === undefined ? 0 : readFileSync(path.join(results, journal), "utf8").split("\n").length - 2;
}

const measured = (out: string, count: number): Promise<void> =>
  eventually(() => recordsOf(out) >= count, 60_000, `${String(count)} records of ${out}`);

/** The result is that of one process, to the last bit. */
async function expectTheSame(out: string): Promise<RunResult> {
  const result = await resultOf(out);
  expect(result.surfaces).toEqual(embedded.surfaces);
  expect(result.trajectory).toEqual(embedded.trajectory);
  expect(result.centre).toEqual(embedded.centre);
  return result;
}

/** A run of such a coordinator is refused for this reason. */
async function expectRefusal(which: Pick<RunNotice, "version" | "build">, why: string): Promise<void> {
  const connection = new Connection(queueAddress(redis.url), () => {});
  await connection.tried;
  const board = new Board(connection);
  await board.post({ run: "other", session: "s", ...which, title: "model" } as RunNotice);
  let isOver = false;
  const beat = async (): Promise<void> => {
    for (let beats = 0; !isOver; beats++) {
      await board.beat("other", beats);
      await sleep(300);
    }
  };
  const beating = beat();
  try {
    const worker = evaluate("worker");
    await worker.says(`${why}.`);
    let remarks: readonly Remark[] = [];
    while (remarks.length === 0) remarks = await board.remarks("other", 0);
    expect(remarks[0]).toEqual({ kind: "refused", worker: "worker", why });
  } finally {
    isOver = true;
    await beating;
  }
  await board.withdraw("other");
  expect(await redis.leftovers()).toEqual([]);
  connection.close();
}

const checkOf = ({ checks }: RunResult, name: string) => checks.find((check) => check.name === name);

describe.skipIf(!hasRedis)("evaluators that join by a queue in Redis", () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
    folder = await folderWith("model.onnx", "test.npz", ...[0, 1, 2, 3, 4].map((k) => `model_${String(k)}.pt`));
    expect((await run("embedded", "--evaluators", "2").ended).code).toBe(0);
    embedded = await resultOf("embedded");
  });
  beforeEach(async () => {
    brake = await Brake.make();
  });
  afterEach(async () => {
    const left = begun.splice(0);
    for (const each of left) each.cancel();
    await Promise.all(left.map(({ finished }) => finished));
    await endAll();
    await brake.remove();
  });
  afterAll(async () => {
    await endAll();
    await redis.kill();
    await rm(folder, { recursive: true });
  });

  test("four of them, two of which are killed, measure the same to the last bit, and nothing is left in Redis", async () => {
    const going = run("four", "--queue", redis.url, "--queue-only");
    await going.says("0 of 54 points");
    const workers = [1, 2, 3, 4].map((k) => evaluate(`worker ${String(k)}`));
    const atWork = ({ child }: Going): boolean => evaluatorsOf(child.pid!).some((pid) => brake.held.includes(pid));
    await eventually(() => workers.every(atWork), 100_000, "each of them holds a job");
    const [doomed, others] = [workers.slice(0, 2), workers.slice(2)];
    const orphans = doomed.flatMap(({ child }) => evaluatorsOf(child.pid!));
    expect(orphans).toHaveLength(2);
    for (const { child } of doomed) child.kill("SIGKILL");
    await brake.release();
    const { code, err } = await going.ended;
    expect(code).toBe(0);
    expect(err).toMatch(/1 evaluator of worker \d joined\./);
    const result = await expectTheSame("four");
    expect(checkOf(result, "evaluators")).toMatchObject({ level: "ok", value: 0 });
    const check = checkOf(result, "queue")!;
    expect(check.level).toBe("ok");
    // All points, all checkpoints, and the model once more.
    expect(check.value).toBe(49 + 5 + 1);
    expect(check.message).toMatch(/^4 evaluators joined by the queue at .* and measured 55 of the points and tasks\.$/);
    expect(check.message).toContain(redis.label);
    expect(await redis.leftovers()).toEqual([]);
    await eventually(() => !orphans.some(isAlive), 40_000, "evaluators end with their parents");
    // The others wait for the next run, and leave when they are asked to.
    const [one] = others as [Going];
    await one.says("The run of model is over");
    one.child.kill("SIGTERM");
    expect((await one.ended).code).toBe(0);
  });

  test("files that lie elsewhere are found by what they hold; a machine that has others takes no part and says why", async () => {
    const going = run("elsewhere", "--queue", redis.url, "--queue-only");
    await going.says("0 of 54 points");
    await brake.release();
    await mkdir(at("a/b"), { recursive: true });
    await rename(at("model.onnx"), at("a/b/another name.onnx"));
    await rename(at("test.npz"), at("a/samples.npz"));
    await copyFile(at("model_0.pt"), at("model.onnx"));
    try {
      const stranger = evaluate("stranger");
      await stranger.says(
        `No part in the run of model: "${at("model.onnx")}" on this machine is not the file of the run`,
      );
      await going.says("stranger does not take part");
      const helper = evaluate("helper", "--files", at("a"));
      expect((await going.ended).code).toBe(0);
      await helper.says("The run of model is over");
      expect(stranger.err()).not.toContain("Measuring");
      expect(stranger.err()).not.toMatch(/ {4}at |Error/);
      const result = await expectTheSame("elsewhere");
      expect(checkOf(result, "queue")).toMatchObject({ level: "warning", value: 55 });
      expect(checkOf(result, "queue")!.message).toContain("on this machine is not the file of the run of model");
    } finally {
      await rename(at("a/b/another name.onnx"), at("model.onnx"));
      await rename(at("a/samples.npz"), at("test.npz"));
    }
  });

  test("a wrong password is one sentence, and the run goes on without the queue", async () => {
    const url = redis.urlWith("not the secret");
    const refused = await start(["evaluate", "--queue", url]).ended;
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`The Redis server at ${redis.label} does not accept the user or password`);
    const { code, err } = await run("alone", "--queue", url, "--evaluators", "2", "--verbose").ended;
    expect(code).toBe(0);
    expect(err).toContain("does not accept the user or password of the queue's address; it is tried again.");
    expect(checkOf(await expectTheSame("alone"), "queue")).toMatchObject({ level: "warning", value: 0 });
    const only = await run("nobody", "--queue", url, "--queue-only").ended;
    expect(only.code).toBe(1);
    const written = readdirSync(at("alone")).map((name) => readFileSync(path.join(at("alone"), name), "utf8"));
    for (const text of [refused.err, err, only.err, ...written]) {
      expect(text).not.toMatch(/not(%20| )the(%20| )secret/);
    }
  });

  test("a run whose coordinator was killed is resumed, is cancelled, and ends as if nothing had happened", async () => {
    const worker = evaluate("worker");
    await brake.allow(16);
    const killed = run("resumed", "--queue", redis.url, "--queue-only");
    await measured("resumed", 4);
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(await redis.leftovers()).not.toEqual([]);
    const before = recordsOf("resumed");
    const cancelled = run("resumed", "--queue", redis.url, "--queue-only", "--resume");
    await cancelled.says("1 evaluator of worker joined.");
    await brake.allow(16);
    await measured("resumed", before + 4);
    cancelled.child.kill("SIGINT");
    expect((await cancelled.ended).code).toBe(130);
    expect(recordsOf("resumed")).toBeLessThan(49 + 5);
    await worker.says("The run of model is over");
    expect(await redis.leftovers()).toEqual([]);
    await brake.release();
    const resumed = run("resumed", "--queue", redis.url, "--queue-only", "--resume");
    expect((await resumed.ended).code).toBe(0);
    await expectTheSame("resumed");
  });

  test("when Redis is lost, evaluators here go on; when it is back, those elsewhere do", async () => {
    const worker = evaluate("worker");
    await brake.allow(16);
    const remote = run("back", "--queue", redis.url, "--queue-only");
    await measured("back", 4);
    await redis.kill();
    await remote.says("is lost for the moment");
    await worker.says("cannot be reached");
    await redis.restart();
    await remote.says("is there again");
    await brake.release();
    expect((await remote.ended).code).toBe(0);
    const result = await expectTheSame("back");
    expect(checkOf(result, "queue")!.message).toContain("but the connection was lost once");

    const own = await Brake.make();
    await own.allow(8);
    const here = start(commandOf("here", ["--queue", redis.url, "--evaluators", "1"]), own.environment);
    await measured("here", 2);
    await redis.kill();
    await here.says("is lost for the moment");
    await own.release();
    expect((await here.ended).code).toBe(0);
    expect(checkOf(await expectTheSame("here"), "queue")).toMatchObject({ level: "warning" });
    await own.remove();
    await redis.restart();
  });

  test("what an evaluator here does not come to an end with is done elsewhere", async () => {
    const own = await Brake.make();
    const run = start(commandOf("late", ["--queue", redis.url, "--evaluators", "1"]), own.environment);
    await eventually(() => own.held.length === 1, 100_000, "the evaluator here holds a job");
    await brake.release();
    evaluate("worker");
    expect((await run.ended).code).toBe(0);
    expect(own.passed).toBe(0);
    expect(checkOf(await expectTheSame("late"), "queue")).toMatchObject({ level: "ok", value: 55 });
    expect(await redis.leftovers()).toEqual([]);
    await own.remove();
  });

  test("a machine takes part in one run after the other", async () => {
    const runs = ["first", "second"].map((out) => run(out, "--queue", redis.url, "--queue-only"));
    await Promise.all(runs.map((each) => each.says("0 of 54 points")));
    await brake.release();
    const worker = evaluate("worker");
    for (const { ended } of runs) expect((await ended).code).toBe(0);
    for (const out of ["first", "second"]) await expectTheSame(out);
    expect(worker.err().match(/^Preparing for the run of model\.$/gm)).toHaveLength(2);
    expect(await redis.leftovers()).toEqual([]);
  });

  test("a paused run pauses elsewhere too, and principal directions reach those who measure", async () => {
    const study: Study = {
      ...embedded.study,
      directions: { kind: "pca", centred: true, finalRow: true, ignore: "none" },
      grid: { x: [-1, 1], y: [-1, 1], points: [7, 7], fit: true },
    };
    const begin = (out: string, queue?: RunOptions["queue"]): Run => {
      const run = startRun({
        study,
        mode: "fresh",
        resultsFolder: at(out),
        evaluatorPath,
        ...(queue ? { queue } : {}),
        onEvent: () => {},
        log: () => {},
      });
      begun.push(run);
      return run;
    };
    const pointsOf = (each: Run) => [...each.snapshot()!.points].sort((a, b) => a.index - b.index);
    const own = begin("pca");
    expect((await own.finished).status).toBe("done");

    const worker = evaluate("worker");
    await brake.allow(16);
    const shared = begin("shared pca", { url: redis.url, only: true, version: manifest.version });
    await measured("shared pca", 3);
    shared.pause(true);
    await redis.until(({ isPaused }) => isPaused, "workers are told to take no jobs");
    await brake.release();
    await redis.until(({ active }) => active === 0, "what is in flight is finished");
    const before = brake.passed;
    expect(before).toBeLessThan(49 + 5);
    await sleep(1500);
    expect(brake.passed).toBe(before);
    shared.pause(false);
    expect((await shared.finished).status).toBe("done");
    expect(pointsOf(shared)).toEqual(pointsOf(own));
    expect(worker.err()).toContain("Measuring for the run of model");
  });

  test("a machine with another version takes no part, and both sides say so", async () => {
    await expectRefusal(
      { version: "0.0.1", build: await buildOf(evaluatorPath) },
      `Loss Landscape is ${manifest.version} on worker and 0.0.1 at the coordinator; install the same version`,
    );
  });

  test("nor does one with another build of the same version", async () => {
    const here = await buildOf(evaluatorPath);
    const builds = `(${here}) than at the coordinator (0123456789abcdef)`;
    await expectRefusal(
      { version: manifest.version, build: "0123456789abcdef" },
      `Loss Landscape ${manifest.version} is another build on worker ${builds}; install the same build`,
    );
  });
});

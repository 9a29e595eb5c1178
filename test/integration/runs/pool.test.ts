import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { Workplace } from "../../../server/evaluator/execution/workplace";
import type { PointSums } from "../../../server/evaluator/messages";
import type { Division } from "../../../server/evaluator/execution/division";
import { EvaluatorPool } from "../../../server/evaluator/pool";
import type { PoolPoint } from "../../../server/evaluator/jobs";
import { PoolCancelledError } from "../../../server/evaluator/workload";
import { problemFrom } from "../../support/data";
import { studyOf } from "../../unit/runs/header";
import { temporaryFolder } from "./support/folders";
import { isAlive } from "./support/processes";

/** What the scripted evaluators do; see `support/scripted.cjs`. Points are named by their α. */
interface Script {
  readonly dieOnce?: readonly number[];
  readonly dieAlways?: readonly number[];
  readonly dieInPrepare?: number;
  /** Whoever does not decide how the run is measured dies. */
  readonly dieUnlessFirst?: boolean;
  /** Whoever decides how the run is measured never comes to an end. */
  readonly leaderNever?: boolean;
  /** Of the evaluator that decides how the run is measured, and of the others. */
  readonly engines?: readonly [string, string];
  /** No point is answered before so many evaluators were asked for one. */
  readonly together?: number;
  readonly slow?: readonly number[];
  readonly lastWords?: string;
  /** What evaluators are to try, how long a point takes then, and whether the first one dies of it, or none comes back. */
  readonly divisions?: readonly (Division & {
    readonly perPoint: number;
    readonly dies?: boolean;
    readonly never?: boolean;
  })[];
}

const study = studyOf([5, 5]);
const fingerprints = { [study.model.path]: "aa", [study.data.path]: "bb" };
const pools: EvaluatorPool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

interface Scripted {
  readonly pool: EvaluatorPool;
  readonly log: string[];
  /** Where the evaluators keep count. */
  readonly folder: string;
}

function poolOf(evaluators: number, script: Script): Scripted {
  const folder = temporaryFolder();
  process.env["LOSS_LANDSCAPE_SCRIPT"] = JSON.stringify({ ...script, folder });
  const log: string[] = [];
  const pool = new EvaluatorPool({
    evaluatorPath: path.resolve("test/integration/runs/support/scripted.cjs"),
    evaluators,
    // However busy the machine is, everything is tried.
    patience: Infinity,
    log: (message) => log.push(message),
  });
  pools.push(pool);
  return { pool, log, folder };
}

function pointsOf(count: number): PoolPoint[] {
  return Array.from({ length: count }, (_, index) => ({ index, alpha: index / 10, beta: -index / 20 }));
}

async function measureAll(pool: EvaluatorPool, points: readonly PoolPoint[]): Promise<Map<number, PointSums>> {
  const sums = new Map<number, PointSums>();
  await pool.measure(points, ({ index }, found) => {
    expect(sums.has(index)).toBe(false);
    sums.set(index, found);
  });
  return sums;
}

describe("a pool of evaluators", () => {
  test("keeps as many as there is memory for, once the model's size is known", async () => {
    const { pool } = poolOf(3, { together: 2 });
    expect(pool.parameters).toBe(0);
    await pool.fingerprints(study);
    expect(pool.parameters).toBe(7);
    await pool.keep(2);
    expect(pool.pids).toHaveLength(2);
    await pool.prepare(study, fingerprints);
    expect((await measureAll(pool, pointsOf(60))).size).toBe(60);
    await pool.close();
    expect(pool.report).toMatchObject({ prepared: 2, lost: 0, retired: 0 });
  });

  test("measures every point once, and ends its processes", async () => {
    const { pool } = poolOf(3, {});
    expect(await pool.fingerprints(study)).toEqual(fingerprints);
    await pool.prepare(study, fingerprints);
    const sums = await measureAll(pool, pointsOf(40));
    expect(sums.size).toBe(40);
    const { pids } = pool;
    expect(pids).toHaveLength(3);
    await pool.close();
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test("with one evaluator hands the points out in their order, and serves several batches", async () => {
    const { pool } = poolOf(1, {});
    await pool.prepare(study, fingerprints);
    expect([...(await measureAll(pool, pointsOf(10))).keys()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await measureAll(pool, [])).size).toBe(0);
    expect((await measureAll(pool, pointsOf(2))).size).toBe(2);
  });

  test("gives the point of an evaluator that died to another one", async () => {
    const expected = await (async () => {
      const { pool } = poolOf(1, {});
      await pool.prepare(study, fingerprints);
      return measureAll(pool, pointsOf(20));
    })();
    const { pool } = poolOf(2, { dieOnce: [0, 0.5, 1.9] });
    await pool.prepare(study, fingerprints);
    const sums = await measureAll(pool, pointsOf(20));
    expect(new Map([...sums].sort(([a], [b]) => a - b))).toEqual(expected);
    expect(pool.report).toMatchObject({ lost: 3, retired: 0, disagreement: 0 });
  });

  test("gives up on a point that ends two evaluators in a row, and names it and the cause", async () => {
    const { pool } = poolOf(2, { dieAlways: [0.3], lastWords: "FATAL ERROR: JavaScript heap out of memory" });
    await pool.prepare(study, fingerprints);
    const problem = await problemFrom(measureAll(pool, pointsOf(20)));
    expect(problem.reason).toBe("evaluator-lost");
    expect(problem.message).toContain("α = 0.3, β = -0.15");
    expect(problem.message).toContain("out of memory");
    expect(problem.advice).toContain("kept");
  });

  test("survives evaluators that die while they are preparing, but not for ever", async () => {
    const patient = poolOf(2, { dieInPrepare: 3 });
    await patient.pool.prepare(study, fingerprints);
    expect((await measureAll(patient.pool, pointsOf(5))).size).toBe(5);

    const hopeless = poolOf(2, { dieInPrepare: 1000 });
    const problem = await problemFrom(hopeless.pool.prepare(study, fingerprints));
    expect(problem.reason).toBe("evaluator-lost");
    expect(problem.message).toContain("memory");
    expect(hopeless.pool.report).toMatchObject({ prepared: 0, retired: 2, lost: 6 });
  });

  test("goes on without a place whose evaluators keep dying", async () => {
    const { pool, log } = poolOf(2, { dieUnlessFirst: true });
    await pool.prepare(study, fingerprints);
    expect((await measureAll(pool, pointsOf(30))).size).toBe(30);
    while (pool.report.retired === 0) await sleep(5);
    expect((await measureAll(pool, pointsOf(30))).size).toBe(30);
    expect(log.join("\n")).toContain("given up");
  });

  test("has all evaluators use the engine of the first that is ready", async () => {
    const { pool, log } = poolOf(2, { engines: ["wasm", "onnxruntime"], together: 2 });
    const { engine } = await pool.prepare(study, fingerprints);
    expect(engine.name).toBe("wasm");
    await measureAll(pool, pointsOf(30));
    expect(log.join("\n")).toContain("started again with wasm");
    expect(pool.report).toMatchObject({ prepared: 2, retired: 0, lost: 0 });
  });

  test("hands out nothing while it is paused", async () => {
    const { pool } = poolOf(2, { together: 2 });
    await pool.prepare(study, fingerprints);
    let count = 0;
    const measuring = pool.measure(pointsOf(100), () => {
      if (++count === 10) pool.pause(true);
    });
    while (count < 10) await sleep(5);
    await sleep(200);
    // The other one may have been at work.
    expect(count).toBeLessThanOrEqual(11);
    pool.pause(false);
    await measuring;
    expect(count).toBe(100);
  });

  test("is cancelled however long a point takes, and delivers what was ready", async () => {
    const { pool } = poolOf(2, { slow: [0.4] });
    await pool.prepare(study, fingerprints);
    const delivered: number[] = [];
    const measuring = pool.measure(pointsOf(50).slice(0, 10), ({ index }) => delivered.push(index));
    const outcome = measuring.catch((error: unknown) => error);
    while (delivered.length < 9) await sleep(5);
    const { pids } = pool;
    await pool.cancel();
    expect(await outcome).toBeInstanceOf(PoolCancelledError);
    expect(delivered.sort()).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test("can be cancelled before it is prepared", async () => {
    const { pool } = poolOf(2, {});
    const prepared = pool.prepare(study, fingerprints).catch((error: unknown) => error);
    await pool.cancel();
    expect(await prepared).toBeInstanceOf(PoolCancelledError);
    await expect(pool.measure(pointsOf(1), () => {})).rejects.toBeInstanceOf(PoolCancelledError);
  });

  test("can be cancelled while all wait for the one that decides how the run is measured", async () => {
    const { pool, folder } = poolOf(2, { leaderNever: true });
    const prepared = pool.prepare(study, fingerprints).catch((error: unknown) => error);
    while (!["leading-1", "following-1"].every((name) => existsSync(path.join(folder, name)))) await sleep(5);
    await pool.cancel();
    expect(await prepared).toBeInstanceOf(PoolCancelledError);
  });
});

describe("evaluators that are to share the cores", () => {
  const divisions = [
    { evaluators: 4, threads: 1, perPoint: 40 },
    { evaluators: 2, threads: 2, perPoint: 12 },
    { evaluators: 1, threads: 4, perPoint: 20 },
  ];
  const workplace = (): Workplace => ({ threads: 1, evaluators: 4, memory: path.join(temporaryFolder(), "m.json") });

  test("try every division at the same time, keep the fastest, and end those that are not needed", async () => {
    const { pool, log } = poolOf(4, { divisions, together: 2 });
    const place = workplace();
    const { engine } = await pool.prepare(study, fingerprints, undefined, place);
    expect(engine.execution).toMatchObject({ threads: 2 });
    expect(pool.evaluators).toBe(2);
    expect((await measureAll(pool, pointsOf(60))).size).toBe(60);
    while (pool.pids.filter(isAlive).length > 2) await sleep(5);
    await pool.close();
    expect(pool.report).toMatchObject({ prepared: 2, lost: 0, retired: 0, disagreement: 0 });
    expect(log.join("\n")).toContain("4 processes of 1 thread 40.0 ms, 2 processes of 2 threads 12.0 ms");
    expect(JSON.parse(readFileSync(place.memory!, "utf8"))).toMatchObject({
      divisions: { scripted: { evaluators: 2, threads: 2, timings: divisions } },
    });
  });

  test("stay as many as is usual where nothing is clearly faster", async () => {
    const { pool } = poolOf(4, { divisions: divisions.map((each) => ({ ...each, perPoint: 40 })), together: 4 });
    const { engine } = await pool.prepare(study, fingerprints, undefined, workplace());
    expect(engine.execution).toMatchObject({ threads: 1 });
    expect(pool.evaluators).toBe(4);
    expect((await measureAll(pool, pointsOf(60))).size).toBe(60);
    expect(pool.report).toMatchObject({ prepared: 4, lost: 0, retired: 0 });
  });

  test.each([0, 1, 2])("stay as is usual, and remember nothing, when one of them dies in division %i", async (at) => {
    const dying = divisions.map((each, k) => ({ ...each, dies: k === at }));
    const { pool, log } = poolOf(4, { divisions: dying, together: 4 });
    const place = workplace();
    const { engine } = await pool.prepare(study, fingerprints, undefined, place);
    expect(engine.execution).toMatchObject({ threads: 1 });
    expect((await measureAll(pool, pointsOf(60))).size).toBe(60);
    expect(pool.report).toMatchObject({ prepared: 4, lost: 1, retired: 0 });
    expect(log.join("\n")).toContain("how the cores are shared best was not found out: an evaluator stopped");
    expect(existsSync(place.memory!)).toBe(false);
  });

  test("can be cancelled while they try", async () => {
    const { pool, folder } = poolOf(4, { divisions: divisions.map((each) => ({ ...each, never: true })) });
    const prepared = pool.prepare(study, fingerprints, undefined, workplace()).catch((error: unknown) => error);
    while (!existsSync(path.join(folder, "trying-1-4"))) await sleep(5);
    const { pids } = pool;
    await pool.cancel();
    expect(await prepared).toBeInstanceOf(PoolCancelledError);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

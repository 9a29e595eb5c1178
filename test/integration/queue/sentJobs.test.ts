import { setTimeout as sleep } from "node:timers/promises";
import { Queue, QueueEvents, Worker } from "bullmq";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { jobOf } from "../../../server/evaluator/jobs";
import type { Job, JobAnswer } from "../../../server/evaluator/jobs";
import { Workload } from "../../../server/evaluator/workload";
import { blockingOptions } from "../../../server/queue/connection";
import { queueAddress } from "../../../server/queue/address";
import { encodeReturned } from "../../../server/queue/answers";
import { SentJobs } from "../../../server/queue/sentJobs";
import type { Parcel } from "../../../server/queue/sentJobs";
import { prefix } from "../../../server/queue/settings";
import { eventually } from "../server/client";
import { hasRedis, RedisServer } from "./support/redis";

const sums = { lossSum: 2, lossSquareSum: 4, correct: 1, count: 1 };
const answer = { kind: "evaluated", sums } as unknown as JobAnswer;

let redis: RedisServer;
const endings: (() => Promise<unknown>)[] = [];
let number = 0;

/** Jobs of a run that are in Redis, a worker that takes them by hand, and an evaluator here that has taken the first one. */
async function begin() {
  const name = `jobs-${String(number++)}`;
  const connection = blockingOptions(queueAddress(redis.url));
  const jobs = new Queue<Parcel>(name, { connection, prefix, skipMetasUpdate: true });
  const worker = new Worker<Parcel>(name, undefined, { connection, prefix, autorun: false });
  const events = new QueueEvents(name, { connection, prefix, lastEventId: "0-0" });
  endings.push(
    () => events.close(),
    () => worker.close(true),
    () => jobs.close(),
  );
  const delivered: number[] = [];
  const content = [0, 1].map((k): Job => jobOf({ kind: "evaluate", alpha: k, beta: 0 }, () => delivered.push(k)));
  const workload = new Workload();
  const fresh: number[] = [];
  const sent = new SentJobs({
    jobs,
    session: "session",
    workload,
    onReturned: (_, count) => fresh.push(count),
    fail: (error) => {
      throw error;
    },
    log: () => {},
  });
  events.on("active", ({ jobId }) => sent.began(jobId));
  events.on("completed", ({ jobId, returnvalue }) => sent.completed(jobId, returnvalue));
  const take = async () => (await worker.getNextJob("token", { block: false }))!;
  const finish = async (parcel: Awaited<ReturnType<typeof take>>): Promise<void> => {
    const returned = { worker: "worker", difference: 0, milliseconds: 1, answers: [answer] };
    await parcel.moveToCompleted(encodeReturned(returned), "token", false);
  };

  void workload.add(content);
  const here = (await workload.next())!;
  expect(here).toBe(content[0]);
  // A worker does the other one, so that it is known how long it takes.
  await sent.fill();
  const parcel = await take();
  await eventually(() => sent.active === 1, 20_000, "it is known that a worker has the job");
  await finish(parcel);
  await eventually(() => delivered.length === 1, 20_000, "the worker's answer");
  // What the evaluator here has is late, and waits for a worker too.
  for (; (await jobs.getWaitingCount()) === 0; await sleep(50)) await sent.fill();
  return { jobs, workload, sent, here, delivered, fresh, take, finish };
}

describe.skipIf(!hasRedis)("the copy of a job that an evaluator here was late with", () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterEach(async () => {
    for (const end of endings.splice(0)) await end();
  });
  afterAll(() => redis.kill());

  test("is withdrawn when that evaluator comes to its end after all", async () => {
    const { jobs, workload, sent, here, delivered, take } = await begin();
    workload.deliver(here, answer);
    await sent.settle();
    expect(await jobs.getJobCounts("waiting", "active")).toMatchObject({ waiting: 0, active: 0 });
    expect(await take()).toBeUndefined();
    expect(delivered).toEqual([1, 0]);
  });

  test("is passed over when a worker is at it", async () => {
    const { jobs, workload, sent, here, delivered, fresh, take, finish } = await begin();
    const parcel = await take();
    workload.deliver(here, answer);
    await sent.settle();
    expect(await jobs.getActiveCount()).toBe(1);
    await finish(parcel);
    await eventually(() => fresh.length === 2, 20_000, "the worker's answer");
    expect(fresh).toEqual([1, 0]);
    expect(delivered).toEqual([1, 0]);
  });
});

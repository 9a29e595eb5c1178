import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contentsOf } from "../../../server/evaluator/contents";
import { jobOf } from "../../../server/evaluator/jobs";
import type { JobAnswer, JobCall } from "../../../server/evaluator/jobs";
import { PoolCancelledError, Workload } from "../../../server/evaluator/workload";
import { queueAddress, unreachable } from "../../../server/queue/address";
import { decodeFailed, decodeReturned, encodeReturned } from "../../../server/queue/answers";
import { locate } from "../../../server/queue/located";
import type { Located } from "../../../server/queue/located";
import type { RunNotice } from "../../../server/queue/notice";
import { Pace } from "../../../server/queue/pace";
import { Pulses } from "../../../server/queue/pulses";
import { FORGOTTEN, SILENCE } from "../../../server/queue/settings";
import { decode, encode } from "../../../server/queue/wire";
import { studyOf } from "../runs/header";

describe("the queue's address", () => {
  test("is read with user, password, port and database, and shown without the first two", () => {
    const { label, options } = queueAddress("redis://me:p%40ss@example.org:7000/3");
    expect(label).toBe("redis://example.org:7000/3");
    expect(options).toEqual({ host: "example.org", port: 7000, db: 3, username: "me", password: "p@ss" });
    expect(queueAddress("redis://example.org").options).toEqual({ host: "example.org", port: 6379, db: 0 });
    expect(queueAddress("rediss://a.org").options).toMatchObject({ host: "a.org", tls: { servername: "a.org" } });
    expect(queueAddress("rediss://[::1]").options).toMatchObject({ host: "::1", tls: {} });
    expect(queueAddress("rediss://127.0.0.1").options.tls).toEqual({});
  });

  test.each(["", "localhost:6379", "http://:secret@host", "redis://", "redis://:secret@host/a"])(
    "%j is refused without being repeated",
    (text) => {
      expect(() => queueAddress(text)).toThrow(
        /^The queue's address is not of the form redis:\/\/\[USER:PASSWORD@\]HOST/,
      );
    },
  );

  test("a server that refuses is told from one that is not there", () => {
    const address = queueAddress("redis://:secret@host");
    expect(unreachable(address, new Error("WRONGPASS invalid")).message).toContain(
      "does not accept the user or password",
    );
    const error = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    expect(unreachable(address, error).message).toBe(
      "The Redis server at redis://host:6379/0 cannot be reached (ECONNREFUSED).",
    );
  });
});

describe("what goes through the queue", () => {
  test("numbers come back to the last bit, also those that JSON has no words for", () => {
    const numbers = [0.1 + 0.2, 5e-324, -0, 0, NaN, Infinity, -Infinity, 2 ** 53 + 2, 1 / 3];
    const back = decode(encode({ numbers })) as { numbers: number[] };
    expect(back.numbers.map((number) => Object.is(number, -0))).toEqual(numbers.map((number) => Object.is(number, -0)));
    expect(back.numbers).toEqual(numbers);
  });

  const sums = { lossSum: 1.5, lossSquareSum: 2, correct: NaN, count: 3 };

  test("an answer is one to its own job only", () => {
    const point = jobOf({ kind: "evaluate", alpha: 1, beta: 2 }, () => {});
    const probe = jobOf({ kind: "task", task: { kind: "trace", probe: 2 } }, () => {});
    const answer = { id: 1, kind: "evaluated", sums } satisfies JobAnswer;
    const returned = { worker: "w", difference: 0, milliseconds: 5 };
    const text = encodeReturned({ ...returned, answers: [answer] });
    expect(decodeReturned(text, [point])).toMatchObject({ ...returned, answers: [{ kind: "evaluated", sums }] });
    expect(decodeReturned(text, [probe])).toBeUndefined();
    const trace = (k: number): JobAnswer => ({
      id: 1,
      kind: "performed",
      answer: { kind: "trace", probe: k, value: 1 },
    });
    const two = (k: number): string => encodeReturned({ ...returned, answers: [answer, trace(k)] });
    expect(decodeReturned(two(2), [point, probe])?.answers).toHaveLength(2);
    for (const jobs of [[probe, point], [point], [point, probe, probe]]) {
      expect(decodeReturned(two(2), jobs)).toBeUndefined();
    }
    expect(decodeReturned(two(1), [point, probe])).toBeUndefined();
    for (const strange of [
      "",
      "null",
      "{}",
      '{"worker":"w","difference":0,"milliseconds":1,"answers":[{"kind":"evaluated"}]}',
      '{"worker":"w","difference":0,"milliseconds":1}',
      undefined,
    ]) {
      expect(decodeReturned(strange, [point])).toBeUndefined();
    }
    expect(decodeFailed("job stalled more than allowable limit")).toBeUndefined();
  });
});

describe("what goes to a worker at once", () => {
  const point: JobCall = { kind: "evaluate", alpha: 0, beta: 1 };
  const part: JobCall = { ...point, subset: { first: 0, count: 10, groups: 2 } };

  test("is one call while nothing is known, then as many as are worth the way, and fewer towards the end", () => {
    const pace = new Pace();
    expect(pace.size(point, 1000, 2)).toBe(1);
    pace.learn(point, 1, 10);
    expect(pace.size(point, 1000, 2)).toBe(6);
    expect(pace.size(point, 16, 2)).toBe(4);
    expect(pace.size(point, 4, 2)).toBe(1);
    expect(pace.size(point, 16, 0)).toBe(6);
    expect(pace.size(part, 1000, 2)).toBe(1);
    expect(Pace.areAlike(point, part)).toBe(false);
    expect(Pace.areAlike(point, { ...point, alpha: 2 })).toBe(true);
    for (let k = 0; k < 50; k++) pace.learn(point, 6, 6000);
    expect(pace.size(point, 1000, 2)).toBe(1);
    pace.learn(part, 10, 0.01);
    expect(pace.size(part, 100_000, 2)).toBe(64);
  });
});

describe("a workload", () => {
  const job = (given: string[], name: string) =>
    jobOf({ kind: "task", task: { kind: "own" } }, () => {
      given.push(name);
    });
  const answer: JobAnswer = { id: 1, kind: "performed", answer: { kind: "own", sums: [] } };

  test("delivers a job once, however often it is done, and hands out what is given back first", async () => {
    const workload = new Workload();
    const given: string[] = [];
    const [a, b] = [job(given, "a"), job(given, "b")];
    const finished = workload.add([a, b]);
    expect(workload.take()).toBe(a);
    workload.giveBack(a);
    expect(workload.take()).toBe(a);
    workload.giveBack(a);
    workload.deliver(a, answer);
    workload.deliver(a, answer);
    // What was delivered meanwhile is not handed out again.
    expect(workload.take()).toBe(b);
    expect(workload.take()).toBeUndefined();
    workload.deliver(b, answer);
    await finished;
    expect(given).toEqual(["a", "b"]);
  });

  test("hands out what suits, and again what was begun long ago and is not done", async () => {
    const workload = new Workload();
    const given: string[] = [];
    const [a, b, c] = [job(given, "a"), job(given, "b"), job(given, "c")];
    const finished = workload.add([a, b, c]);
    expect(workload.left).toBe(3);
    expect(await workload.next()).toBe(a);
    expect(workload.take((next) => next !== b)).toBeUndefined();
    expect(workload.take((next) => next === b)).toBe(b);
    expect(await workload.next()).toBe(c);
    expect(workload.takeLate(60_000)).toBeUndefined();
    workload.deliver(a, answer);
    // `b` was not taken by somebody who waits for it; `c` is given once.
    expect(workload.takeLate(-1)).toBe(c);
    expect(workload.takeLate(-1)).toBeUndefined();
    workload.deliver(c, answer);
    workload.deliver(c, answer);
    workload.deliver(b, answer);
    await finished;
    expect(given).toEqual(["a", "c", "b"]);
  });

  test("asks for jobs back when a place idles, and tells who waits when it ends", async () => {
    const workload = new Workload();
    const given: string[] = [];
    const a = job(given, "a");
    const finished = workload.add([a]);
    expect(workload.take()).toBe(a);
    workload.onIdle = () => {
      expect(workload.idle).toBe(1);
      workload.giveBack(a);
    };
    expect(await workload.next()).toBe(a);
    workload.onIdle = undefined;
    const next = workload.next();
    workload.end();
    expect(await next).toBeUndefined();
    await expect(finished).rejects.toThrow(PoolCancelledError);
  });
});

test("a coordinator is alive when its beat changes, silent when it has not for long, and forgotten in the end", () => {
  let now = 0;
  const pulses = new Pulses(() => now);
  const see = (beat: number): void => pulses.see([{ run: "r", session: "s", beat }]);
  see(1);
  // An entry alone may be that of a dead one.
  expect(pulses.isAlive("r")).toBe(false);
  see(2);
  expect(pulses.isAlive("r")).toBe(true);
  now = SILENCE + 1;
  see(2);
  expect(pulses.isAlive("r")).toBe(false);
  expect(pulses.isSilent("r")).toBe(true);
  expect(pulses.forgotten).toEqual([]);
  now = FORGOTTEN + 1;
  see(2);
  expect(pulses.forgotten).toEqual(["r"]);
  see(3);
  expect(pulses.isAlive("r")).toBe(true);
  pulses.see([]);
  expect(pulses.forgotten).toEqual([]);
});

describe("the files of a run", () => {
  let folder: string;
  let notice: RunNotice;
  const at = (...names: readonly string[]): string => path.join(folder, ...names);
  const find = (...folders: readonly string[]): Promise<Located> =>
    locate(notice, { folders, directions: () => Promise.resolve(undefined) });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "landscape-"));
    await mkdir(at("home/data"), { recursive: true });
    await writeFile(at("home/model.onnx"), "model");
    await writeFile(at("home/data/test.npz"), "data");
    const base = studyOf([3, 3]);
    const study = {
      ...base,
      model: { ...base.model, path: at("home/model.onnx") },
      data: { ...base.data, path: at("home/data/test.npz") },
    };
    const files = await contentsOf(study, [], {});
    const fingerprints = Object.fromEntries(files.map((file) => [file.path, file.digest]));
    notice = { run: "r", title: "model", study, files, fingerprints } as unknown as RunNotice;
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("are taken where they are", async () => {
    const located = await find();
    expect(located.study).toEqual(notice.study);
    expect(located.fingerprints).toEqual(notice.fingerprints);
    await located.release();
  });

  test("are taken where they were moved to together", async () => {
    await rename(at("home"), at("elsewhere"));
    const located = await find(folder);
    expect(located.study.model.path).toBe(at("elsewhere/model.onnx"));
    expect(located.study.data.path).toBe(at("elsewhere/data/test.npz"));
    expect(Object.keys(located.fingerprints)).toContain(at("elsewhere/data/test.npz"));
    await located.release();
  });

  test("are brought together by links where they have other names, and the links are removed", async () => {
    await rename(at("home/data/test.npz"), at("numbers.bin"));
    await rename(at("home/model.onnx"), at("network.bin"));
    const located = await find(folder);
    expect(await readFile(located.study.model.path, "utf8")).toBe("model");
    expect(await readFile(located.study.data.path, "utf8")).toBe("data");
    expect(path.basename(located.study.data.path)).toBe("test.npz");
    expect(path.dirname(path.dirname(located.study.data.path))).toBe(path.dirname(located.study.model.path));
    await located.release();
    await expect(readFile(located.study.model.path)).rejects.toThrow("ENOENT");
    expect(await readFile(at("network.bin"), "utf8")).toBe("model");
  });

  test("that are others, or not there, are named in one sentence", async () => {
    // Of the same size.
    await writeFile(at("home/model.onnx"), "MODEL");
    await expect(find()).rejects.toThrow(
      `"${at("home/model.onnx")}" on this machine is not the file of the run of model`,
    );
    await rm(at("home/model.onnx"));
    await expect(find()).rejects.toThrow(/which the run of model needs, is not on this machine\.$/);
    await expect(find(at("home"))).rejects.toThrow(`and none of the files in ${at("home")} is the same.`);
  });
});

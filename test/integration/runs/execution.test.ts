import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { Session } from "../../../server/evaluator/session";
import { float, floatTensor, graphOf, int, node, parameter, valueInfo } from "../../../server/graph/build";
import { serialise } from "../../../server/graph/onnxBytes";
import { divisionsFor } from "../../../server/evaluator/execution/division";
import type { RememberedDivision } from "../../../server/evaluator/execution/division";
import type { Check, RunHeader } from "../../../server/protocol/result";
import type { Execution, Study } from "../../../server/protocol/study";
import { readJournal } from "../../../server/runs/journal";
import type { JournalContent } from "../../../server/runs/record";
import { floats } from "../../support/operatorCase";
import { npy, npz } from "../../support/data";
import { centreOf } from "./support/centre";
import { temporaryFolder } from "./support/folders";
import { evaluatorsOf } from "./support/processes";
import { resnetStudy, runStudy, watch } from "./support/study";

const samples = 1000;
const features = 20;

/** A perceptron on random samples: a point of it takes less time than making a session. */
function smallStudy(folder: string): Study {
  const model = path.join(folder, "perceptron.onnx");
  const data = path.join(folder, "data.npz");
  const graph = graphOf({
    inputs: [valueInfo("x", ["batch", features])],
    outputs: [valueInfo("y", ["batch", 3])],
    nodes: [
      node("Gemm", ["x", "w1", "b1"], ["h"], { transB: int(1) }),
      node("BatchNormalization", ["h", "scale", "shift", "mean", "variance"], ["n"], { epsilon: float(1e-5) }),
      node("Relu", ["n"], ["r"]),
      node("Gemm", ["r", "w2", "b2"], ["y"], { transB: int(1) }),
    ],
    parameters: [
      parameter("w1", floats([16, features], -1, 1, 1)),
      parameter("b1", floats([16], -1, 1, 2), "bias"),
      parameter("scale", floats([16], 0.5, 1.5, 3), "scale"),
      parameter("shift", floats([16], -1, 1, 4), "shift"),
      parameter("mean", floats([16], -1, 1, 5), "mean"),
      parameter("variance", floats([16], 0.5, 1.5, 6), "variance"),
      parameter("w2", floats([3, 16], -1, 1, 7)),
      parameter("b2", floatTensor([3], [0.1, 0.2, 0.3]), "bias"),
    ],
  });
  writeFileSync(model, serialise(graph).bytes);
  const x = floats([samples, features], -2, 2, 8).data as Float32Array;
  const y = BigInt64Array.from({ length: samples }, (_, k) => BigInt(k % 3));
  writeFileSync(data, npz({ x: npy("<f4", [samples, features], x), y: npy("<i8", [samples], y) }));
  return resnetStudy({
    model: { path: model },
    data: { path: data, x: "x", y: "y", split: "data", samples, sample: "first", seed: 0 },
    grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
    compute: { engine: "onnxruntime", evaluators: 1, batchSize: 0 },
  });
}

const execution = (way: Execution["way"], batchSize = 100): Execution => ({
  provider: "cpu",
  way,
  batchSize,
  threads: 1,
});

const using = (study: Study, chosen: Execution): Study => ({
  ...study,
  compute: { ...study.compute, execution: chosen },
});

async function losses(study: Study): Promise<readonly number[]> {
  const { session, prepared } = await Session.open(study);
  expect(prepared.engine.execution).toEqual(study.compute.execution);
  const centre = await centreOf(session);
  expect(centre.checks.filter(({ level }) => level === "error")).toEqual([]);
  const points = [
    [0, 0],
    [0.5, -0.25],
    [-1, 1],
    [1, 0],
  ] as const;
  const found: number[] = [centre.sums[0]!.lossSum];
  for (const [alpha, beta] of points) found.push((await session.evaluate(alpha, beta))[0]!.lossSum);
  const again = await session.perform({ kind: "own" });
  found.push(again.kind === "own" ? again.sums[0]!.lossSum : NaN);
  await session.dispose();
  return found;
}

describe("the ways of execution", () => {
  let small: Study;
  beforeAll(() => {
    small = smallStudy(temporaryFolder("file"));
  });

  test.each([
    ["a perceptron with batch normalisation", () => small],
    ["ResNet-8", () => resnetStudy()],
    [
      "ResNet-8 with weight decay on two splits",
      () => {
        const study = resnetStudy();
        return {
          ...study,
          loss: { name: "crossEntropy", weightDecay: 1e-3 } as const,
          splits: [{ ...study.data, split: "again", samples: 30, x: "x_test", y: "y_test" }],
        };
      },
    ],
  ])("give the same losses for %s", async (_, make) => {
    const study = make();
    const expected = await losses(using(study, execution("baked")));
    const others = [execution("fed"), execution("baked", 64), execution("fed", 1000)];
    if (study.loss.weightDecay === undefined) others.push(execution("plane"), execution("plane", 320));
    for (const other of others) {
      const found = await losses(using(study, other));
      found.forEach((loss, k) => {
        expect(Math.abs(loss - expected[k]!)).toBeLessThanOrEqual(1e-6 * Math.abs(expected[k]!));
      });
      // Back at its own weights, the model has its own loss to the last bit.
      expect(found.at(-1)).toBe(found[0]);
    }
  });

  test.each([
    ["a perceptron with batch normalisation", () => small],
    ["ResNet-8", () => resnetStudy()],
  ])("give the same bits with two threads as with one for %s", async (_, make) => {
    const study = make();
    for (const way of ["baked", "fed", "plane"] as const) {
      const found = await losses(using(study, { ...execution(way), threads: 2 }));
      expect(found).toEqual(await losses(using(study, execution(way))));
    }
  });

  test("run with as many threads as they say", async () => {
    const threadsWith = async (threads: number): Promise<number> => {
      const { session } = await Session.open(using(small, { ...execution("fed"), threads }));
      await session.evaluate(0.5, 0.5);
      const count = readdirSync("/proc/self/task").length;
      await session.dispose();
      return count;
    };
    // What Node starts for itself is there from then on.
    await threadsWith(1);
    expect((await threadsWith(3)) - (await threadsWith(1))).toBe(2);
  });

  test("are chosen by measuring once, and remembered", async () => {
    const memory = path.join(temporaryFolder(), "engines.json");
    const log: string[] = [];
    const options = { workplace: { threads: 1, memory }, log: (message: string) => log.push(message) };
    const followed = await Session.open(small, options);
    expect(followed.prepared.engine.execution).toEqual(execution("baked"));
    expect(existsSync(memory)).toBe(false);
    await followed.session.dispose();

    const first = await Session.open(small, { ...options, leads: true });
    const { execution: chosen, why } = first.prepared.engine;
    // A session for each point takes about as long as ten runs of this model.
    expect(chosen!.way).not.toBe("baked");
    expect(why).toMatch(/^chosen in the settings; weights .*, batches of \d+: .* ms for a point instead of .* ms$/);
    const centre = await centreOf(first.session);
    await first.session.dispose();
    expect(JSON.parse(readFileSync(memory, "utf8"))).toMatchObject({ version: 1 });

    for (const leads of [true, false]) {
      const later = await Session.open(small, { ...options, leads });
      expect(later.prepared.engine).toMatchObject({ execution: chosen, why });
      expect(later.prepared.first).toEqual(first.prepared.first);
      expect((await centreOf(later.session)).sums).toEqual(centre.sums);
      await later.session.dispose();
    }
    // Other processors are tried once; most machines have none.
    expect(log.filter((line) => !/^ONNX Runtime on .* is (not used: .*|slower for this model)$/s.test(line))).toEqual(
      [],
    );
  });

  test("are the usual one where the study states the size of batches, and in a short run", async () => {
    const stated = { ...small, compute: { ...small.compute, batchSize: 250 } };
    const { session, prepared } = await Session.open(stated, { leads: true });
    expect(prepared.engine.execution).toEqual(execution("baked", 250));
    expect(prepared.engine.why).toBe("chosen in the settings; weights compiled in, batches of 250: as the study says");
    await session.dispose();
    const short = { ...small, grid: { ...small.grid, points: [5, 5] as const } };
    const opened = await Session.open(short, { leads: true });
    expect(opened.prepared.engine.execution).toEqual(execution("baked"));
    expect(opened.prepared.engine.why).toContain("the run is short");
    await opened.session.dispose();
  });
});

describe("a run", () => {
  test("is shared and resumed in the way that its first evaluator chose", async () => {
    const study = {
      ...smallStudy(temporaryFolder()),
      compute: { engine: "auto", evaluators: 2, batchSize: 0 },
    } as const;
    const memory = path.join(temporaryFolder(), "engines.json");
    const resultsFolder = temporaryFolder();
    const first = watch({ study, resultsFolder, memory });
    await first.shown(100);
    first.run.cancel();
    const { journal } = await first.run.finished;
    const { header, points } = (await readJournal(journal!))!;
    expect(header.engine.execution!.way).not.toBe("baked");
    expect(header.study.compute).toEqual(study.compute);
    expect(points.length).toBeLessThan(51 * 51);

    // Whatever would be chosen now, the run goes on as it began.
    writeFileSync(memory, "{}");
    const second = await runStudy({ study, resultsFolder, memory });
    expect(second.outcome.status).toBe("done");
    expect(second.run.snapshot()!.header.engine.execution).toEqual(header.engine.execution);
    const named = (name: string): Check | undefined => second.outcome.checks.find((check) => check.name === name);
    for (const name of ["centre", "restored", "evaluators"]) expect(named(name)).toMatchObject({ level: "ok" });

    expect(named("continued")).toBeUndefined();

    const { run, outcome } = await runStudy({
      study: using(study, header.engine.execution!),
      resultsFolder: temporaryFolder(),
    });
    expect(outcome.status).toBe("done");
    expect(run.snapshot()!.points).toEqual(second.run.snapshot()!.points);
  });
});

/** Of which two may be tried where there are two cores. */
const cores = availableParallelism();

describe.skipIf(cores < 2)("a long run that leaves open how evaluators share the cores", () => {
  // So many points that they take more than a minute on any machine.
  const long = resnetStudy({
    grid: { x: [-1, 1], y: [-1, 1], points: [501, 501] },
    compute: { engine: "auto", evaluators: 0, batchSize: 0 },
  });

  interface Begun {
    readonly header: RunHeader;
    /** Evaluators that were there at the end. */
    readonly processes: number;
    readonly log: readonly string[];
    readonly content: JournalContent;
  }

  /** Begins a run, or goes on with it, and cancels it when it has so many points. */
  async function begun(study: Study, memory: string, resultsFolder: string, points = 20): Promise<Begun> {
    const watched = watch({ study, resultsFolder, memory });
    await watched.shown(points);
    let processes = evaluatorsOf(process.pid).length;
    const { header } = watched.run.snapshot()!;
    // Those that are not needed end.
    while (processes > Math.floor(cores / header.engine.execution!.threads)) {
      await sleep(10);
      processes = evaluatorsOf(process.pid).length;
    }
    watched.run.cancel();
    const { journal, problem } = await watched.run.finished;
    expect(problem).toBeUndefined();
    return { header, processes, log: watched.log, content: (await readJournal(journal!))! };
  }

  interface Memory {
    readonly divisions?: Readonly<Record<string, RememberedDivision>>;
  }
  const read = (memory: string): Memory => JSON.parse(readFileSync(memory, "utf8")) as Memory;

  test("tries it once, and is carried out and resumed as was found to be the fastest", async () => {
    const memory = path.join(temporaryFolder(), "engines.json");
    const resultsFolder = temporaryFolder();
    const first = await begun(long, memory, resultsFolder);
    const { divisions } = read(memory);
    const [key, found] = Object.entries(divisions!)[0]!;
    expect(Object.keys(divisions!)).toHaveLength(1);
    expect(found.timings[0]).toMatchObject({ evaluators: cores, threads: 1 });
    // Where there are many cores and the machine is busy, not all are tried.
    expect(found.timings[1]).toMatchObject(divisionsFor(cores, { evaluators: cores, threads: 1 })[1]!);
    for (const { perPoint } of found.timings) expect(perPoint).toBeGreaterThan(0);
    expect(first.header.engine.execution).toMatchObject({ threads: found.threads });
    expect(first.header.engine.why).toContain(found.why);
    expect(first.header.evaluators).toBe(found.evaluators);
    expect(first.processes).toBe(found.evaluators);

    // Whatever this machine is best at: one evaluator of all cores is carried out.
    const forced = { ...found, evaluators: 1, threads: cores, why: "told by the test" };
    const before = read(memory);
    writeFileSync(memory, JSON.stringify({ ...before, divisions: { [key]: forced } }));
    const folder = temporaryFolder();
    const second = await begun(long, memory, folder);
    expect(second.header.engine.execution).toMatchObject({ threads: cores });
    expect(second.header.engine.why).toContain("told by the test");
    expect([second.header.evaluators, second.processes]).toEqual([1, 1]);
    expect(read(memory).divisions).toEqual({ [key]: forced });

    // The same points are the same to the last bit.
    const known = new Map(first.content.points.map((point) => [point.index, point]));
    const shared = second.content.points.filter(({ index }) => known.has(index));
    expect(shared.length).toBeGreaterThan(0);
    for (const point of shared) expect(point).toEqual(known.get(point.index));

    // Nothing is looked up or tried when it goes on.
    writeFileSync(memory, "{}");
    const resumed = await begun(long, memory, folder, second.content.points.length + 5);
    expect(resumed.header.engine).toEqual(second.header.engine);
    expect(resumed.processes).toBe(1);
    expect(resumed.content.points.length).toBeGreaterThan(second.content.points.length);
    expect(readFileSync(memory, "utf8")).toBe("{}");
  });

  test.each([
    ["is short", { grid: { ...long.grid, points: [5, 5] as const } }],
    ["has its number of evaluators stated", { compute: { ...long.compute, evaluators: cores } }],
    ["has the size of its batches stated", { compute: { ...long.compute, batchSize: 50 } }],
  ])("has one thread each and tries nothing when it %s", async (_, over) => {
    const memory = path.join(temporaryFolder(), "engines.json");
    const { header, log } = await begun({ ...long, ...over }, memory, temporaryFolder(), 4);
    expect(header.engine.execution).toMatchObject({ threads: 1 });
    expect(header.evaluators).toBe(cores);
    expect(log.join("\n")).not.toContain("for a point");
    if (existsSync(memory)) expect(read(memory)).not.toHaveProperty("divisions");
  });
});

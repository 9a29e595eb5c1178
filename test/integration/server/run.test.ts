import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { RunEvent } from "../../../server/protocol/requests";
import type { Study } from "../../../server/protocol/study";
import { isAlive } from "../runs/support/processes";
import { eventually, fixtures, folderWith, ServerClient, smaller } from "./client";
import type { ClientRun } from "./client";

let client: ServerClient;
let folder: string;
let study: Study;

beforeAll(async () => {
  client = await ServerClient.start();
  folder = await folderWith("model.onnx", "test.npz");
  study = await client.studyOf(path.join(folder, "model.onnx"));
});
afterAll(async () => {
  await client.kill();
  await rm(folder, { recursive: true });
});

afterEach(() => client.cancelAll());

/** Every run of these tests has its own folder of results. */
let results = 0;
const fresh = (): { readonly defaults: { readonly resultsFolder: string } } => ({
  defaults: { resultsFolder: path.join(folder, `results-${(results += 1)}`) },
});

const isPoints = (event: RunEvent): boolean => event.kind === "points";

function snapshotsOf(run: ClientRun): readonly RunSnapshot[] {
  return run.events.flatMap(({ event }) =>
    event.kind === "snapshot" && !event.snapshot.isProvisional ? [event.snapshot] : [],
  );
}

async function snapshotIn(journal: string | undefined, server = client): Promise<RunSnapshot> {
  const opened = await server.open(journal ?? "");
  if (opened.kind !== "run") throw new Error(opened.problem.message);
  return opened.snapshot;
}

/** Points in the order of the grid, as they are in the journal. */
const byIndex = ({ points }: RunSnapshot): RunSnapshot["points"] =>
  [...points].sort((first, second) => first.index - second.index);

describe("a run", () => {
  test("tells its state first, then its points, in order and at most ten times a second", async () => {
    const begun = performance.now();
    const run = client.run(smaller(study, 5, 100), fresh());
    const outcome = await run.outcome;
    const seconds = (performance.now() - begun) / 1000;
    expect(outcome).toMatchObject({ status: "done" });
    expect(outcome.problem).toBeUndefined();

    const kinds = run.events.map(({ event }) => event.kind);
    const first = kinds.indexOf("snapshot");
    expect(kinds.slice(0, first).every((kind) => kind === "preparing")).toBe(true);
    expect(first).toBeGreaterThan(0);
    const [snapshot] = snapshotsOf(run);
    expect(snapshot).toMatchObject({ status: "running", points: [], progress: { measured: 0, total: 25 } });
    expect(snapshot?.header.x).toEqual([-1, -0.5, 0, 0.5, 1]);

    const parts = run.events.flatMap(({ event }) => (event.kind === "points" ? [event] : []));
    expect(kinds.lastIndexOf("snapshot")).toBeLessThan(kinds.indexOf("points"));
    let measured = 0;
    for (const part of parts) {
      measured += part.points.length;
      expect(part.progress).toMatchObject({ measured, total: 25 });
    }
    expect(new Set(parts.flatMap(({ points }) => points.map(({ index }) => index))).size).toBe(25);
    // The first points are those of the coarsest grid: corners, edges' middles and the centre.
    const coarse = parts.flatMap(({ points }) => points.map(({ index }) => index)).slice(0, 9);
    expect(coarse.sort((a, b) => a - b)).toEqual([0, 2, 4, 10, 12, 14, 20, 22, 24]);
    const estimates = parts.flatMap(({ estimate }) => (estimate === undefined ? [] : [estimate]));
    expect(estimates.at(-1)?.from).toEqual([5, 5]);
    expect(estimates.at(-1)?.loss).toHaveLength(25);

    // Ten events may fall anywhere within a second. How evenly they arrive depends on how busy the machine is.
    expect(parts.length).toBeLessThanOrEqual(10 * Math.ceil(seconds));
  });

  test("agrees with PyTorch at the centre, and its journal with what it told", async () => {
    const oracle = JSON.parse(await readFile(path.join(fixtures, "oracle.json"), "utf8")) as {
      centre: { loss: number; accuracy: number };
    };
    const run = client.run(smaller(study, 3, 500), fresh());
    const outcome = await run.outcome;
    const { header } = snapshotsOf(run)[0]!;
    expect(Math.abs(Number(header.centre.loss) / oracle.centre.loss - 1)).toBeLessThan(1e-5);
    expect(Math.abs(Number(header.centre.accuracy) - oracle.centre.accuracy)).toBeLessThanOrEqual(100 / 500);
    expect(outcome.checks.find(({ name }) => name === "centre")).toMatchObject({ level: "ok" });

    const kept = await snapshotIn(outcome.journal);
    const told = run.events.flatMap(({ event }) => (event.kind === "points" ? event.points : []));
    expect(kept.status).toBe("done");
    expect(kept.checks).toEqual(outcome.checks);
    expect(byIndex(kept)).toEqual([...told].sort((first, second) => first.index - second.index));
    expect(byIndex(kept)[4]!.loss).toBe(header.centre.loss);
  });

  test("reports its progress to the editor", async () => {
    const reports: { kind: string; percentage?: number }[] = [];
    const type = { __: undefined, _pr: undefined } as never;
    const listening = client.connection.onProgress(
      type,
      "work",
      (value: unknown) => void reports.push(value as (typeof reports)[number]),
    );
    await client.run(smaller(study, 3, 20), { ...fresh(), workDoneToken: "work" }).outcome;
    listening.dispose();
    expect(reports.map(({ kind }) => kind).filter((kind) => kind !== "report")).toEqual(["begin", "end"]);
    expect(Math.max(...reports.map(({ percentage }) => percentage ?? 0))).toBe(100);
  });

  test("is computing as long as the health says so, and names its engine", async () => {
    const before = client.health.length;
    await client.run(smaller(study, 3, 20), fresh()).outcome;
    await eventually(() => client.health.at(-1)?.quiescent === true, 60_000, "quiescence");
    const states = client.health.slice(before);
    expect(states[0]).toMatchObject({ health: "ok", quiescent: false, message: "Computing model.onnx" });
    expect(states.at(-1)).toMatchObject({ health: "ok", message: "Ready", engine: "ONNX Runtime" });
  });
});

describe("cancelling", () => {
  test("stops and keeps what was measured; the same study then offers to resume", async () => {
    const large = smaller(study, 51, 500);
    const run = client.run(large, fresh());
    await run.until((event) => event.kind === "points" && event.progress.measured >= 4);
    const computing = client.evaluators();
    expect(computing).not.toHaveLength(0);
    run.cancel();
    const outcome = await run.outcome;
    expect(outcome.status).toBe("cancelled");
    await eventually(() => !computing.some(isAlive), 60_000, "the end of the evaluators");
    const kept = await snapshotIn(outcome.journal);
    expect(kept.status).toBe("cancelled");
    expect(kept.points.length).toBeGreaterThanOrEqual(4);
    const told = run.events.flatMap(({ event }) => (event.kind === "points" ? event.points : []));
    for (const point of told) expect(kept.points).toContainEqual(point);
  });

  test("before its turn has come leaves the queue at once", async () => {
    const first = client.run(smaller(study, 51, 500), fresh());
    await first.until(isPoints);
    const second = client.run(smaller(study, 5, 100), fresh());
    await second.until((event) => event.kind === "preparing");
    second.cancel();
    expect(await second.outcome).toEqual({ status: "cancelled", checks: [] });
    first.cancel();
    expect((await first.outcome).status).toBe("cancelled");
  });
});

test("runs wait for one another in the order of their arrival, and say so", async () => {
  const runs = [3, 5, 3].map((points) => client.run(smaller(study, points, 50), fresh()));
  const outcomes = await Promise.all(runs.map(({ outcome }) => outcome));
  expect(outcomes.map(({ status }) => status)).toEqual(["done", "done", "done"]);
  const waits = runs.map(({ events }) =>
    events.flatMap(({ event }) =>
      event.kind === "preparing" && event.message.startsWith("Waiting") ? [event.message] : [],
    ),
  );
  const one = "Waiting for another run: model.onnx";
  expect(waits).toEqual([[], [one], ["Waiting for 2 other runs: model.onnx, model.onnx", one]]);
  const span = ({ events }: ClientRun): readonly [number, number] => {
    const computing = events.filter(({ event }) => event.kind !== "preparing");
    return [computing[0]!.at, computing.at(-1)!.at];
  };
  const spans = runs.map(span);
  expect(spans[0]![1]).toBeLessThan(spans[1]![0]);
  expect(spans[1]![1]).toBeLessThan(spans[2]![0]);
});

test("a paused run measures nothing until it goes on", async () => {
  const run = client.run(smaller(study, 15, 200), fresh());
  await run.until(isPoints);
  await client.pause(run, true);
  const paused = await run.until((event) => event.kind === "snapshot" && event.snapshot.status === "paused");
  const { progress, header } = (paused as Extract<RunEvent, { kind: "snapshot" }>).snapshot;
  const measured = (): number =>
    run.events.reduce(
      (most, { event }) => (event.kind === "points" ? Math.max(most, event.progress.measured) : most),
      0,
    );
  await new Promise((resolve) => setTimeout(resolve, 2000));
  // Points in flight are finished and kept: one for each evaluator, and those not shown yet.
  expect(measured()).toBeLessThanOrEqual(progress.measured + 2 * header.evaluators);
  expect(measured()).toBeLessThan(225);
  await client.pause(run, false);
  expect((await run.outcome).status).toBe("done");
  expect(measured()).toBe(225);
});

test("a paused run lets another one compute, and goes on after it", async () => {
  const first = client.run(smaller(study, 15, 100), fresh());
  await first.until(isPoints);
  await client.pause(first, true);
  const second = client.run(smaller(study, 9, 100), fresh());
  await second.until(isPoints);
  await client.pause(first, false);
  expect((await second.outcome).status).toBe("done");
  const shown = first.events.length;
  expect((await first.outcome).status).toBe("done");
  const after = first.events.slice(shown);
  expect(after.some(({ event }) => event.kind === "points")).toBe(true);
  // Having begun, it never goes back to an empty panel.
  expect(after.some(({ event }) => event.kind === "preparing")).toBe(false);
});

test("an evaluator killed in mid-run changes nothing in the result", async () => {
  const plain = await client.run(smaller(study, 7, 200), fresh()).outcome;
  const run = client.run(smaller(study, 7, 200), fresh());
  await run.until(isPoints);
  const [victim] = client.evaluators();
  process.kill(victim!, "SIGKILL");
  const outcome = await run.outcome;
  expect(isAlive(victim!)).toBe(false);
  expect(outcome.status).toBe("done");
  expect(byIndex(await snapshotIn(outcome.journal))).toEqual(byIndex(await snapshotIn(plain.journal)));
});

test("a run that cannot be done is an outcome with its problem, and the next one is done", async () => {
  const wrong = { ...smaller(study, 3, 20), data: { ...study.data, path: path.join(folder, "gone.npz") } };
  const outcome = await client.run(wrong, fresh()).outcome;
  expect(outcome).toMatchObject({ status: "failed", problem: { reason: "data-missing" } });
  const invalid = { ...study, grid: { ...study.grid, points: [0, 5] as const } };
  expect(await client.run(invalid, fresh()).outcome).toMatchObject({
    status: "failed",
    problem: { reason: "study-invalid" },
  });
  expect((await client.run(smaller(study, 3, 20), fresh()).outcome).status).toBe("done");
});

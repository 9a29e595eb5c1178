import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../../../server/protocol/requests";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import type { Run } from "../../../server/runs/run";
import { repeatedNpz } from "../../support/repeated";
import { temporaryFolder } from "./support/folders";
import { evaluatorsOf } from "./support/processes";
import { fixture, resnetStudy, runStudy } from "./support/study";
import type { Finished } from "./support/study";

const samples = 10_000;

let file = "";
beforeAll(() => {
  file = path.join(temporaryFolder("file"), "many.npz");
  writeFileSync(file, repeatedNpz(path.join(fixture, "test.npz"), samples));
});

/** So many samples, all of them in several splits, that a point takes long on every machine. */
function longStudy(evaluators: number, points: readonly [number, number] = [5, 3]): Study {
  const data = { ...resnetStudy().data, path: file, samples };
  return resnetStudy({
    data,
    splits: ["b", "c"].map((split) => ({ ...data, split })),
    grid: { x: [-1, 1], y: [-1, 1], points },
    compute: { engine: "onnxruntime", evaluators, batchSize: 50 },
  });
}

function provisionalIn(event: RunEvent): RunSnapshot | undefined {
  return event.kind === "snapshot" && event.snapshot.isProvisional ? event.snapshot : undefined;
}

/** Does something when the first provisional picture is there; once. */
function atFirst(act: (snapshot: RunSnapshot, run: Run) => void): (event: RunEvent, run: Run) => void {
  let hasActed = false;
  return (event, run) => {
    const snapshot = provisionalIn(event);
    if (!snapshot || hasActed) return;
    hasActed = true;
    act(snapshot, run);
  };
}

describe("a run whose own loss takes long", () => {
  let shown: Finished;
  let without: Finished;
  /** Of every provisional picture, whether there was a journal then. */
  const hadJournal: boolean[] = [];

  beforeAll(async () => {
    shown = await runStudy({ study: longStudy(2), resultsFolder: temporaryFolder("file") }, (event) => {
      const snapshot = provisionalIn(event);
      if (snapshot) hadJournal.push(existsSync(snapshot.journal));
    });
    without = await runStudy({
      study: longStudy(2, [3, 3]),
      resultsFolder: temporaryFolder("file"),
      preliminary: false,
    });
  }, 900_000);

  test("has a picture before its header, and no journal until then", () => {
    const snapshots = shown.events.flatMap(({ event }) => (event.kind === "snapshot" ? [event.snapshot] : []));
    const isProvisional = snapshots.map((snapshot) => snapshot.isProvisional === true);
    expect(isProvisional[0]).toBe(true);
    expect(isProvisional.lastIndexOf(true)).toBe(isProvisional.indexOf(false) - 1);
    expect(hadJournal).toEqual(isProvisional.filter(Boolean).map(() => false));
    const [first] = snapshots;
    const final = snapshots.find((snapshot) => !snapshot.isProvisional)!;
    for (const each of [first!.estimate!, ...first!.furtherEstimates!])
      expect(each.preliminary).toMatchObject({ samples: 128, of: samples });
    expect(first).toMatchObject({ points: [], checks: [], status: "running", progress: { measured: 0 } });
    expect(first!.header).toMatchObject({ id: final.header.id, checks: [], x: final.header.x, y: final.header.y });
    // The picture goes on with what all samples say of the model itself: there, to the last bit.
    expect(first!.header.centre.loss).not.toBe(final.header.centre.loss);
    expect(final.estimate!.preliminary).toBeDefined();
    expect(final.estimate!.loss[7]).toBeCloseTo(final.header.centre.loss as number, 12);
    expect(first!.estimate!.loss[7]).toBeCloseTo(first!.header.centre.loss as number, 12);
    expect(without.events.some(({ event }) => provisionalIn(event))).toBe(false);
  });

  test("comes to the same bits as without", () => {
    expect([shown.outcome.status, without.outcome.status]).toEqual(["done", "done"]);
    const [own, other] = [shown, without].map(({ run }) => run.snapshot()!) as [RunSnapshot, RunSnapshot];
    expect(own.isProvisional).toBeUndefined();
    expect(own.header.centre).toEqual(other.header.centre);
    expect(own.header.splits).toEqual(other.header.splits);
    expect(own.header.checks).toEqual(other.header.checks);
    const restored = (outcome: Finished["outcome"]) => outcome.checks.find(({ name }) => name === "restored");
    expect(restored(shown.outcome)).toEqual(restored(without.outcome));
    expect(shown.outcome.checks.filter(({ level }) => level === "error")).toEqual([]);
    // Every other column is that of the smaller grid.
    const shared = own.points.flatMap(({ index, ...values }) => {
      const [column, row] = [index % 5, Math.floor(index / 5)];
      return column % 2 === 0 ? [{ index: 3 * row + column / 2, ...values }] : [];
    });
    expect(shared).toEqual(other.points);
    expect(readFileSync(shown.outcome.journal!, "utf8")).not.toMatch(/preliminary|provisional/i);
  });

  test("cancelled before its own loss is known leaves nothing behind, and an earlier journal as it was", async () => {
    const resultsFolder = temporaryFolder();
    cpSync(path.dirname(shown.outcome.journal!), resultsFolder, { recursive: true });
    const before = readdirSync(resultsFolder).sort();
    const journal = path.join(resultsFolder, path.basename(shown.outcome.journal!));
    const bytes = readFileSync(journal);
    const { outcome, run } = await runStudy(
      { study: longStudy(2), resultsFolder, mode: "fresh" },
      atFirst((_, each) => each.cancel()),
    );
    expect(outcome).toEqual({ status: "cancelled", checks: [] });
    expect(run.snapshot()).toBeUndefined();
    expect(readdirSync(resultsFolder).sort()).toEqual(before);
    expect(readFileSync(journal).equals(bytes)).toBe(true);
  });
});

/** Ends a run as soon as it has a journal. */
function untilJournal(act: (event: RunEvent, run: Run) => void): (event: RunEvent, run: Run) => void {
  return (event, run) => {
    if (event.kind === "snapshot" && !event.snapshot.isProvisional) run.cancel();
    act(event, run);
  };
}

describe("while the own loss of a run is measured", () => {
  test("one evaluator makes the picture first, and measures the model then", async () => {
    const { events, outcome } = await runStudy(
      { study: longStudy(1), resultsFolder: temporaryFolder() },
      untilJournal(() => {}),
    );
    expect(events.filter(({ event }) => provisionalIn(event))).toHaveLength(1);
    expect(existsSync(outcome.journal!)).toBe(true);
  });

  test("it is paused, and goes on", async () => {
    const pause = atFirst((_, run) => run.pause(true));
    const { events, outcome } = await runStudy(
      { study: longStudy(2), resultsFolder: temporaryFolder() },
      untilJournal((event, run) => {
        pause(event, run);
        if (provisionalIn(event)?.status === "paused") setTimeout(() => run.pause(false));
      }),
    );
    const states = events.flatMap(({ event }) => (event.kind === "snapshot" ? [event.snapshot] : []));
    expect(states.slice(0, 3).map(({ isProvisional, status }) => [isProvisional, status])).toEqual([
      [true, "running"],
      [true, "paused"],
      [true, "running"],
    ]);
    expect(states.at(-1)!.isProvisional).toBeUndefined();
    expect(existsSync(outcome.journal!)).toBe(true);
  });

  test("an evaluator that stops is replaced, and the loss is the same", async () => {
    const kill = atFirst(() => process.kill(evaluatorsOf(process.pid)[0]!, "SIGKILL"));
    const { events, outcome } = await runStudy(
      { study: longStudy(2), resultsFolder: temporaryFolder() },
      untilJournal(kill),
    );
    expect(outcome.status).toBe("cancelled");
    const final = events.flatMap(({ event }) => (event.kind === "snapshot" ? [event.snapshot] : [])).at(-1)!;
    const { centre } = (
      await runStudy({
        study: resnetStudy({ data: { ...resnetStudy().data, samples: 500 } }),
        resultsFolder: temporaryFolder(),
      })
    ).run.snapshot()!.header;
    // The same samples over and over.
    expect(final.header.centre.loss).toBeCloseTo(centre.loss as number, 9);
  });

  test("a journal that cannot be written fails the run as ever, and there is none", async () => {
    const resultsFolder = temporaryFolder();
    let journal = "";
    const { outcome, run } = await runStudy(
      { study: longStudy(2), resultsFolder },
      atFirst((snapshot) => {
        ({ journal } = snapshot);
        mkdirSync(journal);
      }),
    );
    expect(outcome.status).toBe("failed");
    expect(outcome.problem!.reason).toBe("journal-unwritable");
    expect(outcome.journal).toBeUndefined();
    expect(run.snapshot()).toBeUndefined();
    expect(readdirSync(journal)).toEqual([]);
  });
});

import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { Point } from "../../../server/protocol/result";
import { findEarlier } from "../../../server/runs/find";
import { readJournal } from "../../../server/runs/journal";
import { openRun } from "../../../server/runs/open";
import { smallDisk, temporaryFolder } from "./support/folders";
import { evaluatorsOf, isAlive } from "./support/processes";
import { resnetStudy, runStudy, watch } from "./support/study";
import type { Finished } from "./support/study";

/** Long enough to be interrupted. */
const study = resnetStudy({
  data: { ...resnetStudy().data, samples: 50 },
  grid: { x: [-1, 1], y: [-1, 1], points: [11, 11] },
  compute: { engine: "onnxruntime", evaluators: 2, batchSize: 50 },
});
const total = 121;

/** The lines of the points, by rising index: what must not depend on what happened in between. */
function pointLines(journal: string): string[] {
  const lines = readFileSync(journal, "utf8").trimEnd().split("\n");
  const points = lines.filter((line) => line.startsWith("["));
  return points.sort((a, b) => (JSON.parse(a) as number[])[0]! - (JSON.parse(b) as number[])[0]!);
}

function preparations({ events }: Finished): string[] {
  return events.flatMap(({ event }) => (event.kind === "preparing" ? event.message : []));
}

describe("a run that is interrupted", () => {
  let reference: readonly string[];
  let referencePoints: readonly Point[];
  let journalOfReference: string;

  beforeAll(async () => {
    const { outcome, run } = await runStudy({ study, resultsFolder: temporaryFolder("file") });
    expect(outcome.status).toBe("done");
    journalOfReference = outcome.journal!;
    reference = pointLines(journalOfReference);
    referencePoints = run.snapshot()!.points;
    expect(reference).toHaveLength(total);
  });

  /** A folder with the journal of the whole run cut down to its first `points` points, without its end. */
  async function folderWith(points: number): Promise<{ folder: string; journal: string }> {
    const folder = temporaryFolder();
    const journal = path.join(folder, path.basename(journalOfReference));
    const lines = readFileSync(journalOfReference, "utf8").split("\n");
    writeFileSync(journal, `${lines.slice(0, 1 + points).join("\n")}\n`);
    expect((await readJournal(journal))?.points).toHaveLength(points);
    return { folder, journal };
  }

  test.skipIf(process.platform !== "linux")("by the death of evaluators comes to the same bits", async () => {
    const { run, shown } = watch({ study, resultsFolder: temporaryFolder() });
    await shown(10);
    process.kill(evaluatorsOf(process.pid).at(-1)!, "SIGKILL");
    await shown(60);
    process.kill(evaluatorsOf(process.pid)[0]!, "SIGKILL");
    const outcome = await run.finished;
    expect(outcome.status).toBe("done");
    expect(pointLines(outcome.journal!)).toEqual(reference);
    const check = outcome.checks.find(({ name }) => name === "evaluators")!;
    expect(check.level).toBe("ok");
    expect(check.message).toContain("2 that stopped were replaced");
    expect(evaluatorsOf(process.pid)).toEqual([]);
  });

  test("by a cancel stops, keeps what was measured, and is resumed to the same bits", async () => {
    const resultsFolder = temporaryFolder();
    const first = watch({ study, resultsFolder });
    await first.shown(30);
    first.run.cancel();
    const outcome = await first.run.finished;
    expect(outcome.status).toBe("cancelled");
    const kept = first.run.snapshot()!;
    expect(kept.status).toBe("cancelled");
    expect(kept.points.length).toBeGreaterThanOrEqual(30);
    expect(kept.points.length).toBeLessThan(total);
    expect(await openRun(outcome.journal!)).toEqual(kept);
    const { fingerprints } = kept.header;
    expect(await findEarlier(study, fingerprints, resultsFolder)).toMatchObject({
      measured: kept.points.length,
      total,
    });

    const second = await runStudy({ study, resultsFolder });
    expect(second.outcome).toMatchObject({ status: "done", journal: outcome.journal });
    expect(pointLines(outcome.journal!)).toEqual(reference);
    const snapshot = second.run.snapshot()!;
    expect(snapshot.points).toEqual(referencePoints);
    expect(snapshot.header).toEqual(kept.header);
    const shown = second.events.flatMap(({ event }) => (event.kind === "points" ? event.points : []));
    expect(shown).toHaveLength(total - kept.points.length);
    const firstSnapshot = second.events.find(({ event }) => event.kind === "snapshot")!.event;
    expect(firstSnapshot).toMatchObject({ snapshot: { status: "running", points: kept.points } });
    expect((await readJournal(outcome.journal!))!.ends.map(({ end }) => end)).toEqual(["cancelled", "done"]);
  });

  test("by a cancel while it is preparing leaves nothing behind", async () => {
    const resultsFolder = temporaryFolder();
    for (const delay of [0, 20, 120]) {
      const { run, log } = watch({ study, resultsFolder });
      await sleep(delay);
      run.cancel();
      expect((await run.finished).status).toBe("cancelled");
      expect(log.filter((line) => line.includes("while ending"))).toEqual([]);
    }
    expect(
      existsSync(resultsFolder) ? readdirSync(resultsFolder).filter((name) => name.endsWith(".lock")) : [],
    ).toEqual([]);
  });

  test("by a pause measures nothing more until it goes on", async () => {
    const { run, events, shown } = watch({ study, resultsFolder: temporaryFolder() });
    await shown(20);
    run.pause(true);
    expect(run.snapshot()!.status).toBe("paused");
    // Points in flight are finished, which takes a while on a busy machine.
    const count = (): number => run.snapshot()!.points.length;
    const grown = async (): Promise<number> => {
      const before = count();
      await sleep(300);
      return count() - before;
    };
    await expect.poll(grown, { timeout: 10_000 }).toBe(0);
    expect(await grown()).toBe(0);
    expect(count()).toBeLessThan(reference.length);
    run.pause(false);
    const outcome = await run.finished;
    expect(outcome.status).toBe("done");
    expect(pointLines(outcome.journal!)).toEqual(reference);
    const states = events.flatMap(({ event }) => (event.kind === "snapshot" ? event.snapshot.status : []));
    expect(states).toEqual(["running", "paused", "running"]);
  });

  test("in the middle of a line goes on after the last whole one", async () => {
    const { folder, journal } = await folderWith(40);
    truncateSync(journal, readFileSync(journal).length - 7);
    const { outcome } = await runStudy({ study, resultsFolder: folder });
    expect(outcome.status).toBe("done");
    expect(pointLines(journal)).toEqual(reference);
    expect(readdirSync(folder)).toEqual([path.basename(journal)]);
  });

  test("after its last point only makes its last checks", async () => {
    const { folder, journal } = await folderWith(total);
    expect((await openRun(journal)).status).toBe("cancelled");
    const { outcome, run } = await runStudy({ study, resultsFolder: folder });
    expect(outcome.status).toBe("done");
    expect(outcome.checks.map(({ name }) => name)).toContain("restored");
    expect(run.snapshot()!.points).toEqual(referencePoints);
  });

  test("and is done is shown from its journal, and computed again only when asked to", async () => {
    const { folder, journal } = await folderWith(total);
    copyFileSync(journalOfReference, journal);
    const before = readFileSync(journal);
    const again = await runStudy({ study, resultsFolder: folder });
    expect(again.outcome.status).toBe("done");
    expect(preparations(again).filter((message) => message.startsWith("Starting"))).toEqual([]);
    expect(again.run.snapshot()!.points).toEqual(referencePoints);
    expect(again.outcome.checks.map(({ name }) => name)).toContain("restored");
    expect(readFileSync(journal)).toEqual(before);

    const fresh = await runStudy({ study, resultsFolder: folder, mode: "fresh" });
    expect(fresh.outcome.status).toBe("done");
    expect(readFileSync(`${journal}.old-1`)).toEqual(before);
    expect(pointLines(journal)).toEqual(reference);
    expect(fresh.run.snapshot()!.header.id).not.toBe(again.run.snapshot()!.header.id);
  });

  test("by damage to its journal begins again, keeps the damaged file aside and says so", async () => {
    const { folder, journal } = await folderWith(40);
    const lines = readFileSync(journal, "utf8").split("\n");
    lines[10] = "\0\0\0\0";
    writeFileSync(journal, lines.join("\n"));
    await expect(openRun(journal)).rejects.toMatchObject({ problem: { reason: "journal-damaged", file: journal } });
    const { outcome } = await runStudy({ study, resultsFolder: folder });
    expect(outcome.status).toBe("done");
    expect(pointLines(journal)).toEqual(reference);
    expect(readFileSync(`${journal}.damaged-1`, "utf8")).toBe(lines.join("\n"));
    const check = outcome.checks.find(({ name }) => name === "journal")!;
    expect(check.level).toBe("warning");
    expect(check.message).toContain("line 11");
    expect(check.message).toContain(".damaged-1");
  });

  test("by another version of the journal keeps that aside", async () => {
    const { folder, journal } = await folderWith(3);
    writeFileSync(journal, readFileSync(journal, "utf8").replace('"version":1', '"version":99'));
    await expect(openRun(journal)).rejects.toMatchObject({ problem: { reason: "journal-version" } });
    const { run, shown } = watch({ study, resultsFolder: folder });
    await shown(1);
    run.cancel();
    expect((await run.finished).checks.find(({ name }) => name === "journal")?.message).toContain("version 99");
    expect(existsSync(`${journal}.damaged-1`)).toBe(true);
  });

  test("by a full disk says so, keeps what was written, and is resumed elsewhere to the same bits", async ({
    skip,
  }) => {
    const disk = smallDisk(12288);
    if (disk === undefined) return skip("this system lets us mount no small disk");
    const failed = await runStudy({ study, resultsFolder: disk });
    expect(failed.outcome.status).toBe("failed");
    expect(failed.outcome.problem).toMatchObject({ reason: "journal-unwritable" });
    expect(failed.outcome.problem!.message).toContain("disk is full");
    expect(failed.log.join("\n")).toContain("ProblemError");
    const kept = (await readJournal(failed.outcome.journal!))!.points;
    expect(kept.length).toBeGreaterThan(0);
    expect(failed.run.snapshot()!.points).toHaveLength(kept.length);

    const elsewhere = temporaryFolder();
    const journal = path.join(elsewhere, path.basename(failed.outcome.journal!));
    copyFileSync(failed.outcome.journal!, journal);
    expect((await runStudy({ study, resultsFolder: elsewhere })).outcome.status).toBe("done");
    expect(pointLines(journal)).toEqual(reference);
  });

  test("by a second run of the same study refuses the second", async () => {
    const resultsFolder = temporaryFolder();
    const first = watch({ study, resultsFolder });
    await first.shown(5);
    const second = await runStudy({ study, resultsFolder });
    expect(second.outcome.status).toBe("failed");
    expect(second.outcome.problem!.title).toBe("This study is already running");
    const outcome = await first.run.finished;
    expect(outcome.status).toBe("done");
    expect(pointLines(outcome.journal!)).toEqual(reference);
  });

  test.skipIf(process.platform !== "linux")("by a change of the model keeps what belongs to the old one", async () => {
    const folder = temporaryFolder();
    const model = path.join(folder, "model.onnx");
    copyFileSync(study.model.path, model);
    const moved = { ...study, model: { path: model }, compute: { ...study.compute, evaluators: 1 } };
    const { run, shown } = watch({ study: moved, resultsFolder: folder });
    await shown(10);
    // Bytes after the end of the model: another file, though the same network.
    appendFileSync(model, "\0");
    for (const pid of evaluatorsOf(process.pid)) process.kill(pid, "SIGKILL");
    const outcome = await run.finished;
    expect(outcome.status).toBe("failed");
    expect(outcome.problem).toMatchObject({ reason: "file-changed", file: model });
    expect((await readJournal(outcome.journal!))!.points.length).toBeGreaterThanOrEqual(10);
  });

  test.skipIf(process.platform !== "linux")("leaves no evaluator alive", async () => {
    expect(evaluatorsOf(process.pid).filter(isAlive)).toEqual([]);
  });
});

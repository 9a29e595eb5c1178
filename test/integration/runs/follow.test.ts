import { copyFileSync, cpSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { findEarlier } from "../../../server/runs/find";
import { followRun } from "../../../server/runs/follow";
import { JournalLock } from "../../../server/runs/lock";
import { nameRun } from "../../../server/runs/name";
import { openRun } from "../../../server/runs/open";
import { oracle } from "../method/support";
import { temporaryFolder } from "./support/folders";
import { evaluatorPath, fixture, resnetStudy, runStudy } from "./support/study";

const log = (): void => undefined;

/** A folder with the network and its first checkpoints, as a training has it that goes on. */
function training(epochs: readonly number[]) {
  const folder = temporaryFolder();
  for (const file of ["model.onnx", "test.npz", "log.csv"]) cpSync(path.join(fixture, file), path.join(folder, file));
  const file = (epoch: number): string => path.join(folder, `model_${epoch}.pt`);
  const write = (epoch: number): string => {
    copyFileSync(path.join(fixture, `model_${epoch}.pt`), file(epoch));
    return file(epoch);
  };
  epochs.forEach(write);
  const base = resnetStudy();
  const study: Study = {
    ...base,
    model: { path: path.join(folder, "model.onnx") },
    data: { ...base.data, path: path.join(folder, "test.npz"), samples: 500 },
    compute: { ...base.compute, batchSize: 100 },
    directions: { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" },
    checkpoints: { files: epochs.map(file), log: path.join(folder, "log.csv") },
    grid: { x: [-1, 1], y: [-1, 1], points: [3, 3], fit: true },
  };
  return { folder, study, file, write };
}

async function finished(study: Study, resultsFolder: string): Promise<RunSnapshot> {
  const { outcome } = await runStudy({ study, resultsFolder, evaluatorPath });
  expect(outcome).toMatchObject({ status: "done" });
  return openRun(outcome.journal!);
}

const early = [0, 1, 2, 3, 4, 5, 6, 7];

describe("following a training", () => {
  test("adds checkpoints to the path with the numbers of a run that had them from the start", async () => {
    const { folder, study, write } = training(early);
    const before = await finished(study, folder);
    const files = [10, 8, 9].map(write);
    const after = await followRun({ journal: before.journal, checkpoints: files, evaluatorPath, log });

    // The same plane from its file, and all checkpoints in it from the start.
    const whole = await finished(
      {
        ...study,
        directions: { kind: "file", path: path.join(folder, before.header.directions.file!) },
        checkpoints: {
          ...study.checkpoints,
          files: [...study.checkpoints!.files, ...[8, 9, 10].map((k) => files[[10, 8, 9].indexOf(k)]!)],
        },
      },
      folder,
    );
    const expected = whole.header.trajectory!;
    const found = after.header.trajectory!;
    expect(found.checkpoints.map(({ name }) => name)).toEqual(expected.checkpoints.map(({ name }) => name));
    expect(found.added).toBe(3);
    for (const [k, place] of expected.checkpoints.entries()) {
      const { x, y, distance, offPlane, epoch, learningRate } = found.checkpoints[k]!;
      for (const [value, other] of [
        [x, place.x],
        [y, place.y],
        [distance, place.distance],
        [offPlane, place.offPlane],
      ] as const) {
        expect(Math.abs(value - other)).toBeLessThan(1e-6);
      }
      expect([epoch, learningRate]).toEqual([place.epoch, place.learningRate]);
    }
    expect(found.drops).toEqual(expected.drops);
    expect(found.drops).toEqual([6, 8]);
    expect(after.extras!.checkpoints).toHaveLength(11);
    for (const values of after.extras!.checkpoints.slice(8)) {
      const other = whole.extras!.checkpoints[values.checkpoint]!;
      expect(values.own).toEqual(other.own);
      // The coordinates of both differ in their last bits.
      expect(Number(values.inPlane[0]!.loss)).toBeCloseTo(Number(other.inPlane[0]!.loss), 6);
      const [loss, accuracy] = oracle.path_losses[values.checkpoint]!.true;
      expect(Math.abs(Number(values.own[0]!.loss) - loss)).toBeLessThan(1e-5 * loss);
      expect(Math.abs(Number(values.own[0]!.accuracy) - accuracy)).toBeLessThan(0.21);
    }
    // The last checkpoint is the model itself.
    expect(found.checkpoints[10]).toMatchObject({ x: 0, y: 0, distance: 0, offPlane: 0 });
    expect(after.extras!.checkpoints[10]!.inPlane[0]).toEqual(before.header.centre);
  });

  test("leaves the plane, its points and what was measured of the path as they are, and opens again like that", async () => {
    const { folder, study, write } = training(early);
    const before = await finished(study, folder);
    await nameRun(before.journal, "first try");
    const lines = readFileSync(before.journal, "utf8").split("\n");
    const after = await followRun({ journal: before.journal, checkpoints: [write(8)], evaluatorPath, log });
    expect(after.points).toEqual(before.points);
    expect([after.header.x, after.header.y, after.header.directions]).toEqual([
      before.header.x,
      before.header.y,
      before.header.directions,
    ]);
    expect(after.header.trajectory!.checkpoints.slice(0, 8)).toEqual(before.header.trajectory!.checkpoints);
    expect(after.header.trajectory!.explainedVariance).toEqual(before.header.trajectory!.explainedVariance);
    expect(after.extras!.checkpoints.slice(0, 8)).toEqual(before.extras!.checkpoints);
    expect(after.status).toBe("done");
    expect(after.progress).toMatchObject({ measured: 9 + 9, total: 9 + 9 });
    expect(await openRun(before.journal)).toEqual(after);
    const now = readFileSync(before.journal, "utf8").split("\n");
    expect(now.slice(1, lines.length - 1)).toEqual(lines.slice(1, -1));
    expect(now[0]).toContain("first try");
    // A path that is longer is further from the plane: the check that the last session made is made again.
    const offPlane = after.checks.find(({ name }) => name === "off-plane")!;
    expect(Number(offPlane.value)).toBeGreaterThan(
      Number(before.checks.find(({ name }) => name === "off-plane")!.value),
    );
    expect(offPlane.message).toContain("model_8.pt");
    expect(after.checks).toHaveLength(before.checks.length);
  });

  test("does not keep a run from being found, gone on with or run again", async () => {
    const { folder, study, write } = training(early);
    const cancelled = await runStudy(
      { study: { ...study, grid: { ...study.grid, points: [9, 9] } }, resultsFolder: folder, evaluatorPath },
      (event, run) => {
        if (event.kind === "points") run.cancel();
      },
    );
    const { journal } = cancelled.outcome;
    expect(cancelled.outcome.status).toBe("cancelled");
    const partly = await followRun({ journal: journal!, checkpoints: [write(8), write(9)], evaluatorPath, log });
    expect(partly.status).toBe("cancelled");
    expect(partly.header.trajectory!.added).toBe(2);
    const resumed = await finished({ ...study, grid: { ...study.grid, points: [9, 9] } }, folder);
    expect(resumed.journal).toBe(journal);
    expect(resumed.points).toHaveLength(81);
    expect(resumed.header.trajectory!.added).toBe(2);
    expect(resumed.extras!.checkpoints.map(({ checkpoint }) => checkpoint)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(resumed.checks.find(({ name }) => name === "off-plane")!.message).toContain("model_8.pt");

    const earlier = await findEarlier(
      { ...study, grid: { ...study.grid, points: [9, 9] } },
      Object.fromEntries(Object.entries(resumed.header.fingerprints).filter(([file]) => !/model_[89]\.pt$/.test(file))),
      folder,
    );
    expect(earlier).toEqual({ journal, measured: 91, total: 91 });
    // With the longer list of checkpoints it is another study with a plane of its own.
    const grown = { ...study.checkpoints, files: [...study.checkpoints!.files, path.join(folder, "model_8.pt")] };
    const other = await finished({ ...study, checkpoints: grown }, folder);
    expect(other.journal).not.toBe(journal);
    expect(other.header.trajectory!.added).toBeUndefined();
    expect(other.header.trajectory!.explainedVariance).not.toEqual(resumed.header.trajectory!.explainedVariance);
  });

  test("takes only what comes after the path, and leaves out what cannot be read", async () => {
    const { folder, study, file, write } = training([0, 1, 2, 4, 5]);
    const before = await finished(study, folder);
    const said: string[] = [];
    const unchanged = await followRun({ journal: before.journal, checkpoints: [write(3)], evaluatorPath, log });
    expect(unchanged).toEqual(before);
    write(6);
    truncateSync(file(6), 4000);
    const broken = { journal: before.journal, checkpoints: [file(6)], evaluatorPath, log };
    await expect(followRun(broken)).rejects.toMatchObject({ problem: { file: file(6) } });
    const after = await followRun({
      ...broken,
      checkpoints: [file(6), write(7), file(5)],
      log: (message) => said.push(message),
    });
    expect(after.header.trajectory!.checkpoints.map(({ name }) => name).slice(5)).toEqual(["model_7.pt"]);
    expect(said.some((message) => message.includes("model_6.pt"))).toBe(true);
    // When it is whole at last it comes before the path's end.
    const late = await followRun({ ...broken, checkpoints: [write(6)] });
    expect(late).toEqual(after);
  });

  test("refuses what it could only measure wrongly", async () => {
    const { folder, study, write } = training(early);
    const before = await finished(study, folder);
    const { journal } = before;
    const checkpoints = [write(8)];
    const bytes = readFileSync(journal);
    const lock = await JournalLock.take(journal);
    await expect(followRun({ journal, checkpoints, evaluatorPath, log })).rejects.toMatchObject({
      problem: { reason: "journal-unwritable" },
    });
    await lock.release();
    const model = path.join(folder, "model.onnx");
    const content = readFileSync(model);
    writeFileSync(model, Buffer.concat([content, Buffer.from([0x72, 0x01, 0x61])]));
    await expect(followRun({ journal, checkpoints, evaluatorPath, log })).rejects.toMatchObject({
      problem: { reason: expect.stringMatching(/file-/) as string, file: model },
    });
    writeFileSync(model, content);
    writeFileSync(path.join(folder, before.header.directions.file!), "other directions");
    await expect(followRun({ journal, checkpoints, evaluatorPath, log })).rejects.toMatchObject({
      problem: { reason: "file-changed" },
    });
    expect(readFileSync(journal)).toEqual(bytes);

    const random = await finished({ ...resnetStudy(), grid: { ...resnetStudy().grid, points: [2, 2] } }, folder);
    await expect(followRun({ journal: random.journal, checkpoints, evaluatorPath, log })).rejects.toMatchObject({
      problem: { title: "The run has no path" },
    });
  });
});

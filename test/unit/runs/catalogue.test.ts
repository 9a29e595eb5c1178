import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { Catalogue, whatOf } from "../../../server/runs/catalogue";
import { JournalLock } from "../../../server/runs/lock";
import { endLine, pointLine } from "../../../server/runs/record";
import { temporaryFolder, writeJournal } from "./folder";
import { headerFor, studyOf } from "./header";

const header = headerFor([3, 2]);

function catalogue(): { readonly runs: Catalogue; readonly told: string[] } {
  const told: string[] = [];
  return { runs: new Catalogue((message) => told.push(message)), told };
}

test("a run is told by what its journal says", async () => {
  const journal = writeJournal(temporaryFolder(), "aaaaaaaa", { header, points: 6, isEnded: true, name: "wide net" });
  const { runs, told } = catalogue();
  expect(await runs.summaries([journal])).toEqual([
    {
      journal,
      name: "wide net",
      model: { name: "net.onnx", path: "/models/net.onnx" },
      what: "surface 3 × 2",
      plane: { x: [-1, 1], y: [-1, 1], points: [3, 2] },
      directions: "random, filter-normalised, seed 0",
      split: "test",
      samples: 100,
      loss: 0.4,
      accuracy: 85,
      engine: "ONNX Runtime 1.30.0 on CPU",
      status: "done",
      measured: 6,
      total: 6,
      started: "2025-01-01T00:00:00.000Z",
    },
  ]);
  expect(told).toEqual([]);
});

test("a run is done only when its journal says so and has every point", async () => {
  const folder = temporaryFolder();
  const journals = [
    writeJournal(folder, "aaaaaaaa", { header, points: 5 }),
    writeJournal(folder, "bbbbbbbb", { header, points: 6 }),
    writeJournal(folder, "cccccccc", { header, points: 5, isEnded: true }),
    writeJournal(folder, "dddddddd", { header, points: 6, isEnded: true }),
  ];
  const found = await catalogue().runs.summaries(journals);
  expect(found.map(({ status }) => status)).toEqual(["unfinished", "unfinished", "unfinished", "done"]);
  expect(found.map(({ measured, total }) => [measured, total])).toEqual([
    [5, 6],
    [6, 6],
    [5, 6],
    [6, 6],
  ]);
});

test("a run that somebody writes is running, and only as long as that", async () => {
  const journal = writeJournal(temporaryFolder(), "aaaaaaaa", { header, points: 6, isEnded: true });
  const { runs } = catalogue();
  const status = async () => (await runs.summaries([journal]))[0]!.status;
  const lock = await JournalLock.take(journal);
  expect(await status()).toBe("running");
  await lock.release();
  expect(await status()).toBe("done");
});

test("what is no journal, damaged or gone is left out, and the log tells of it once", async () => {
  const folder = temporaryFolder();
  const good = writeJournal(folder, "aaaaaaaa", { header, points: 1 });
  const damaged = path.join(folder, "net-bbbbbbbb.landscape-run.jsonl");
  writeFileSync(damaged, '{"format":"something else"}\n');
  const gone = path.join(folder, "net-cccccccc.landscape-run.jsonl");
  const { runs, told } = catalogue();
  for (let time = 0; time < 2; time += 1) {
    const found = await runs.summaries([damaged, good, gone, folder]);
    expect(found.map(({ journal }) => journal)).toEqual([good]);
  }
  expect(told.filter((message) => message.includes("bbbbbbbb"))).toHaveLength(1);
  expect(told.filter((message) => message.includes("cccccccc"))).toEqual([]);
});

test("a journal is read again when it has changed, and only then", async () => {
  const journal = writeJournal(temporaryFolder(), "aaaaaaaa", { header, points: 5 });
  const { runs } = catalogue();
  const [first] = await runs.summaries([journal]);
  expect(first!.measured).toBe(5);
  const [same] = await runs.summaries([journal]);
  expect(same!.model).toBe(first!.model);
  appendFileSync(journal, pointLine({ index: 5, loss: 1, accuracy: 1, lossError: 0 }));
  appendFileSync(journal, endLine({ end: "done", checks: [], seconds: 1 }));
  expect(await runs.summaries([journal])).toMatchObject([{ measured: 6, status: "done" }]);
  rmSync(journal);
  expect(await runs.summaries([journal])).toEqual([]);
});

test("weights that take the place of the model's own are told", async () => {
  const study = studyOf([3, 2], { model: { path: "/models/net.onnx", weights: "/models/epoch_3.pt" } });
  const journal = writeJournal(temporaryFolder(), "aaaaaaaa", { header: { ...header, study }, points: 1 });
  expect(await catalogue().runs.summaries([journal])).toMatchObject([{ model: { weights: "/models/epoch_3.pt" } }]);
});

test("what a run measures is said in words", () => {
  const { x, y } = header;
  const { grid } = header.study;
  const checkpoint = { name: "a", path: "/a", x: 0, y: 0, distance: 0, offPlane: 0 };
  const study = (over: object) => ({ ...header.study, ...over });
  const lines = study({ grid: { ...grid, lines: true } });
  expect(whatOf({ study: header.study, x, y })).toBe("surface 3 × 2");
  expect(whatOf({ study: lines, x, y: [0] })).toBe("line of 3 points");
  expect(whatOf({ study: lines, x, y: [0, 1, 2] })).toBe("line of 3 points, 3 directions");
  const trajectory = { drops: [], checkpoints: [checkpoint, checkpoint] };
  const curvature = {
    points: [11, 9],
    samples: 100,
    parameters: "all",
    traceProbes: 0,
    densityProbes: 0,
    tolerance: 1,
  };
  expect(whatOf({ study: study({ curvature }), x, y, trajectory })).toBe(
    "surface 3 × 2, path of 2 checkpoints, curvature 11 × 9",
  );
  expect(whatOf({ study: study({ curvature: { ...curvature, points: [1, 1] } }), x, y })).toBe("surface 3 × 2");
});

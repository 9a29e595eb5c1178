import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { RunHeader } from "../../../server/protocol/result";
import { findTakenOver } from "../../../server/runs/takeOver";
import { temporaryFolder, writeJournal } from "./folder";
import { headerFor, studyOf } from "./header";

const header = headerFor([3, 3]);
const { fingerprints } = header;
const curvature = {
  points: [3, 3],
  samples: 50,
  parameters: "kernels",
  traceProbes: 0,
  densityProbes: 0,
  tolerance: 0.01,
} as const;
const curved = studyOf([3, 3], { curvature });

const study = (over: Partial<RunHeader["study"]>): RunHeader => ({ ...header, study: { ...header.study, ...over } });

describe("a run that begins takes over", () => {
  test("the points of the run of its plane that has most, and says where they come from", async () => {
    const folder = temporaryFolder();
    writeJournal(folder, "00000001", { header, points: 4 });
    const most = writeJournal(folder, "00000002", {
      header: study({ sharpness: { epsilon: 1, samples: 9 } }),
      points: 7,
    });
    writeJournal(folder, "00000003", { header: study({ data: { ...header.study.data, samples: 50 } }), points: 9 });
    const found = (await findTakenOver(curved, fingerprints, folder))!;
    expect(found.journal).toBe(most);
    expect(found.points.map(({ index, loss }) => [index, loss])).toEqual([0, 1, 2, 3, 4, 5, 6].map((k) => [k, k / 8]));
    expect(found.extras).toEqual([]);
    expect(found.header.takenOver).toEqual({ run: path.basename(most), points: 7, extras: 0 });
    expect(found.header.study).toEqual({ ...curved, compute: header.study.compute });
    expect(found.header.id).not.toBe(header.id);
    const { id, started, study: own, takenOver, ...rest } = found.header;
    expect(header).toMatchObject(rest);
    expect([id, started, own, takenOver]).not.toContain(undefined);
  });

  test("nothing of other files, another engine, a damaged journal, or an empty folder", async () => {
    const folder = temporaryFolder();
    expect(await findTakenOver(curved, fingerprints, path.join(folder, "none"))).toBeUndefined();
    writeFileSync(path.join(folder, "net-00000000.landscape-run.jsonl"), "not a journal\n");
    writeJournal(folder, "00000001", { header, points: 9 });
    mkdirSync(path.join(folder, "net-00000002.landscape-run.jsonl"));
    expect(await findTakenOver(curved, fingerprints, folder)).toBeDefined();
    const others = { ...fingerprints, [header.study.data.path]: "cc" };
    expect(await findTakenOver(curved, others, folder)).toBeUndefined();
    const elsewhere = { ...curved, compute: { ...curved.compute, engine: "wasm" } } as const;
    expect(await findTakenOver(elsewhere, fingerprints, folder)).toBeUndefined();
  });

  test("nothing where the directions are not there as they were", async () => {
    const folder = temporaryFolder();
    const bytes = Buffer.from("directions");
    const digest = createHash("sha256").update(bytes).digest("hex");
    const directions = { ...header.directions, file: "net-00000001.directions.npz", digest };
    writeJournal(folder, "00000001", { header: { ...header, directions }, points: 9 });
    expect(await findTakenOver(curved, fingerprints, folder)).toBeUndefined();
    writeFileSync(path.join(folder, directions.file), bytes);
    expect(await findTakenOver(curved, fingerprints, folder)).toBeDefined();
    writeFileSync(path.join(folder, directions.file), "other directions");
    expect(await findTakenOver(curved, fingerprints, folder)).toBeUndefined();
  });
});

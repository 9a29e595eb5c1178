import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { pathRange } from "../../../server/landscape/trajectory/range";
import type { RunHeader } from "../../../server/protocol/result";
import type { GridSpec, RandomDirections, Study } from "../../../server/protocol/study";
import type { ExtraRecord } from "../../../server/runs/extras";
import { axesOf } from "../../../server/runs/header";
import { extraLine, headerLine, pointLine } from "../../../server/runs/record";
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

/** What a point of the plane was measured to be: another number for every place. */
const lossAt = (alpha: number, beta: number): number => 2 + alpha + 1000 * beta;

interface Measured {
  readonly grid?: Partial<GridSpec>;
  readonly over?: Partial<RunHeader>;
  readonly study?: Partial<Study>;
  /** Indices of what is measured; all when absent. */
  readonly indices?: readonly number[];
  readonly extras?: readonly ExtraRecord[];
}

/** The journal of a run whose losses tell their places. */
function measured(folder: string, digest: string, points: readonly [number, number], parts: Measured = {}): string {
  const base = headerFor(points);
  const grid = { ...base.study.grid, ...parts.grid };
  const head: RunHeader = {
    ...base,
    study: { ...base.study, grid, ...parts.study },
    ...axesOf(grid),
    ...parts.over,
  };
  const all = parts.indices ?? Array.from({ length: head.x.length * head.y.length }, (_, index) => index);
  const lines = all.map((index) => {
    const [alpha, beta] = [head.x[index % head.x.length]!, head.y[Math.floor(index / head.x.length)]!];
    return pointLine({ index, loss: lossAt(alpha, beta), accuracy: 50, lossError: 0.1 });
  });
  const file = path.join(folder, `net-${digest}.landscape-run.jsonl`);
  writeFileSync(file, [headerLine(head), ...lines, ...(parts.extras ?? []).map(extraLine)].join(""));
  return file;
}

/** The same study on another grid. */
const gridded = (grid: Partial<GridSpec>, over: Partial<Study> = {}): Study => {
  const base = studyOf([3, 3], over);
  return { ...base, grid: { ...base.grid, ...grid } };
};

type Found = Awaited<ReturnType<typeof findTakenOver>>;

/** How many points were found; each has the loss of its place, and none is there twice. */
function count(found: Found): number {
  if (!found) return 0;
  const { x, y } = found.header;
  for (const { index, loss } of found.points) {
    expect(loss).toBe(lossAt(x[index % x.length]!, y[Math.floor(index / x.length)]!));
  }
  expect(new Set(found.points.map(({ index }) => index)).size).toBe(found.points.length);
  expect(found.header.takenOver.points).toBe(found.points.length);
  return found.points.length;
}

describe("a run of another grid of the same plane takes over", () => {
  test("the points that they have in common, under its own numbers, and has its own grid in its header", async () => {
    const folder = temporaryFolder();
    const coarse = measured(folder, "00000001", [3, 3]);
    const fine = gridded({ points: [5, 5] });
    const found = (await findTakenOver(fine, fingerprints, folder))!;
    expect(count(found)).toBe(9);
    expect(found.points.map(({ index }) => index)).toEqual([0, 2, 4, 10, 12, 14, 20, 22, 24]);
    expect(found.journal).toBe(coarse);
    expect(found.header.takenOver).toEqual({ run: path.basename(coarse), points: 9, extras: 0 });
    expect(found.header.study).toEqual(fine);
    expect(found.header).toMatchObject(axesOf(fine.grid));
    expect(count(await findTakenOver(gridded({ points: [5, 3] }), fingerprints, folder))).toBe(9);
    expect(count(await findTakenOver(gridded({ points: [4, 4] }), fingerprints, folder))).toBe(4);
    expect(count(await findTakenOver(gridded({ points: [4, 4], x: [2, 3] }), fingerprints, folder))).toBe(0);
    // An interpolated point is in no journal: a grid with a tolerance gives and takes what is measured.
    expect(count(await findTakenOver(gridded({ points: [5, 5], refine: 0.01 }), fingerprints, folder))).toBe(9);
  });

  test.each([
    [21, 41, 441],
    [26, 51, 676],
    [51, 101, 2601],
    [11, 51, 121],
    [41, 21, 441],
  ])("all of it, from %i to %i points along each axis", async (from, to, common) => {
    const folder = temporaryFolder();
    measured(folder, "00000001", [from, from]);
    expect(count(await findTakenOver(gridded({ points: [to, to] }), fingerprints, folder))).toBe(common);
  });

  test("in a rectangle of it and in a larger one, all nodes that are there", async () => {
    const folder = temporaryFolder();
    measured(folder, "00000001", [51, 51]);
    const inside = gridded({ x: [-0.6, -0.2], y: [0.2, 0.6], points: [21, 21] });
    expect(count(await findTakenOver(inside, fingerprints, folder))).toBe(11 * 11);
    const around = gridded({ x: [-1.4, 1], y: [-1, 1.2], points: [61, 56] });
    expect(count(await findTakenOver(around, fingerprints, folder))).toBe(51 * 51);
  });

  test("what several have, most first, each point once", async () => {
    const folder = temporaryFolder();
    // Of equal ones the first by name.
    const twin = measured(folder, "00000002", [3, 3], { grid: { x: [0, 1] } });
    const most = measured(folder, "00000003", [5, 5], { indices: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
    measured(folder, "00000004", [3, 3], { grid: { x: [0, 1] } });
    const coarse = measured(folder, "00000005", [3, 3], { indices: [0, 1, 2, 3, 4, 5, 6] });
    const found = (await findTakenOver(gridded({ points: [9, 9] }), fingerprints, folder))!;
    // The twin's lower row is known from the first; the coarse one adds the left end of its middle row and of its last.
    expect(count(found)).toBe(10 + 6 + 2);
    expect(found.journal).toBe(most);
    expect(found.header.takenOver).toEqual({
      run: path.basename(most),
      points: 18,
      extras: 0,
      others: [twin, coarse].map((file) => path.basename(file)),
    });
    expect(await findTakenOver(gridded({ points: [9, 9] }), fingerprints, folder)).toEqual({
      ...found,
      header: { ...found.header, id: expect.any(String) as string, started: expect.any(String) as string },
    });
  });

  test("of runs that were measured in another way only what the first of them has", async () => {
    const execution = { provider: "cpu", way: "fed", batchSize: 50, threads: 1 } as const;
    const { engine } = header;
    const ways: readonly Partial<RunHeader>[] = [
      { engine: { ...engine, execution } },
      { engine: { ...engine, version: "1.31.0" } },
      { centre: { ...header.centre, loss: 0.4000000000000001 } },
    ];
    for (const over of ways) {
      const folder = temporaryFolder();
      const most = measured(folder, "00000001", [5, 5]);
      measured(folder, "00000002", [3, 3], { grid: { x: [-0.75, 0.75] }, over });
      const found = (await findTakenOver(gridded({ points: [9, 9] }), fingerprints, folder))!;
      expect(count(found)).toBe(25);
      expect(found.header.takenOver).toEqual({ run: path.basename(most), points: 25, extras: 0 });
    }
  });

  test("of a run of its own grid rather than of another one that has as much", async () => {
    const folder = temporaryFolder();
    measured(folder, "00000001", [5, 5], { over: { centre: { ...header.centre, accuracy: 86 } } });
    const own = measured(folder, "00000002", [3, 3]);
    const found = (await findTakenOver(curved, fingerprints, folder))!;
    expect(count(found)).toBe(9);
    expect(found.header.takenOver).toEqual({ run: path.basename(own), points: 9, extras: 0 });
  });

  test("no point of another seed, other samples, another split, other batches, or of lines for a surface", async () => {
    const folder = temporaryFolder();
    measured(folder, "00000001", [3, 3]);
    const none = async (over: Partial<Study>): Promise<void> => {
      expect(await findTakenOver(gridded({ points: [5, 5] }, over), fingerprints, folder)).toBeUndefined();
    };
    const { data, compute } = header.study;
    await none({ directions: { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" } });
    await none({ data: { ...data, samples: 50 } });
    await none({ splits: [{ ...data, split: "train" }] });
    await none({ compute: { ...compute, batchSize: 20 } });
    expect(await findTakenOver(gridded({ points: [5, 3], lines: true }), fingerprints, folder)).toBeUndefined();
  });

  test("of lines the same lines", async () => {
    const folder = temporaryFolder();
    const family = (points: number, count: number, over: Partial<Study> = {}): Study =>
      gridded({ points: [points, count], lines: true }, { directions: { ...directions, count }, ...over });
    const { directions } = studyOf([3, 3]) as { directions: RandomDirections };
    measured(folder, "00000001", [5, 3], { grid: { lines: true }, study: { directions: { ...directions, count: 3 } } });
    const finer = await findTakenOver(family(9, 3), fingerprints, folder);
    expect(count(finer)).toBe(15);
    expect(finer!.isOtherFamily).toBe(false);
    const [more, fewer] = [await findTakenOver(family(5, 4), fingerprints, folder), family(9, 2)];
    expect(count(more)).toBe(15);
    expect(more!.isOtherFamily).toBe(true);
    expect(more!.header.study.directions).toEqual({ ...directions, count: 4 });
    expect(count(await findTakenOver(fewer, fingerprints, folder))).toBe(10);
  });

  test("nothing of a short run of which it was not found out how it is measured fastest, unless it is short itself", async () => {
    const compute = { ...header.study.compute, batchSize: 0 };
    const execution = { provider: "cpu", way: "baked", batchSize: 100, threads: 1 } as const;
    const engine = { ...header.engine, execution };
    const because = (why: string): Measured => ({ study: { compute }, over: { engine: { ...engine, why } } });
    const short = temporaryFolder();
    measured(short, "00000001", [5, 5], because("first choice; weights compiled in: the run is short; 2 evaluators"));
    expect(count(await findTakenOver(gridded({ points: [17, 17] }, { compute }), fingerprints, short))).toBe(0);
    expect(count(await findTakenOver(gridded({ points: [9, 9] }, { compute }), fingerprints, short))).toBe(25);
    const long = temporaryFolder();
    measured(long, "00000001", [5, 5], because("first choice; weights compiled in: no other is clearly faster"));
    expect(count(await findTakenOver(gridded({ points: [17, 17] }, { compute }), fingerprints, long))).toBe(25);
  });

  test("where a range is fitted to a path, the points of that range", async () => {
    const folder = temporaryFolder();
    const trajectory = {
      drops: [],
      added: 1,
      checkpoints: [
        { name: "1", path: "/models/1.npz", x: -1.3, y: 0.2, distance: 1, offPlane: 0 },
        { name: "2", path: "/models/2.npz", x: -0.4, y: 0.1, distance: 1, offPlane: 0 },
        // It came after the range was fitted.
        { name: "3", path: "/models/3.npz", x: -7, y: 0.1, distance: 1, offPlane: 0 },
      ],
    };
    const range = pathRange(trajectory.checkpoints.slice(0, 2));
    measured(folder, "00000001", [5, 5], { grid: { ...range, fit: true }, over: { trajectory } });
    const fitted = gridded({ points: [9, 9], fit: true });
    const found = (await findTakenOver(fitted, fingerprints, folder))!;
    expect(count(found)).toBe(25);
    expect(found.header.study.grid).toEqual({ ...fitted.grid, ...range });
  });

  test("curvature at the same places, also from another run than the points", async () => {
    const folder = temporaryFolder();
    const curvaturePoint = (index: number): ExtraRecord => ({
      extra: "curvature",
      values: { index, max: index, min: -1, residual: [0, 0], symmetry: 0, products: 7 },
      parameters: 9,
    });
    const extras = [4, 0, 8].map(curvaturePoint);
    const first = measured(folder, "00000001", [5, 5]);
    const second = measured(folder, "00000002", [3, 3], { study: { curvature }, extras });
    const study = gridded({ points: [5, 5] }, { curvature: { ...curvature, points: [5, 5] } });
    const found = (await findTakenOver(study, fingerprints, folder))!;
    expect(count(found)).toBe(25);
    const at = found.extras.map((record) =>
      record.extra === "curvature" ? `${String(record.values.max)} at ${String(record.values.index)}` : record.extra,
    );
    expect(new Set(at)).toEqual(new Set(["0 at 0", "4 at 12", "8 at 24"]));
    expect(found.header.takenOver).toEqual({
      run: path.basename(first),
      points: 25,
      extras: 3,
      others: [path.basename(second)],
    });
  });
});

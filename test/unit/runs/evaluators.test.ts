import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluatorsFor, meansOf, workplaceFor } from "../../../server/runs/evaluators";
import type { Means } from "../../../server/runs/evaluators";
import type { Study } from "../../../server/protocol/study";
import { studyOf } from "./header";

const GB = 2 ** 30;
const means: Means = { cores: 16, memory: 16 * GB, parameters: 250e3, data: 1e6 };

function count(
  evaluators: number,
  over: Partial<Means> = {},
  points: readonly [number, number] = [51, 51],
  changes: Partial<Study> = {},
): number {
  const study = { ...studyOf(points), ...changes };
  return evaluatorsFor({ ...study, compute: { ...study.compute, evaluators } }, { ...means, ...over });
}

describe("the number of evaluators", () => {
  test("is one for each core unless the study says otherwise", () => {
    expect(count(0)).toBe(16);
    expect(count(3)).toBe(3);
    expect(count(40)).toBe(40);
  });

  test("is never more than there are points", () => {
    expect(count(0, {}, [3, 3])).toBe(9);
    expect(count(4, {}, [1, 1])).toBe(1);
  });

  test("is as large as memory allows for a large model, and at least one", () => {
    expect(count(0, { parameters: 134e6 })).toBe(5);
    expect(count(0, { parameters: 2e9 })).toBe(1);
    expect(count(0, { data: 2 * GB })).toBe(7);
    expect(count(8, { parameters: 134e6 })).toBe(5);
  });

  test("reckons with directions that cannot be made anew", () => {
    const { grid } = studyOf([51, 51]);
    expect(count(0, { parameters: 134e6 }, [51, 51], { directions: { kind: "file", path: "d.h5" } })).toBe(3);
    expect(count(0, { parameters: 134e6 }, [51, 51], { grid: { ...grid, lines: true } })).toBe(3);
  });
});

describe("a run that began with several threads", () => {
  const { compute } = studyOf([5, 5]);
  const execution = { provider: "cpu", way: "baked", batchSize: 100, threads: 4 } as const;

  test("goes on with no more evaluators than the cores suffice for", () => {
    const begun = (evaluators: number, cores: number): number =>
      evaluatorsFor({ ...studyOf([51, 51]), compute: { ...compute, evaluators, execution } }, { ...means, cores });
    expect(begun(0, 16)).toBe(4);
    expect(begun(8, 16)).toBe(4);
    expect(begun(3, 16)).toBe(3);
    expect(begun(0, 2)).toBe(1);
  });

  test("has no choice of them, nor has a study that says how many evaluators or how large batches are", () => {
    const open = { ...compute, evaluators: 0, batchSize: 0 };
    expect(workplaceFor({ compute: open }, 4, 4, "file")).toEqual({ threads: 1, memory: "file", evaluators: 4 });
    expect(workplaceFor({ compute: open }, 2, 4, undefined)).toEqual({ threads: 2, evaluators: 2 });
    const stated = [{ execution }, { batchSize: 50 }, { evaluators: 4 }];
    for (const each of stated)
      expect(workplaceFor({ compute: { ...open, ...each } }, 4, 4, "f").evaluators).toBeUndefined();
  });
});

describe("the bytes of samples", () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "means-"));
    file = path.join(folder, "test.npz");
    writeFileSync(file, new Uint8Array(1000));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const bytes = async (samples: number, sampleSize?: number, over: Partial<Study["data"]> = {}): Promise<number> => {
    const { data } = studyOf([5, 5]);
    return (await meansOf({ data: { ...data, path: file, samples, ...over } }, 0, { sampleSize })).data;
  };

  test("are those of the chosen ones, as far as the file can hold them", async () => {
    expect(await bytes(20, 3)).toBe(240);
    expect(await bytes(1e9, 3)).toBe(32_000);
  });

  test("follow from the file's size while it is not known what a sample is", async () => {
    expect(await bytes(20)).toBe(4000);
  });

  test("of a folder are those of the chosen ones, and of a file that is not there none", async () => {
    expect(await bytes(20, 3, { path: folder })).toBe(240);
    expect(await bytes(20, 3, { path: path.join(folder, "no.npz") })).toBe(0);
  });

  test("are a quarter where they are held as bytes", async () => {
    const { data } = studyOf([5, 5]);
    const each = { ...data, path: folder, samples: 50_000 };
    const of = async (sampleSize: number, areBytes: readonly boolean[]): Promise<number> =>
      (await meansOf({ data: each, splits: [each] }, 0, { sampleSize, areBytes })).data;
    expect(await of(3072, [true, true])).toBe(2 * 50_000 * 3072);
    expect(await of(3072, [false, true])).toBe(5 * 50_000 * 3072);
  });

  test("add up over splits", async () => {
    const { data } = studyOf([5, 5]);
    const each = { ...data, path: file, samples: 20 };
    expect((await meansOf({ data: each, splits: [each, { ...each, samples: 10 }] }, 0, { sampleSize: 3 })).data).toBe(
      600,
    );
  });
});

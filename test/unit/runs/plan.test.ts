import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Planned } from "../../../server/evaluator/messages";
import type { EvaluatorPool } from "../../../server/evaluator/pool";
import type { DirectionFacts } from "../../../server/protocol/result";
import type { Directions, Study } from "../../../server/protocol/study";
import { directionsFile, directionsPath, hasDirections, planRun } from "../../../server/runs/plan";
import { headerFor, studyOf } from "./header";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "plan-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const facts: DirectionFacts = { kind: "pca", label: "principal directions", axes: ["PC 1", "PC 2"] };
const digest = "ab".repeat(32);

describe("a run's directions", () => {
  test.each([
    ["/results/net-01234567.landscape-run.jsonl", "/results/net-01234567.directions.npz"],
    ["/results.jsonl/net.jsonl", "/results.jsonl/net.directions.npz"],
    ["/results/net.landscape-run.jsonl.old", "/results/net.landscape-run.jsonl.old.directions.npz"],
  ])("beside %s are called %s", (journal, file) => {
    expect(directionsPath(journal)).toBe(file);
  });

  test("beside two journals of one folder are two files", () => {
    const [one, other] = ["net-01234567", "net-89abcdef"].map((name) => `/results/${name}.landscape-run.jsonl`);
    expect(directionsPath(one!)).not.toBe(directionsPath(other!));
  });

  test("are looked for beside the journal, wherever it has been moved", () => {
    const kept = { ...facts, file: "net.directions.npz", digest };
    const file = path.join("/moved", "net.directions.npz");
    expect(directionsFile(kept, path.join("/moved", "net.landscape-run.jsonl"))).toEqual({ path: file, digest });
    expect(directionsFile(facts, "/moved/net.landscape-run.jsonl")).toBeUndefined();
  });

  test("are there when they follow from the study, or their file is there", async () => {
    const header = headerFor([3, 3]);
    const journal = path.join(folder, "net.landscape-run.jsonl");
    expect(await hasDirections(header, journal)).toBe(true);
    const kept = { ...header, directions: { ...facts, file: "kept.directions.npz", digest } };
    expect(await hasDirections(kept, journal)).toBe(false);
    writeFileSync(path.join(folder, "kept.directions.npz"), "");
    expect(await hasDirections(kept, journal)).toBe(true);
  });
});

describe("planning a run", () => {
  /** Plans a study with a pool that only notes what it is asked for. */
  async function plan(directions: Directions, journal: string): Promise<{ file: unknown; planned: Planned }> {
    let file: unknown = "not asked";
    const pool = {
      plan: (study: Study, asked?: string): Promise<Planned> => {
        file = asked;
        return Promise.resolve({
          directions: { ...facts, kind: study.directions.kind },
          grid: study.grid,
          checks: [],
          ...(asked === undefined ? {} : { digest }),
        });
      },
    } as unknown as EvaluatorPool;
    const planned = await planRun(pool, studyOf([3, 3], { directions }), journal);
    return { file, planned };
  }

  test.each<Directions>([
    { kind: "pca", centred: true, finalRow: true, ignore: "bias,norm" },
    { kind: "hessian", second: "smallest", samples: 10, ignore: "bias,norm" },
  ])("keeps directions that take long to find in a file beside the journal: $kind", async (directions) => {
    const journal = path.join(folder, "new", directions.kind, "net-01.landscape-run.jsonl");
    const { file, planned } = await plan(directions, journal);
    expect(file).toBe(path.join(folder, "new", directions.kind, "net-01.directions.npz"));
    expect(planned.directions).toMatchObject({ file: "net-01.directions.npz", digest });
    // Its folder is there by then.
    writeFileSync(file as string, "");
    expect(directionsFile(planned.directions, journal)).toEqual({ path: file, digest });
  });

  test.each<Directions>([
    { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" },
    { kind: "between", checkpoints: ["/a.pt", "/b.pt"] },
    { kind: "file", path: "/directions.npz" },
  ])("keeps no file of directions that follow from the study: $kind", async (directions) => {
    const journal = path.join(folder, "none", "net-01.landscape-run.jsonl");
    const { file, planned } = await plan(directions, journal);
    expect(file).toBeUndefined();
    expect(directionsFile(planned.directions, journal)).toBeUndefined();
  });

  test("says so when the folder cannot be made", async () => {
    writeFileSync(path.join(folder, "occupied"), "");
    const journal = path.join(folder, "occupied", "net-01.landscape-run.jsonl");
    const directions: Directions = { kind: "pca", centred: true, finalRow: true, ignore: "bias,norm" };
    await expect(plan(directions, journal)).rejects.toMatchObject({ problem: { reason: "journal-unwritable" } });
  });
});

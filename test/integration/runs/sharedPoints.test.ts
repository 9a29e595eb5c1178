import path from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ForeseeRequest } from "../../../server/protocol/requests";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { openRun } from "../../../server/runs/open";
import { ServerClient } from "../server/client";
import { temporaryFolder } from "./support/folders";
import { resnetStudy, runStudy, watch } from "./support/study";
import type { Finished } from "./support/study";

const base = resnetStudy();
const data = { ...base.data, samples: 8 };

/** The study on a grid. */
function on(points: readonly [number, number], over: Partial<Study["grid"]> = {}, study: Partial<Study> = {}): Study {
  return resnetStudy({ data, grid: { ...base.grid, points, ...over }, ...study });
}

/** Numbers of the points that a run has measured by itself: all that it showed after its first picture. */
function measuredBy({ events }: Finished): readonly number[] {
  return events.flatMap(({ event }) => (event.kind === "points" ? event.points.map(({ index }) => index) : []));
}

const byIndex = ({ points }: RunSnapshot): RunSnapshot["points"] => [...points].sort((a, b) => a.index - b.index);

async function done(study: Study, resultsFolder: string): Promise<Finished & { readonly snapshot: RunSnapshot }> {
  const run = await runStudy({ study, resultsFolder });
  expect(run.outcome.status).toBe("done");
  return { ...run, snapshot: run.run.snapshot()! };
}

describe("a run beside one of the same plane", () => {
  let folder: string;
  let coarse: RunSnapshot;

  beforeAll(async () => {
    folder = temporaryFolder("file");
    ({ snapshot: coarse } = await done(on([21, 21]), folder));
  });

  test("on a grid twice as fine measures what is between, and has the same bits as one from nothing", async () => {
    const client = await ServerClient.start();
    onTestFinished(() => client.kill());
    const foreseen = await client.connection.sendRequest(ForeseeRequest, {
      study: coarse.header.study,
      change: { grid: { points: [41, 41] } },
      defaults: { resultsFolder: folder },
    });
    if (foreseen.kind !== "ready") throw new Error(foreseen.problem.message);
    expect(foreseen.evaluations).toBe(41 * 41 - 21 * 21);

    const anew = await done(on([41, 41]), temporaryFolder());
    expect(anew.snapshot.header.takenOver).toBeUndefined();
    expect(measuredBy(anew)).toHaveLength(41 * 41);
    const fine = await done(on([41, 41]), folder);
    const measured = measuredBy(fine);
    expect(measured).toHaveLength(41 * 41 - 21 * 21);
    expect(measured.filter((index) => index % 2 === 0 && Math.floor(index / 41) % 2 === 0)).toEqual([]);
    expect(byIndex(fine.snapshot)).toEqual(byIndex(anew.snapshot));
    expect(fine.snapshot.estimate).toEqual(anew.snapshot.estimate);
    const { takenOver, id, started, ...header } = fine.snapshot.header;
    expect(takenOver).toEqual({ run: path.basename(coarse.journal), points: 441, extras: 0 });
    expect(anew.snapshot.header).toMatchObject(header);
    expect([id, started]).not.toContain(anew.snapshot.header.id);
    // It is a run of its own, and opens as one; the other one is as it was.
    expect(byIndex(await openRun(fine.snapshot.journal))).toEqual(byIndex(anew.snapshot));
    expect(await openRun(coarse.journal)).toEqual(coarse);
    expect(fine.snapshot.checks.filter(({ level }) => level === "error")).toEqual([]);
    expect(fine.snapshot.checks.map(({ name }) => name)).toEqual(anew.snapshot.checks.map(({ name }) => name));
  });

  test("in a rectangle of it takes what is inside, and with a tolerance has no interpolated point", async () => {
    const own = temporaryFolder();
    await done(on([11, 11]), own);
    const grid = { x: [-0.6, 0.2], y: [-0.2, 0.6] } as const;
    const [part, anew] = [await done(on([9, 9], grid), own), await done(on([9, 9], grid), temporaryFolder())];
    expect(part.snapshot.header.takenOver).toMatchObject({ points: 25 });
    expect(measuredBy(part)).toHaveLength(81 - 25);
    expect(byIndex(part.snapshot)).toEqual(byIndex(anew.snapshot));

    const refined = await done(on([31, 31], { refine: 0.5 }), temporaryFolder());
    const resultsFolder = path.dirname(refined.snapshot.journal);
    const known = new Map(refined.snapshot.points.map((point) => [point.index, point]));
    expect(known.size).toBeLessThan(31 * 31);
    const whole = await done(on([31, 31]), resultsFolder);
    expect(whole.snapshot.header.takenOver).toMatchObject({ points: known.size });
    expect(measuredBy(whole)).toHaveLength(31 * 31 - known.size);
    for (const index of measuredBy(whole)) expect(known.has(index)).toBe(false);
    for (const point of whole.snapshot.points) expect(known.get(point.index) ?? point).toEqual(point);
  });

  test("with another seed or split measures everything, and so does one that is wanted afresh", async () => {
    const { directions } = base;
    const seed = { directions: { ...directions, seed: 4 } } as Partial<Study>;
    const split = { splits: [{ ...data, split: "more", samples: 12 }] };
    for (const over of [seed, split]) {
      const run = await done(on([11, 11], {}, over), folder);
      expect(run.snapshot.header.takenOver).toBeUndefined();
      expect(measuredBy(run)).toHaveLength(121);
    }
    const fresh = await runStudy({ study: on([11, 11]), resultsFolder: folder, mode: "fresh" });
    expect(fresh.outcome.status).toBe("done");
    expect(fresh.run.snapshot()!.header.takenOver).toBeUndefined();
    expect(measuredBy(fresh)).toHaveLength(121);
  });

  test("that was interrupted takes what there is, and goes on from it when it is interrupted itself", async () => {
    const resultsFolder = temporaryFolder();
    const first = watch({ study: on([21, 21]), resultsFolder });
    await first.shown(30);
    first.run.cancel();
    expect((await first.run.finished).status).toBe("cancelled");
    const kept = first.run.snapshot()!.points.length;

    const second = watch({ study: on([41, 41]), resultsFolder });
    await second.shown(kept + 20);
    second.run.cancel();
    expect((await second.run.finished).status).toBe("cancelled");
    const between = second.run.snapshot()!;
    expect(between.header.takenOver).toMatchObject({ points: kept });

    const rest = await done(on([41, 41]), resultsFolder);
    expect(measuredBy(rest)).toHaveLength(41 * 41 - between.points.length);
    expect(rest.snapshot.header.id).toBe(between.header.id);
    const anew = await done(on([41, 41]), folder);
    expect(byIndex(rest.snapshot)).toEqual(byIndex(anew.snapshot));
  });

  test("of lines takes the points of the same lines, also where they are more", async () => {
    const resultsFolder = temporaryFolder();
    const lines = (points: number, count: number): Study =>
      on([points, count], { lines: true }, { directions: { ...base.directions, count } as Study["directions"] });
    await done(lines(11, 3), resultsFolder);
    const [fine, anew] = [await done(lines(21, 4), resultsFolder), await done(lines(21, 4), temporaryFolder())];
    expect(measuredBy(fine)).toHaveLength(4 * 21 - 3 * 11);
    expect(byIndex(fine.snapshot)).toEqual(byIndex(anew.snapshot));
    expect(fine.snapshot.header.directions).toEqual(anew.snapshot.header.directions);
    expect(fine.snapshot.header.checks).toEqual(anew.snapshot.header.checks);
    const finer = await done(lines(41, 4), resultsFolder);
    expect(measuredBy(finer)).toHaveLength(4 * 20);
  });
});

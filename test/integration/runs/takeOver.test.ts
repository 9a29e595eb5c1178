import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { ForeseeRequest } from "../../../server/protocol/requests";
import { openRun } from "../../../server/runs/open";
import { checkpoint } from "../method/support";
import { ServerClient } from "../server/client";
import { temporaryFolder } from "./support/folders";
import { resnetStudy, runStudy, watch } from "./support/study";
import type { Finished } from "./support/study";

const curvature = {
  points: [1, 1],
  samples: 64,
  parameters: "kernels",
  traceProbes: 2,
  densityProbes: 0,
  tolerance: 1e-3,
} as const;

/** Principal directions, which are kept in a file; a path with checkpoints; a range that is fitted. */
const study = resnetStudy({
  directions: { kind: "pca", centred: true, finalRow: true, ignore: "bias,norm" },
  checkpoints: { files: [0, 4, 8, 10].map((epoch) => checkpoint(epoch)) },
  grid: { x: [-1, 1], y: [-1, 1], points: [5, 5], fit: true },
});
const curved: Study = { ...study, curvature };

/** Points and checkpoints that a run has measured by itself: all that it showed after its first picture. */
function measuredBy({ events }: Finished): { readonly points: number; readonly shown: RunSnapshot } {
  const points = events.flatMap(({ event }) => (event.kind === "points" ? event.points : [])).length;
  const first = events.flatMap(({ event }) => (event.kind === "snapshot" ? [event.snapshot] : []))[0]!;
  return { points, shown: first };
}

const byIndex = ({ points }: RunSnapshot): RunSnapshot["points"] => [...points].sort((a, b) => a.index - b.index);

describe("a run with curvature", () => {
  let folder: string;
  let plain: RunSnapshot;
  let anew: RunSnapshot;

  beforeAll(async () => {
    folder = temporaryFolder();
    const first = await runStudy({ study, resultsFolder: folder });
    expect(first.outcome.status).toBe("done");
    plain = first.run.snapshot()!;
    const whole = await runStudy({ study: curved, resultsFolder: temporaryFolder() });
    expect(whole.outcome.status).toBe("done");
    anew = whole.run.snapshot()!;
    expect(anew.header.takenOver).toBeUndefined();
  });

  test("takes the points and checkpoints of the run without, and measures nothing but curvature: the same bits", async () => {
    const client = await ServerClient.start();
    onTestFinished(() => client.kill());
    const foreseen = await client.connection.sendRequest(ForeseeRequest, {
      study: plain.header.study,
      change: { curvature },
      defaults: { resultsFolder: folder },
    });
    if (foreseen.kind !== "ready") throw new Error(foreseen.problem.message);
    expect(foreseen.evaluations).toBe(0);
    expect(foreseen.products).toBeGreaterThan(0);

    const run = await runStudy({ study: curved, resultsFolder: folder });
    expect(run.outcome.status).toBe("done");
    const { points, shown } = measuredBy(run);
    expect(points).toBe(0);
    expect(shown.points).toEqual(plain.points);
    expect(shown.extras!.checkpoints).toEqual(plain.extras!.checkpoints);
    const snapshot = run.run.snapshot()!;
    expect(snapshot.header.takenOver).toEqual({ run: path.basename(plain.journal), points: 25, extras: 4 });
    expect(byIndex(snapshot)).toEqual(byIndex(anew));
    expect(snapshot.extras).toEqual(anew.extras);
    expect(snapshot.header.x).toEqual(anew.header.x);
    expect(snapshot.header.centre).toEqual(anew.header.centre);
    // Its directions are its own, so that the other run may be deleted.
    const [own, other] = [snapshot, plain].map(({ header }) => header.directions.file!);
    expect(own).not.toBe(other);
    expect(readFileSync(path.join(folder, own!))).toEqual(readFileSync(path.join(folder, other!)));
    expect(await openRun(plain.journal)).toEqual(plain);

    // One with more probes takes those that are there.
    const more = await runStudy({
      study: { ...curved, curvature: { ...curvature, traceProbes: 3 } },
      resultsFolder: folder,
    });
    expect(more.outcome.status).toBe("done");
    const probed = more.run.snapshot()!;
    expect(probed.header.takenOver).toEqual({ run: path.basename(snapshot.journal), points: 25, extras: 4 + 1 + 2 });
    expect(probed.extras!.curvature).toEqual(anew.extras!.curvature);
    expect(probed.extras!.centreCurvature!.traceSamples!.slice(0, 2)).toEqual(
      anew.extras!.centreCurvature!.traceSamples,
    );
  });

  test("measures what a run that was cancelled has not, and all of it where it is wanted afresh", async () => {
    const resultsFolder = temporaryFolder();
    const random = resnetStudy({ grid: { ...resnetStudy().grid, points: [7, 7] } });
    const sharp: Study = { ...random, sharpness: { epsilon: 0.001, samples: 64 } };
    const first = watch({ study: random, resultsFolder });
    await first.shown(9);
    first.run.cancel();
    expect((await first.run.finished).status).toBe("cancelled");
    const kept = first.run.snapshot()!.points.length;
    const run = await runStudy({ study: sharp, resultsFolder });
    expect(run.outcome.status).toBe("done");
    expect(measuredBy(run).points).toBe(49 - kept);
    expect(run.run.snapshot()!.header.takenOver).toMatchObject({ points: kept, extras: 0 });
    const fresh = await runStudy({ study: sharp, resultsFolder, mode: "fresh" });
    expect(fresh.outcome.status).toBe("done");
    expect(measuredBy(fresh).points).toBe(49);
    expect(fresh.run.snapshot()!.header.takenOver).toBeUndefined();
    expect(byIndex(fresh.run.snapshot()!)).toEqual(byIndex(run.run.snapshot()!));
  });
});

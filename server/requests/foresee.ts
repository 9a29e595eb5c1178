import { stat } from "node:fs/promises";
import { expandCheckpoints, orderCheckpoints } from "../formats/series";
import type { Prospect, Series } from "../language/surroundings";
import { estimateSeconds } from "../runs/estimate";
import { JournalLock } from "../runs/lock";
import { describeStudy } from "./describe";
import type { DescribeOptions } from "./describe";

/**
 * What a run of a study would be: its points, how long it takes if an earlier run of the model tells, and whether there
 * is a run of exactly this study already.
 * @throws ProblemError when it cannot be run; the signal's reason.
 */
export async function foreseeRun(options: DescribeOptions): Promise<Prospect> {
  const described = await describeStudy(options);
  if (described.kind === "choose-data") {
    const { kind, candidates, reason } = described;
    return { kind, candidates, reason };
  }
  if (described.kind === "choose-model") throw new Error("a study names its model");
  const { study, model, earlier, resultsFolder } = described;
  const seconds = await estimateSeconds(study, model.fingerprint, resultsFolder);
  return {
    kind: "ready",
    points: study.grid.points,
    isLines: study.grid.lines === true,
    ...(seconds === undefined ? {} : { seconds }),
    ...(earlier ? { earlier: { ...earlier, isRunning: await JournalLock.isHeld(earlier.journal) } } : {}),
  };
}

/** The files that a pattern means, in the order of training. @throws ProblemError when the search would not end. */
export async function seriesOf(pattern: string, folder: string): Promise<Series> {
  const found = await expandCheckpoints(pattern, folder);
  const modified = new Map(await Promise.all(found.map(async (file) => [file, (await stat(file)).mtimeMs] as const)));
  const { files, by, leftOut, gaps } = orderCheckpoints(found, modified);
  return { files: files.map(({ path }) => path), by, leftOut, gaps };
}

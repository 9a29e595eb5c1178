import path from "node:path";
import { ForeseeRequest } from "../../server/protocol/requests";
import type { DescribeResult, StudyDefaults } from "../../server/protocol/requests";
import type { RunSnapshot } from "../../server/protocol/result";
import type { Study } from "../../server/protocol/study";
import type { Worker } from "../client/worker";

/**
 * Files whose change makes a run one of the past: model and weights, data, checkpoints and directions, and the study file
 * where the run is that of one. New checkpoints beside them are another matter.
 */
export function watchedFiles({ model, data, splits = [], checkpoints, directions }: Study, source: string): string[] {
  const files = [
    model.path,
    model.weights,
    data.path,
    ...splits.map((split) => split.path),
    ...(checkpoints?.files ?? []),
  ];
  if (directions.kind === "file") files.push(directions.path);
  if (directions.kind === "to") files.push(directions.checkpoint);
  if (directions.kind === "between") files.push(...directions.checkpoints);
  if (isStudy(source)) files.push(source);
  return [...new Set(files.filter((file) => file !== undefined))];
}

/** What is asked about a run whose files were written. */
export interface WrittenFiles {
  readonly snapshot: Pick<RunSnapshot, "header" | "journal">;
  /** Those that were written since it was shown, or since it began. */
  readonly files: readonly string[];
  readonly worker: Worker;
  readonly defaults: StudyDefaults;
  /** What the study file says now. */
  readonly describe: () => Promise<DescribeResult>;
}

/** Which of the files hold something else than when the run was measured; undefined where the worker cannot tell now. */
export async function changedFiles({
  snapshot: { header, journal },
  files,
  worker,
  defaults,
  describe,
}: WrittenFiles): Promise<readonly string[] | undefined> {
  try {
    const studies = files.filter(isStudy);
    const others = files.filter((file) => !isStudy(file));
    const changed = studies.length > 0 && !(await saysTheSame(journal, describe)) ? studies : [];
    if (others.length === 0) return changed;
    const found = await worker.request(ForeseeRequest, { study: header.study, change: {}, defaults });
    if (found.kind === "problem") return [...changed, ...others];
    const { fingerprints } = found;
    const isOther = (file: string): boolean =>
      header.fingerprints[file] !== undefined && header.fingerprints[file] !== fingerprints[file];
    return [...changed, ...others.filter(isOther)];
  } catch {
    return undefined;
  }
}

async function saysTheSame(journal: string, describe: () => Promise<DescribeResult>): Promise<boolean> {
  const described = await describe();
  const earlier = described.kind === "ready" ? described.earlier?.journal : undefined;
  // Results that were kept aside have the name of the run and an ending.
  return earlier !== undefined && path.basename(journal).startsWith(path.basename(earlier));
}

function isStudy(file: string): boolean {
  return file.toLowerCase().endsWith(".landscape.json");
}

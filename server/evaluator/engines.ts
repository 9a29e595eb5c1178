import type { EngineReport } from "../protocol/result";
import type { EngineName } from "../protocol/study";
import { askOnce } from "./process";
import type { AskOptions } from "./process";

/** What engines this machine has: found, self-tested, and why not; found out in a process of its own. */
export async function enginesInProcess(options: AskOptions = {}): Promise<readonly EngineReport[]> {
  const answer = await askOnce({ kind: "engines" }, options);
  return answer.engines;
}

/**
 * How an engine is that is loaded from one folder, and from no other: tested in a process of its own.
 * @throws ProblemError when that process ends before it can tell.
 */
export async function engineInFolder(
  only: EngineName,
  folder: string,
  options: AskOptions = {},
): Promise<EngineReport> {
  const { engines } = await askOnce({ kind: "engines", only, folder }, options);
  return engines[0]!;
}

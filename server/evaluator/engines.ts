import type { EngineReport } from "../protocol/result";
import { askOnce } from "./process";
import type { AskOptions } from "./process";

/** What engines this machine has: found, self-tested, and why not; found out in a process of its own. */
export async function enginesInProcess(options: AskOptions = {}): Promise<readonly EngineReport[]> {
  const answer = await askOnce({ kind: "engines" }, options);
  return answer.engines;
}

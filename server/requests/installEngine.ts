import { install } from "../engines/install/install";
import type { InstallProgress } from "../engines/install/install";
import { remove, withLock } from "../engines/install/place";
import { enginesFolder } from "../engines/install/places";
import { engineInFolder } from "../evaluator/engines";
import type { Installable, InstallOrder } from "../protocol/install";
import type { EngineReport } from "../protocol/result";

export interface InstallWatch {
  readonly signal: AbortSignal;
  readonly log: (message: string) => void;
  readonly progress: (progress: InstallProgress) => void;
}

/**
 * Installs an engine, tested in an evaluator process of its own.
 * @returns the report of its test; undefined when it was cancelled: what was done is kept.
 * @throws ProblemError.
 */
export async function installEngine(order: InstallOrder, watch: InstallWatch): Promise<EngineReport | undefined> {
  const { signal, log } = watch;
  try {
    return await install(order, { ...watch, test: (folder) => engineInFolder(order.engine, folder, { log, signal }) });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Removes an installed engine; false when there was none. @throws ProblemError when it is in use. */
export function removeEngine(engine: Installable): Promise<boolean> {
  const root = enginesFolder();
  return withLock(engine, root, () => remove(engine, root));
}

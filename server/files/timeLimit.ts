import { Script } from "node:vm";

/** Work that took longer than it may. */
export class TimeLimitError extends Error {}

/** What the script calls: the only way from a script to a function of ours. */
const holder = globalThis as { lossLandscapeWork?: () => void };
const script = new Script("globalThis.lossLandscapeWork()");

/**
 * Runs work that may never end, such as native code on a file made to harm it, and ends it after a while: a loop cannot be
 * ended from within, but the engine's watchdog can. Costs a fraction of a millisecond.
 * @param work must not run other limited work.
 * @throws TimeLimitError; what `work` throws.
 */
export function withinTime<T>(milliseconds: number, work: () => T): T {
  let value: T | undefined;
  holder.lossLandscapeWork = () => {
    value = work();
  };
  try {
    script.runInThisContext({ timeout: milliseconds });
    return value as T;
  } catch (error) {
    const isOver = (error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
    throw isOver ? new TimeLimitError("it takes longer than any file that is whole") : error;
  } finally {
    delete holder.lossLandscapeWork;
  }
}

import { readFileSync, readdirSync } from "node:fs";

/** Whether there is a process of that number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Process ids of the evaluators that are children of `parent`, oldest first; Linux only. */
export function evaluatorsOf(parent: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const afterName = readFileSync(`/proc/${String(pid)}/stat`, "utf8").replace(/^.*\) /s, "");
        const [state, parentOfPid] = afterName.split(" ");
        return (
          Number(parentOfPid) === parent &&
          state !== "Z" &&
          readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").includes("evaluator")
        );
      } catch {
        return false;
      }
    })
    .sort((a, b) => a - b);
}

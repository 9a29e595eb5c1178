import { readFileSync } from "node:fs";
import { cpus, loadavg, setPriority } from "node:os";

/** Milliseconds that all cores have worked and idled since the machine was started. */
function times(): { readonly busy: number; readonly idle: number } {
  let [busy, idle] = [0, 0];
  for (const { times: each } of cpus()) {
    idle += each.idle;
    busy += each.user + each.nice + each.sys + each.irq;
  }
  return { busy, idle };
}

/** Share of the processor that is at work during `milliseconds` in which this program does nothing. */
async function othersShare(milliseconds: number): Promise<number> {
  const before = times();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const after = times();
  const busy = after.busy - before.busy;
  return busy / Math.max(1, busy + after.idle - before.idle);
}

/** The clock of the first core in GHz where Linux tells it. */
function clock(): string {
  try {
    const [, megahertz] = /^cpu MHz\s*:\s*([\d.]+)/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
    return megahertz === undefined ? "" : `, ${(Number(megahertz) / 1000).toFixed(2)} GHz`;
  } catch {
    return "";
  }
}

/** How free the machine is at the moment, in a few words. Nothing of our own must be running. */
export async function machineState(): Promise<string> {
  const share = await othersShare(500);
  const load = loadavg()[0]!.toFixed(2);
  return `load ${load}, others at work ${(100 * share).toFixed(0)} % of the processor${clock()}`;
}

/** Gives a process the priority of the product's evaluators, so that a busy machine disturbs all contenders alike. */
export function asEvaluator(pid: number | undefined): void {
  if (pid !== undefined) setPriority(pid, 5);
}

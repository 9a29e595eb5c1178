import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Bytes of physical memory that a process holds: from `/proc` on Linux, elsewhere as the system's own program tells them.
 * @throws Error when the process is gone.
 */
export function residentBytes(pid: number): number {
  const bytes = ask(pid);
  if (!(bytes > 0)) throw new Error(`The system does not tell the memory of process ${String(pid)}.`);
  return bytes;
}

function ask(pid: number): number {
  switch (process.platform) {
    case "linux": {
      const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    }
    case "win32": {
      const command = `(Get-Process -Id ${String(pid)}).WorkingSet64`;
      return Number(execFileSync("powershell", ["-NoProfile", "-Command", command], { encoding: "utf8" }));
    }
    default:
      return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;
  }
}

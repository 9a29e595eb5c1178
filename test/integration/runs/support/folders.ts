import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach } from "vitest";

const made = { test: [] as (() => void)[], file: [] as (() => void)[] };

function removeAll(list: (() => void)[]): void {
  for (const remove of list.splice(0).reverse()) remove();
}

afterEach(() => {
  removeAll(made.test);
});
afterAll(() => {
  removeAll(made.file);
});

/** A folder of its own, removed after the test, or after all tests of the file. */
export function temporaryFolder(until: "test" | "file" = "test"): string {
  const folder = mkdtempSync(path.join(tmpdir(), "loss-landscape-runs-"));
  made[until].push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A folder on a disk of `size` bytes that fills up; undefined where this system lets us mount none. */
export function smallDisk(size: number): string | undefined {
  const folder = temporaryFolder();
  if (process.platform !== "linux") return undefined;
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${String(size)}`, "tmpfs", folder]);
  if (mounted.status !== 0) return undefined;
  made.test.push(() => {
    spawnSync("umount", [folder]);
  });
  return folder;
}

import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Installable } from "../../protocol/install";
import { ProblemError } from "../../protocol/problem";
import { installableLabels, installedFolder, stagingFolder } from "./places";

/** The problem of an engine that could not be installed or removed. */
export function notInstalled(engine: Installable, message: string, advice: string): ProblemError {
  return new ProblemError({
    reason: "engine-unavailable",
    title: `${installableLabels[engine]} was not installed`,
    message,
    advice,
  });
}

/** Holds an engine's folders for one process as long as `work` takes. @throws ProblemError when another one has them. */
export async function withLock<T>(engine: Installable, root: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(root, `${engine}.lock`);
  await mkdir(root, { recursive: true });
  const handle = await open(file, "wx").catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    const owner = Number(await readFile(file, "utf8").catch(() => ""));
    if (isAlive(owner)) {
      throw notInstalled(
        engine,
        `Process ${owner} is installing or removing ${installableLabels[engine]} at this moment.`,
        "Wait until it is done.",
      );
    }
    await rm(file, { force: true });
    return open(file, "wx");
  });
  try {
    await handle.writeFile(String(process.pid));
    await handle.close();
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** Puts the place in order after a process that ended while it changed it: a former engine comes back, rests go. */
export async function tidy(engine: Installable, root: string): Promise<void> {
  const target = installedFolder(engine, root);
  const rests = (await readdir(root)).filter((name) => name.startsWith(`${engine}.former-`));
  for (const name of rests) {
    if (await exists(target)) await rm(path.join(root, name), { recursive: true, force: true });
    else await rename(path.join(root, name), target);
  }
}

/**
 * Puts the finished folder in the engine's place, in one step; the former engine stays when that fails.
 * @throws ProblemError when the former one cannot be moved, as on Windows while it is in use.
 */
export async function activate(engine: Installable, root: string): Promise<void> {
  const target = installedFolder(engine, root);
  const former = await moveAside(engine, root);
  try {
    await rename(stagingFolder(engine, root), target);
  } catch (error) {
    if (former) await rename(former, target);
    throw error;
  }
  if (former) await rm(former, { recursive: true, force: true });
}

/** Removes an installed engine and what was left of an unfinished one; false when there was neither. */
export async function remove(engine: Installable, root: string): Promise<boolean> {
  const staging = stagingFolder(engine, root);
  const wasUnfinished = await exists(staging);
  await rm(staging, { recursive: true, force: true });
  const former = await moveAside(engine, root);
  if (former) await rm(former, { recursive: true, force: true });
  return wasUnfinished || former !== undefined;
}

async function moveAside(engine: Installable, root: string): Promise<string | undefined> {
  const target = installedFolder(engine, root);
  if (!(await exists(target))) return undefined;
  const former = path.join(root, `${engine}.former-${process.pid}`);
  try {
    await rename(target, former);
  } catch (error) {
    const { message } = error as Error;
    throw notInstalled(
      engine,
      `${target} cannot be replaced or removed: ${message}.`,
      "Cancel runs that use this engine and try again.",
    );
  }
  return former;
}

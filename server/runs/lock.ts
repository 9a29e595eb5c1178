import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ProblemError } from "../protocol/problem";
import { codeOf, writing } from "./journal";

/** The holder touches its lock this often, in milliseconds. */
const HEARTBEAT = 10_000;
/** A lock that was not touched for so long belongs to nobody any more. */
const STALE_AFTER = 60_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/** Tokens of the locks that this process holds: another lock with our process id is left over from its former user. */
const held = new Set<string>();

/** The sole right to write a journal, as a file `….lock` beside it with the holder's process id. */
export class JournalLock {
  private readonly heartbeat: NodeJS.Timeout;

  private constructor(
    private readonly file: string,
    private readonly token: string,
  ) {
    this.heartbeat = setInterval(() => {
      const now = new Date();
      utimes(file, now, now).catch(() => {});
    }, HEARTBEAT);
    this.heartbeat.unref();
  }

  /**
   * Takes the lock of a journal; one whose holder is gone is taken over.
   * @throws ProblemError `journal-unwritable` when another run holds it, or the folder cannot be written.
   */
  static async take(journal: string): Promise<JournalLock> {
    const file = `${journal}.lock`;
    const owner: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
    await writing(journal, () => mkdir(path.dirname(file), { recursive: true }));
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await writing(journal, () => create(file, owner))) {
        held.add(owner.token);
        return new JournalLock(file, owner.token);
      }
      const other = await readOwner(file);
      if (other && (await isAlive(file, other))) throw busy(journal, other);
      await removeStale(file, other);
    }
    throw busy(journal, await readOwner(file));
  }

  /** Whether somebody is writing a journal at this moment. */
  static async isHeld(journal: string): Promise<boolean> {
    const file = `${journal}.lock`;
    const owner = await readOwner(file);
    return owner !== undefined && (await isAlive(file, owner));
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    clearInterval(this.heartbeat);
    held.delete(this.token);
    // A machine that slept may have lost its lock to another run: that one is not ours to remove.
    if ((await readOwner(this.file))?.token === this.token) await rm(this.file, { force: true }).catch(() => {});
  }
}

/** Whether the lock file could be made; false when there is one already. */
async function create(file: string, owner: Owner): Promise<boolean> {
  let handle;
  try {
    handle = await open(file, "wx");
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
  try {
    await handle.writeFile(JSON.stringify(owner));
    return true;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Who holds the lock; undefined when the file is gone, or is not (yet) a whole record. */
async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    const owner = JSON.parse(await readFile(file, "utf8")) as Partial<Owner> | null;
    const { pid, host, token } = owner ?? {};
    if (typeof pid !== "number" || typeof host !== "string" || typeof token !== "string") return undefined;
    return { pid, host, token };
  } catch {
    return undefined;
  }
}

async function isAlive(file: string, owner: Owner): Promise<boolean> {
  const age = await ageOf(file);
  if (age === undefined || age > STALE_AFTER) return false;
  if (owner.host !== hostname()) return true;
  if (owner.pid === process.pid) return held.has(owner.token);
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** Milliseconds since the file was touched; undefined when it is gone. */
async function ageOf(file: string): Promise<number | undefined> {
  try {
    return Date.now() - (await stat(file)).mtimeMs;
  } catch {
    return undefined;
  }
}

/**
 * Removes the lock that `stale` left behind. It is renamed first, so that of two processes that find it at the same
 * time one gets it, and the other does not remove the lock that the first one makes next.
 */
async function removeStale(file: string, stale: Owner | undefined): Promise<void> {
  if (!stale) {
    // Without a whole record it is being written at this moment, or was cut off in writing.
    await sleep(50);
    if (await readOwner(file)) return;
  }
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const taken = await readOwner(aside);
  if (taken && taken.token !== stale?.token) await rename(aside, file).catch(() => {});
  else await rm(aside, { force: true }).catch(() => {});
}

function busy(journal: string, owner: Owner | undefined): ProblemError {
  const who = owner ? ` (process ${String(owner.pid)} on ${owner.host})` : "";
  return new ProblemError({
    reason: "journal-unwritable",
    title: "This study is already running",
    message: `Another run${who} is writing the results of the same study, "${journal}".`,
    advice: "Wait until it is done or cancel it, then run again.",
    file: journal,
  });
}

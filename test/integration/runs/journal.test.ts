import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Point } from "../../../server/protocol/result";
import { Journal, keepAside, readJournal } from "../../../server/runs/journal";
import { JournalLock } from "../../../server/runs/lock";
import { openRun } from "../../../server/runs/open";
import { problemFrom } from "../../support/data";
import { headerFor } from "../../unit/runs/header";
import { smallDisk, temporaryFolder } from "./support/folders";

const header = headerFor([51, 51]);
const name = "net-01234567.landscape-run.jsonl";

function point(index: number): Point {
  return { index, loss: Math.exp(Math.sin(index)), accuracy: 84.4, lossError: 0.01 };
}

describe("a journal on disk", () => {
  test("has every point when an append resolves, in folders that it makes itself", async () => {
    const file = path.join(temporaryFolder(), "a", "b", name);
    const journal = await Journal.create(file, header);
    await journal.appendPoints([point(0), point(1)]);
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(4);
    await journal.appendPoints([point(2)]);
    expect((await readJournal(file))?.points).toEqual([point(0), point(1), point(2)]);
    await journal.close();
  });

  test("that was cut off in writing goes on after its last whole line", async () => {
    const file = path.join(temporaryFolder(), name);
    const journal = await Journal.create(file, header);
    await journal.appendPoints([point(0), point(1)]);
    await journal.close();
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, "[2,0.123,8");
    const content = (await readJournal(file))!;
    expect(content.points).toEqual([point(0), point(1)]);
    const resumed = await Journal.resume(file, content);
    expect(readFileSync(file, "utf8")).toBe(whole);
    await resumed.appendPoints([point(2)]);
    await resumed.close();
    expect((await readJournal(file))?.points).toEqual([point(0), point(1), point(2)]);
  });

  test("is not there", async () => {
    const file = path.join(temporaryFolder(), name);
    expect(await readJournal(file)).toBeUndefined();
    expect((await problemFrom(openRun(file))).reason).toBe("file-missing");
  });

  test("is kept aside under the next number; of the old ones three remain, of the damaged ones all", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, name);
    for (const why of ["old", "damaged"] as const) {
      for (let i = 1; i <= 5; i++) {
        writeFileSync(file, `${why} ${String(i)}`);
        expect(await keepAside(file, why)).toBe(`${file}.${why}-${String(i)}`);
      }
    }
    const left = readdirSync(folder).map((entry) => entry.slice(name.length + 1));
    expect(left.sort()).toEqual([
      ...[1, 2, 3, 4, 5].map((i) => `damaged-${String(i)}`),
      ...[3, 4, 5].map((i) => `old-${String(i)}`),
    ]);
    expect(readFileSync(`${file}.old-5`, "utf8")).toBe("old 5");
  });
});

describe("a journal that cannot be written", () => {
  test("on a full disk says so, and keeps what it has whole", async ({ skip }) => {
    const folder = smallDisk(16384);
    if (folder === undefined) return skip("this system lets us mount no small disk");
    const file = path.join(folder, name);
    const journal = await Journal.create(file, header);
    let written = 0;
    const fill = async (): Promise<never> => {
      for (;;) {
        await journal.appendPoints(Array.from({ length: 50 }, (_, i) => point(written + i)));
        written += 50;
      }
    };
    const problem = await problemFrom(fill());
    await journal.close();
    expect(problem.reason).toBe("journal-unwritable");
    expect(problem.message).toContain(folder);
    expect(problem.message).toContain("disk is full");
    expect(problem.advice).toContain("settings");
    const content = (await readJournal(file))!;
    expect(written).toBeGreaterThan(0);
    expect(content.points).toHaveLength(written);
    expect(content.length).toBe(readFileSync(file).length);
  });

  test("from its first line leaves no file behind", async ({ skip }) => {
    const folder = smallDisk(4096);
    if (folder === undefined) return skip("this system lets us mount no small disk");
    writeFileSync(path.join(folder, "filler"), Buffer.alloc(4096));
    const problem = await problemFrom(Journal.create(path.join(folder, name), header));
    expect(problem.reason).toBe("journal-unwritable");
    expect(existsSync(path.join(folder, name))).toBe(false);
  });

  test("because its folder is a file says so", async () => {
    const file = path.join(temporaryFolder(), "results");
    writeFileSync(file, "");
    const problem = await problemFrom(Journal.create(path.join(file, name), header));
    expect(problem.reason).toBe("journal-unwritable");
    expect(problem.message).toContain(file);
  });
});

describe("the lock of a journal", () => {
  test("is refused while another run of this process has it, and free afterwards", async () => {
    const file = path.join(temporaryFolder(), name);
    const lock = await JournalLock.take(file);
    const problem = await problemFrom(JournalLock.take(file));
    expect(problem.title).toBe("This study is already running");
    expect(problem.message).toContain(file);
    await lock.release();
    await (await JournalLock.take(file)).release();
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test("is given to one of several that ask at once", async () => {
    const file = path.join(temporaryFolder(), name);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => JournalLock.take(file)));
    const taken = results.filter((result) => result.status === "fulfilled");
    expect(taken).toHaveLength(1);
    await taken[0]!.value.release();
  });

  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  const owners: readonly [string, object | string, number, boolean][] = [
    ["a process that is gone", { pid: dead, host: hostname(), token: "t" }, 0, true],
    ["an earlier process with our number", { pid: process.pid, host: hostname(), token: "t" }, 0, true],
    ["a living process", { pid: process.ppid, host: hostname(), token: "t" }, 0, false],
    [
      "a living process that was not heard of for minutes",
      { pid: process.ppid, host: hostname(), token: "t" },
      300,
      true,
    ],
    ["another machine", { pid: dead, host: "elsewhere.invalid", token: "t" }, 0, false],
    ["another machine that was not heard of for minutes", { pid: 1, host: "elsewhere.invalid", token: "t" }, 300, true],
    ["a writer that was cut off", "", 0, true],
  ];
  test.each(owners)("of %s", async (_, owner, secondsAgo, isFree) => {
    const file = path.join(temporaryFolder(), name);
    writeFileSync(`${file}.lock`, typeof owner === "string" ? owner : JSON.stringify(owner));
    const touched = Date.now() / 1000 - secondsAgo;
    utimesSync(`${file}.lock`, touched, touched);
    if (!isFree) {
      expect((await problemFrom(JournalLock.take(file))).reason).toBe("journal-unwritable");
      return;
    }
    const lock = await JournalLock.take(file);
    expect(readdirSync(path.dirname(file))).toEqual([`${name}.lock`]);
    await lock.release();
  });

  test("in a folder that cannot be written is a problem of the folder", async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "results"), "");
    mkdirSync(path.join(folder, "other"));
    const problem = await problemFrom(JournalLock.take(path.join(folder, "results", name)));
    expect(problem.reason).toBe("journal-unwritable");
    expect(problem.title).toBe("The results cannot be saved");
  });
});

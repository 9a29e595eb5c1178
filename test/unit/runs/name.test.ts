import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { ProblemError } from "../../../server/protocol/problem";
import { Journal, readJournal } from "../../../server/runs/journal";
import { JournalLock } from "../../../server/runs/lock";
import { nameRun } from "../../../server/runs/name";
import { journalText, temporaryFolder, writeJournal } from "./folder";
import { headerFor } from "./header";

const header = headerFor([60, 50]);
const parts = { header, points: 2900 };

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error as ProblemError).problem.reason,
  );

test("a name is kept beside the header and changes nothing else, to the last byte", async () => {
  const journal = writeJournal(temporaryFolder(), "aaaaaaaa", { ...parts, isEnded: true });
  const before = await readJournal(journal);
  await nameRun(journal, "  wide\nnet ");
  expect(readFileSync(journal, "utf8")).toBe(journalText({ ...parts, isEnded: true, name: "wide net" }));
  const named = await readJournal(journal);
  expect(named).toEqual({ ...before, name: "wide net", length: named!.length });
  await nameRun(journal, "narrow net");
  expect((await readJournal(journal))!.name).toBe("narrow net");
  await nameRun(journal, " ");
  expect(readFileSync(journal, "utf8")).toBe(journalText({ ...parts, isEnded: true }));
  expect(readdirSync(path.dirname(journal))).toEqual([path.basename(journal)]);
});

test("the first line stays one that readers without names understand", async () => {
  const journal = writeJournal(temporaryFolder(), "aaaaaaaa", parts);
  await nameRun(journal, "a");
  const [first = ""] = readFileSync(journal, "utf8").split("\n");
  const { format, version, header: kept } = JSON.parse(first) as Record<string, unknown>;
  expect({ format, version, kept }).toEqual({ format: "loss-landscape-run", version: 1, kept: header });
});

test("a named run whose last line was torn off is gone on with", async () => {
  const journal = writeJournal(temporaryFolder(), "aaaaaaaa", { header, points: 3 });
  writeFileSync(journal, "[3,0.5,5", { flag: "a" });
  await nameRun(journal, "torn");
  const content = (await readJournal(journal))!;
  expect(content.points).toHaveLength(3);
  const resumed = await Journal.resume(journal, content);
  await resumed.appendPoints([{ index: 3, loss: 3 / 8, accuracy: 50, lossError: 0.1 }]);
  await resumed.close();
  expect(readFileSync(journal, "utf8")).toBe(journalText({ header, points: 4, name: "torn" }));
});

test("a run that is being written keeps its name", async () => {
  const journal = writeJournal(temporaryFolder(), "aaaaaaaa", { header, points: 3, name: "old" });
  const lock = await JournalLock.take(journal);
  expect(await reasonOf(nameRun(journal, "new"))).toBe("journal-unwritable");
  expect((await readJournal(journal))!.name).toBe("old");
  await lock.release();
  await nameRun(journal, "new");
  expect((await readJournal(journal))!.name).toBe("new");
  expect(await JournalLock.isHeld(journal)).toBe(false);
});

test("what is no journal is left as it is", async () => {
  const folder = temporaryFolder();
  const journal = path.join(folder, "net-aaaaaaaa.landscape-run.jsonl");
  expect(await reasonOf(nameRun(journal, "a"))).toBe("file-missing");
  writeFileSync(journal, "something\n");
  expect(await reasonOf(nameRun(journal, "a"))).toBe("journal-damaged");
  expect(readFileSync(journal, "utf8")).toBe("something\n");
  expect(readdirSync(folder)).toEqual([path.basename(journal)]);
});

test("a name of a stranger's journal is one line of bounded length", async () => {
  const journal = writeJournal(temporaryFolder(), "aaaaaaaa", {
    header,
    points: 1,
    name: `a\u2028\u0007b${"c".repeat(999)}`,
  });
  expect((await readJournal(journal))!.name).toBe(`a b${"c".repeat(197)}`);
});

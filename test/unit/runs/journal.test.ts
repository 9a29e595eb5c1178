import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readJournal } from "../../../server/runs/journal";
import { headerLine, pointLine } from "../../../server/runs/record";
import { headerFor } from "./header";

test("reading a large journal lets others have their turn", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "journal-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "net-01234567.landscape-run.jsonl");
  const points = Array.from({ length: 20_000 }, (_, index) => ({
    index,
    loss: index / 7,
    accuracy: 50,
    lossError: 0.1,
  }));
  const text = headerLine(headerFor([200, 100])) + points.map(pointLine).join("");
  writeFileSync(file, text);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const content = await readJournal(file).finally(() => clearInterval(timer));
  expect(content!.points).toEqual(points);
  expect(content!.length).toBe(text.length);
  // One for each of the pieces that the file is read in, of 64 KiB, but for timers' coarseness.
  expect(turns).toBeGreaterThan(text.length / 2 ** 16 / 4);
});

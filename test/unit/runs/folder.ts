import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { RunHeader } from "../../../server/protocol/result";
import { endLine, headerLine, pointLine } from "../../../server/runs/record";

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "runs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface JournalParts {
  readonly header: RunHeader;
  /** How many points are measured, from the first one on; loss index / 8. */
  readonly points: number;
  readonly isEnded?: boolean;
  readonly name?: string;
}

/** Text of a journal. */
export function journalText({ header, points, isEnded = false, name }: JournalParts): string {
  const lines = Array.from({ length: points }, (_, index) =>
    pointLine({ index, loss: index / 8, accuracy: 50, lossError: 0.1 }),
  );
  return headerLine(header, name) + lines.join("") + (isEnded ? endLine({ end: "done", checks: [], seconds: 2 }) : "");
}

/** Writes a journal and returns its path. */
export function writeJournal(folder: string, digest: string, parts: JournalParts): string {
  const file = path.join(folder, `net-${digest}.landscape-run.jsonl`);
  writeFileSync(file, journalText(parts));
  return file;
}

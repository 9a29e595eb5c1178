import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type { Terminal } from "./terminal";

/**
 * Writes text or bytes to a file, or to the standard output when `target` is "-".
 *
 * @throws ProblemError when the file cannot be written.
 */
export async function writeOutput(target: string, text: string | Uint8Array, terminal: Terminal): Promise<void> {
  if (target === "-") {
    terminal.result(text);
    return;
  }
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new ProblemError({
      reason: "journal-unwritable",
      title: "The output cannot be written",
      message: `${target} could not be written (${code}).`,
      advice: "Choose another file or free some space; what was measured is kept in the run's journal.",
      file: target,
    });
  }
}

/** One object as indented JSON; numbers keep every digit. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

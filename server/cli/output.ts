import { writeResult } from "../requests/export";
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
  await writeResult(target, text);
}

/** One object as indented JSON; numbers keep every digit. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

import { resultOf } from "../requests/result";
import { toCsv } from "../runs/export/csv";
import type { ExportCommand } from "./commands";
import { toJson, writeOutput } from "./output";
import type { Terminal } from "./terminal";

/** Converts a run's journal; computes nothing. Resolves with the exit code. */
export async function exportCommand({ journal, format, out }: ExportCommand, terminal: Terminal): Promise<number> {
  const result = await resultOf(journal);
  await writeOutput(out ?? "-", format === "json" ? toJson(result) : toCsv(result), terminal);
  return 0;
}

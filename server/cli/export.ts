import path from "node:path";
import { readReferenceFigures } from "../formats/reference/surface";
import { resultOf } from "../requests/result";
import { exportRun } from "../runs/export/export";
import type { Exportable } from "../runs/export/exportable";
import type { ExportCommand } from "./commands";
import { writeOutput } from "./output";
import type { Terminal } from "./terminal";

/** Converts a run's journal, or results of the paper's own code; computes nothing. Resolves with the exit code. */
export async function exportCommand(
  { files, format, options, out }: ExportCommand,
  terminal: Terminal,
): Promise<number> {
  await writeOutput(out ?? "-", await exportRun(await exportable(files), format, options), terminal);
  return 0;
}

/** What the files hold: several belong together where they are `.h5` of the paper's own code. */
async function exportable(files: readonly string[]): Promise<Exportable> {
  const [first] = files as readonly [string];
  if (path.extname(first).toLowerCase() !== ".h5") return resultOf(first);
  return { ...(await readReferenceFigures(...files)), title: path.basename(first) };
}

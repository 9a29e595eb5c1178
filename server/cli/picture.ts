import path from "node:path";
import type { RunResult } from "../protocol/result";
import { exportFormats, exportRun } from "../runs/export/export";
import { UsageError } from "./flags";
import { writeOutput } from "./output";
import type { Terminal } from "./terminal";

/** Formats that show rather than list. */
const pictures = exportFormats.filter(({ name }) => ["svg", "png", "html"].includes(name));

/**
 * The format of a picture by its file's ending.
 * @throws UsageError for another ending.
 */
export function pictureFormat(file: string): (typeof pictures)[number] {
  const found = pictures.find(({ ending }) => path.extname(file).toLowerCase() === `.${ending}`);
  if (found) return found;
  throw new UsageError(
    `--picture must end in ${pictures.map(({ ending }) => `.${ending}`).join(", ")}, but is "${file}"`,
  );
}

/** Draws a result into a file. @throws ProblemError when it cannot be written. */
export async function writePicture(result: RunResult, file: string, terminal: Terminal): Promise<void> {
  await writeOutput(file, await exportRun(result, pictureFormat(file).name), terminal);
}

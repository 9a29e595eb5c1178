import { access, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type { ExportParams } from "../protocol/requests";
import { exportFormats, exportRun } from "../runs/export/export";
import type { ExportFormatName } from "../runs/export/export";
import { partsOf } from "../runs/export/exportable";
import type { ExportPart } from "../runs/export/exportable";
import { resultOf } from "./result";

/**
 * Writes a run in a format, and resolves with the files, as absolute paths. A table holds one part of a run, so that of a
 * run with several parts the others get files of their own beside the one that is asked for, `NAME-trajectory.csv`, whose
 * names are taken by no other file.
 * @throws ProblemError `study-invalid` for an unknown format, `data-missing` when the run has nothing that the format
 *   holds, `journal-unwritable` when a file cannot be written, and those of reading the journal.
 */
export async function exportToFiles({ journal, format: name, out }: ExportParams): Promise<readonly string[]> {
  const format = exportFormats.find((known) => known.name === name);
  if (!format) throw unknownFormat(name);
  const result = await resultOf(journal);
  const write = async (file: string, part?: ExportPart): Promise<string> => {
    const content = await exportRun(result, format.name, part === undefined ? {} : { part });
    await writeResult(file, content);
    return file;
  };
  if (format.name !== "csv") return [await write(out)];
  const [first, ...others] = partsOf(result);
  const files = [await write(out, first)];
  for (const part of others) files.push(await write(await freeName(out, part), part));
  return files;
}

/**
 * Writes text or bytes to a file, whose folder is made where it is missing.
 * @throws ProblemError `journal-unwritable`.
 */
export async function writeResult(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new ProblemError({
      reason: "journal-unwritable",
      title: "The output cannot be written",
      message: `${file} could not be written (${code}).`,
      advice: "Choose another file or free some space; what was measured is kept in the run's journal.",
      file,
    });
  }
}

/** `NAME-PART.ENDING` beside a file, with a number where that is taken. */
async function freeName(file: string, part: ExportPart): Promise<string> {
  const { dir, name, ext } = path.parse(file);
  for (let number = 1; ; number += 1) {
    const free = path.join(dir, `${name}-${part}${number === 1 ? "" : `-${number}`}${ext}`);
    if (!(await exists(free))) return free;
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function unknownFormat(name: string): ProblemError {
  const names: readonly ExportFormatName[] = exportFormats.map((format) => format.name);
  return new ProblemError({
    reason: "study-invalid",
    title: "The format is not known",
    message: `Runs are exported as ${names.join(", ")}, but "${name}" was asked for.`,
    advice: "Choose one of these formats.",
  });
}

import path from "node:path";
import { ProblemError } from "../protocol/problem";

/** Names within damaged files can be of any length; a sentence cannot. */
const longestFinding = 500;

function sentence(start: string, found: string): string {
  return `${start} ${found.length > longestFinding ? `${found.slice(0, longestFinding)}…` : found}.`;
}

/** A file whose content contradicts its own format: cut short, overwritten, or made to mislead. */
export function corrupt(file: string, found: string, advice = "Write, copy or download the file again."): ProblemError {
  return new ProblemError({
    reason: "file-corrupt",
    title: "The file is damaged",
    message: sentence(path.basename(file), found),
    advice,
    file,
  });
}

/**
 * A file that is what it should be, with something in it that is not read.
 * @param snippet code that makes a file of it that is.
 */
export function unsupported(
  file: string,
  found: string,
  advice: string,
  facts?: readonly string[],
  snippet?: string,
): ProblemError {
  return new ProblemError({
    reason: "file-unsupported",
    title: "The file cannot be used",
    message: sentence(path.basename(file), found),
    advice,
    file,
    ...(facts === undefined ? {} : { facts }),
    ...(snippet === undefined ? {} : { snippet }),
  });
}

/** More than may be held in memory. */
export function tooLarge(file: string, found: string, advice: string): ProblemError {
  return new ProblemError({
    reason: "too-large",
    title: "The file is too large",
    message: sentence(path.basename(file), found),
    advice,
    file,
  });
}

/** A file that cannot be opened at all. */
export function unreadable(file: string, error: unknown): ProblemError {
  return new ProblemError({
    reason: "file-missing",
    title: "The file cannot be read",
    message: `${file} cannot be read: ${why(error)}.`,
    advice: "Check the path, and that the file is there and readable.",
    file,
  });
}

/** A file that cannot be written. */
export function unwritable(file: string, error: unknown): ProblemError {
  return new ProblemError({
    reason: "file-missing",
    title: "The file cannot be written",
    message: `${file} cannot be written: ${why(error)}.`,
    advice: "Check that the folder is there and may be written to, and that the disk is not full.",
    file,
  });
}

function why(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file or folder";
    case "EACCES":
    case "EPERM":
      return "access is denied";
    case "EISDIR":
      return "it is a folder";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

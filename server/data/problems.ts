import { basename } from "node:path";
import { ProblemError } from "../protocol/problem";

/** A file whose content contradicts its own format: cut short, overwritten, or made to mislead. */
export function corrupt(path: string, kind: string, found: string): ProblemError {
  return new ProblemError({
    reason: "file-corrupt",
    title: "The data file is damaged",
    message: `${basename(path)} is not a readable ${kind} file: ${found}.`,
    advice: "Write or download the file again, then run the study once more.",
    file: path,
  });
}

/** A well-formed file with something in it that we do not read. */
export function unsupported(path: string, found: string, advice: string): ProblemError {
  return new ProblemError({
    reason: "file-unsupported",
    title: "This kind of data cannot be read",
    message: `${basename(path)} ${found}.`,
    advice,
    file: path,
  });
}

/** Data that do not suit the model or the study. */
export function mismatch(
  path: string,
  title: string,
  found: string,
  advice: string,
  facts: readonly string[] = [],
): ProblemError {
  return new ProblemError({
    reason: "data-mismatch",
    title,
    message: `${basename(path)} ${found}.`,
    advice,
    file: path,
    ...(facts.length ? { facts } : {}),
  });
}

/** Labels that do not suit the samples or the model. */
export function labelsMismatch(
  path: string,
  found: string,
  advice: string,
  facts: readonly string[] = [],
): ProblemError {
  return new ProblemError({
    reason: "labels-mismatch",
    title: "The labels do not fit",
    message: `${basename(path)} ${found}.`,
    advice,
    file: path,
    ...(facts.length ? { facts } : {}),
  });
}

/** More than we are willing to hold in memory. */
export function tooLarge(path: string, found: string): ProblemError {
  return new ProblemError({
    reason: "too-large",
    title: "The data file is too large",
    message: `${basename(path)} ${found}.`,
    advice: "Save the samples that the study needs to a smaller file.",
    file: path,
  });
}

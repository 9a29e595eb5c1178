import { basename } from "node:path";
import { ProblemError } from "../protocol/problem";

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

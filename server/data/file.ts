import { basename } from "node:path";
import { openSource, withSource, type FileKind, type Source } from "../files/source";
import { ProblemError } from "../protocol/problem";

const dataFile: FileKind = {
  unreadable: missing,
  tooLargeAdvice: "Save the samples that the study needs to a smaller file.",
};

/**
 * Opens a file of data for as long as `use` takes.
 * @throws ProblemError `data-missing` when it cannot be opened or read
 */
export function withFile<T>(path: string, use: (file: Source) => Promise<T>): Promise<T> {
  return withSource(path, dataFile, use);
}

/** Opens a file of data for as long as what `use` gives is read. @throws ProblemError as `withFile`. */
export async function* fromFile<T>(path: string, use: (file: Source) => AsyncIterable<T>): AsyncGenerator<T> {
  const file = await openSource(path, dataFile);
  try {
    yield* use(file);
  } finally {
    await file.close();
  }
}

function missing(path: string, error: unknown): ProblemError {
  const code = (error as { code?: string }).code;
  const found =
    code === "ENOENT" || code === "ENOTDIR"
      ? "does not exist"
      : code === "EISDIR"
        ? "is not a file"
        : code === "EACCES" || code === "EPERM"
          ? "may not be read"
          : `could not be opened (${code ?? "unknown error"})`;
  return new ProblemError({
    reason: "data-missing",
    title: "The data file cannot be opened",
    message: `The data file ${basename(path)} ${found}.`,
    advice: "Check the path of the data in the study, or choose another file.",
    file: path,
  });
}

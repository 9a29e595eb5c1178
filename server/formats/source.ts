import { unreadable } from "../files/faults";
import { headOf, openSource as openFile, withSource as withFile, type FileKind, type Source } from "../files/source";

/** Files of models, weights and directions. */
const modelFile: FileKind = {
  unreadable,
  tooLargeAdvice: "Use a smaller model, or save its weights in half precision.",
};

/** @throws ProblemError `file-missing` when there is no such file or it cannot be read. */
export function openSource(file: string): Promise<Source> {
  return openFile(file, modelFile);
}

/** Opens a file for as long as `use` takes. @throws ProblemError as `openSource`, and what `use` throws. */
export function withSource<T>(file: string, use: (source: Source) => Promise<T>): Promise<T> {
  return withFile(file, modelFile, use);
}

/** The first bytes of a file, at most `length`. @throws ProblemError `file-missing`. */
export function readHead(file: string, length: number): Promise<Uint8Array> {
  return withSource(file, (source) => headOf(source, length));
}

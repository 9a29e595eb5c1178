import type { Graph } from "../graph/graph";

/** A reader for one model format. To add a format, add a folder with one of these and list it in `open.ts`. */
export interface ModelFormat {
  /** Shown to people, e.g. "ONNX". */
  readonly label: string;
  /** Whether this reader is the one for the file, judged by its name and first bytes. */
  match(path: string, head: Uint8Array): boolean;
  /**
   * Reads a model into a graph whose parameters have their pristine values.
   * @throws ProblemError that names the file.
   */
  open(path: string): Promise<Graph>;
}

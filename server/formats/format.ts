import type { Graph } from "../graph/graph";
import type { TrainingConfiguration } from "../protocol/study";

/** What a model file says. */
export interface ModelContent {
  /** As the file has it: not yet in inference form, its last activation in place. */
  readonly graph: Graph;
  /** How it was trained, for formats that keep it. */
  readonly training?: TrainingConfiguration;
  /** What a user should know of the reading, as sentences, e.g. that weights were quantised and are dequantised. */
  readonly notices?: readonly string[];
}

/** A reader for one model format. To add a format, add a folder with one of these and list it in `open.ts`. */
export interface ModelFormat {
  /** Shown to people, e.g. "ONNX". */
  readonly label: string;
  /** Whether this reader is the one for the file, judged by its name and first 64 bytes. */
  match(path: string, head: Uint8Array): boolean;
  /**
   * Reads a model into a graph whose parameters have their pristine values.
   * @throws ProblemError that names the file.
   */
  open(path: string): Promise<ModelContent>;
}

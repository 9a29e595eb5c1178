import type { Preprocess } from "../protocol/study";
import type { LabelledData } from "./dataset";

/**
 * The usual preprocessing for a file's samples: bytes are scaled from 0…255 to 0…1, anything else is taken as it is.
 */
export function inferPreprocess(data: LabelledData): Preprocess {
  return { scale: data.x.dtype === "uint8" ? 1 / 255 : 1, mean: [], std: [] };
}

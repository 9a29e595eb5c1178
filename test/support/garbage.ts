import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/**
 * Collects what nobody refers to any more. Results of ONNX Runtime keep native memory until they are collected, which is
 * no leak and happens when the collector likes.
 */
export const collectGarbage = runInNewContext("gc") as () => void;

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/**
 * Collects what nobody refers to any more, so that a test tells memory that is lost from memory that only waits. What is
 * held until the collector runs by itself is not seen by a test that calls this.
 */
export const collectGarbage = runInNewContext("gc") as () => void;

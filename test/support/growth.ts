import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Collects what nobody refers to any more. What is held until the collector runs by itself is not seen by a test that calls this. */
const collectGarbage = runInNewContext("gc") as () => void;

/** One look at memory after some work. */
export interface Watch {
  /** What is repeated. */
  readonly work: () => Promise<void>;
  /** Memory in use, in any unit. */
  readonly read: () => number;
  /** Repetitions in each of the stretches that are compared. */
  readonly repetitions: number;
}

/** Stretches that are compared, after a first one in which caches fill. */
const stretches = 4;

/**
 * How much memory each further stretch of work takes and keeps, in the unit of `read`. The allocator takes memory from the
 * system and gives it back when it likes, by steps of tens of megabytes that have nothing to do with how much is in use:
 * so the least reading within a stretch counts, and the least growth from one stretch to the next. What is lost with every
 * repetition is in all of them.
 */
export async function steadyGrowth({ work, read, repetitions }: Watch): Promise<number> {
  const levels: number[] = [];
  for (let stretch = 0; stretch <= stretches; stretch++) {
    let least = Infinity;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      await work();
      collectGarbage();
      least = Math.min(least, read());
    }
    levels.push(least);
  }
  const kept = levels.slice(1);
  return Math.min(...kept.slice(1).map((level, k) => level - kept[k]!));
}

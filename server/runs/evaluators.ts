import { stat } from "node:fs/promises";
import { availableParallelism, freemem, totalmem } from "node:os";
import type { Study } from "../protocol/study";

/** Memory of a process with an engine before it holds a model, in bytes. */
const BARE = 200 * 2 ** 20;
/** A model's weights are held as read, as origin, in two directions, as moved, as written for the engine, and by it. */
const COPIES_OF_MODEL = 8;
/** Samples are held as read and as selected, and may be compressed in their file. */
const COPIES_OF_DATA = 4;

/** What bounds the number of evaluators. */
export interface Means {
  readonly cores: number;
  /** Bytes that all evaluators together may take. */
  readonly memory: number;
  /** Bytes of the model's and the data's file. */
  readonly model: number;
  readonly data: number;
}

/**
 * How many evaluators share the points: as many as the study asks for, otherwise one for each core as far as memory
 * suffices; never more than there are points, and at least one.
 */
export function evaluatorsFor({ compute, grid }: Pick<Study, "compute" | "grid">, means: Means): number {
  const points = grid.points[0] * grid.points[1];
  const each = BARE + COPIES_OF_MODEL * means.model + COPIES_OF_DATA * means.data;
  const wanted = compute.evaluators > 0 ? compute.evaluators : Math.min(means.cores, Math.floor(means.memory / each));
  return Math.max(1, Math.min(wanted, points));
}

/** What this machine has for a study. Files that cannot be read count nothing: reading them tells why. */
export async function meansOf({ model, data }: Study): Promise<Means> {
  const sizeOf = (file: string): Promise<number> =>
    stat(file).then(
      ({ size }) => size,
      () => 0,
    );
  return {
    cores: availableParallelism(),
    // Some systems count what they would give up at once as used; half of all memory is taken for granted.
    memory: Math.max(freemem(), totalmem() / 2),
    model: await sizeOf(model.path),
    data: await sizeOf(data.path),
  };
}

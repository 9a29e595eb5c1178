import { stat } from "node:fs/promises";
import { evaluatorMemory, thisMachine } from "../formats/limits";
import type { Machine } from "../formats/limits";
import type { Study } from "../protocol/study";

/** Samples are held as read and as selected, and may be compressed in their file. */
const COPIES_OF_DATA = 4;

/** What bounds the number of evaluators. */
export interface Means extends Machine {
  /** Of the model. */
  readonly parameters: number;
  /** Bytes of the data's file. */
  readonly data: number;
}

/**
 * How many evaluators share the points: as many as the study asks for, otherwise one for each core; never more than
 * memory suffices for or than there are points, and at least one.
 */
export function evaluatorsFor(
  { compute, grid, directions }: Pick<Study, "compute" | "grid" | "directions">,
  means: Means,
): number {
  const points = grid.points[0] * grid.points[1];
  // Random directions of a plane are made anew where there is no room for them.
  const kept = directions.kind === "random" && grid.lines !== true ? "generator" : "memory";
  const fitting = Math.floor(means.memory / evaluatorMemory(means.parameters, COPIES_OF_DATA * means.data, kept));
  const wanted = compute.evaluators > 0 ? compute.evaluators : means.cores;
  return Math.max(1, Math.min(wanted, fitting, points));
}

/** What this machine has for a study. A file that cannot be read counts nothing: reading it tells why. */
export async function meansOf({ data }: Study, parameters: number): Promise<Means> {
  const sizeOf = (file: string): Promise<number> =>
    stat(file).then(
      ({ size }) => size,
      () => 0,
    );
  return {
    ...thisMachine(),
    parameters,
    data: await sizeOf(data.path),
  };
}

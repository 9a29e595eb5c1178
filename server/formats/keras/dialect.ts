import type { Lowerings } from "./call";
import { layers } from "./layers/table";
import { passesMask } from "./masks";

/** How a program computes the layers that a description names. */
export interface Dialect {
  readonly layers: Lowerings;
  /** Whether the mask of a layer's input goes on with its result, though the layer itself does nothing with it. */
  readonly passesMask: (className: string) => boolean;
}

export const kerasDialect: Dialect = { layers, passesMask };

import type { Lowerings } from "../call";

/** Operations on tensors (`keras.ops`, `x * 2 + y`), by Keras' class name. */
export const operations: Lowerings = {};

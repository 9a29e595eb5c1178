import type { Lowerings } from "../call";
import { arithmeticOperations } from "./arithmetic";
import { maskOperations } from "./masks";
import { shapeOperations } from "./shape";

/** Operations on tensors (`keras.ops`, `x * 2 + y`) that are supported, by Keras' class name. */
export const operations: Lowerings = { ...arithmeticOperations, ...shapeOperations, ...maskOperations };

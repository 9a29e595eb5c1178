import type { Tensor } from "../../graph/tensor";
import type { TensorFacts } from "../checkpoint";
import { damaged } from "./refusal";

/** A variable of a layer, by everything that a file of weights may call it. */
export interface Variable {
  /** Names of the nested models that it is in, outermost first, then the layer's, e.g. ["encoder", "conv2d_1"]. */
  readonly layers: readonly string[];
  /** Names of the layer's parts that own it, outermost first, e.g. [] or ["forward_lstm", "lstm_cell"]. */
  readonly parts: readonly string[];
  /** e.g. "kernel" */
  readonly name: string;
  /** Keras' variable path, e.g. `sequential/conv2d/kernel`. */
  readonly fullName: string;
  /** Path of what owns it in a file of Keras 3, e.g. `layers/functional/layers/conv2d_1` or `layers/lstm/cell`. */
  readonly path: string;
  /** Its number among the variables of what owns it: `vars/N` under `path`. */
  readonly index: number;
  /** Its number among all variables of the layer, those of its parts included, in Keras' order. */
  readonly position: number;
  readonly shape: readonly number[];
}

/**
 * Where the values of a model's variables come from: HDF5 of either generation, a manifest of TensorFlow.js, …
 * A model asks for each of its variables once.
 */
export interface WeightStore {
  /**
   * The values, of the variable's shape.
   * @throws Refusal when they are not there or have another shape.
   */
  read(variable: Variable): Tensor;
}

/**
 * Makes sure that what a file holds is what a variable must be.
 * @param facts undefined when the file does not have it.
 * @throws Refusal
 */
export function requireFit(variable: Variable, facts: TensorFacts | undefined): asserts facts is TensorFacts {
  const { shape, fullName } = variable;
  if (!facts) throw damaged(`has no values for ${fullName}`);
  const { shape: found } = facts;
  if (found.length !== shape.length || found.some((extent, axis) => extent !== shape[axis])) {
    throw damaged(`holds ${fullName} as [${found.join(", ")}], where its description says [${shape.join(", ")}]`);
  }
}

/** Of a model without variables. */
export const noWeights: WeightStore = {
  read({ fullName }) {
    throw damaged(`has no values for ${fullName}, as it holds no weights`);
  },
};

import { toFloat32 } from "../graph/elements";
import type { Fill, ParameterValues } from "../graph/fill";
import type { Parameter } from "../graph/graph";
import type { Tensor } from "../graph/tensor";
import { movable } from "./values";

/**
 * Weight decay's part of the loss, (λ/2)·Σ‖θ‖², over every parameter that directions may move, biases and normalisation
 * included: what SGD with weight decay λ descends on. Summed in float64.
 *
 * @param values values that differ from the model's own, by name.
 */
export function weightPenalty(lambda: number, parameters: readonly Parameter[], values: ParameterValues): number {
  let sum = 0;
  for (const { name, tensor } of movable(parameters)) {
    const own = arrayOf(values.get(name), tensor);
    for (let i = 0; i < own.length; i++) sum += own[i]! * own[i]!;
  }
  return (lambda / 2) * sum;
}

function arrayOf(given: Float32Array | Fill | undefined, tensor: Tensor): Float32Array {
  if (typeof given !== "function") return given ?? toFloat32(tensor);
  const values = new Float32Array(tensor.data.length);
  given(values);
  return values;
}

import { toFloat32 } from "../graph/elements";
import type { Parameter } from "../graph/graph";
import { movable } from "./values";

/**
 * Weight decay's part of the loss, (λ/2)·Σ‖θ‖², over every parameter that directions may move, biases and normalisation
 * included: what SGD with weight decay λ descends on. Summed in float64.
 *
 * @param values values that differ from the model's own, by name.
 */
export function weightPenalty(
  lambda: number,
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, Float32Array>,
): number {
  let sum = 0;
  for (const { name, tensor } of movable(parameters)) {
    for (const value of values.get(name) ?? toFloat32(tensor)) sum += value * value;
  }
  return (lambda / 2) * sum;
}

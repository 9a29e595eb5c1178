import { floatTensor } from "../../graph/build";
import type { Tensor } from "../../graph/tensor";
import { isJson } from "./settings";

/**
 * A number or an array of numbers among a layer's settings: plain, nested lists, or a described NumPy array or tensor.
 * @returns float32; undefined when it is something else.
 */
export function numbersOf(value: unknown): Tensor | undefined {
  if (isJson(value)) {
    const { class_name: className, type, config, value: inner } = value;
    if (className === "__numpy__" || className === "__tensor__")
      return isJson(config) ? numbersOf(config["value"]) : undefined;
    return type === "ndarray" ? numbersOf(inner) : undefined;
  }
  const shape: number[] = [];
  let level = value;
  for (; Array.isArray(level) && shape.length < 8; level = level[0] as unknown) shape.push(level.length);
  const flat = [value].flat(9) as readonly unknown[];
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (flat.length !== size || !flat.every((entry) => typeof entry === "number")) return undefined;
  return floatTensor(shape, flat as readonly number[]);
}

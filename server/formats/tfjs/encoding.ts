import { tensorOf } from "../../files/strides";
import { toFloat32 } from "../../graph/elements";
import type { Tensor } from "../../graph/tensor";
import type { Entry } from "./manifest";

/**
 * The tensor that a weight's bytes stand for, dequantised as TensorFlow.js does it: in float64, then rounded to the
 * weight's type, value = number · scale + min.
 */
export function decode({ shape, stored, quantisation }: Entry, bytes: Uint8Array<ArrayBuffer>): Tensor {
  if (!quantisation) return tensorOf(stored as "float32" | "int32" | "bool", shape, bytes);
  const numbers = tensorOf(quantisation.dtype, shape, bytes);
  if (quantisation.dtype === "float16") return { dtype: "float32", shape, data: toFloat32(numbers) };
  const { scale, min } = quantisation;
  const raw = numbers.data as Uint8Array | Uint16Array;
  if (stored === "int32") {
    return { dtype: "int32", shape, data: Int32Array.from(raw, (number) => Math.round(number * scale + min)) };
  }
  return { dtype: "float32", shape, data: Float32Array.from(raw, (number) => number * scale + min) };
}

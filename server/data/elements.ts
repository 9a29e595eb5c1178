import { fromBfloat16, fromFloat16 } from "../graph/half";
import type { Tensor } from "../graph/tensor";

/** Reads elements of a tensor of any type as numbers; 64-bit integers beyond 2⁵³ are rounded. */
export function numberReader({ data, dtype }: Tensor): (index: number) => number {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return (index) => Number(data[index]);
  if (dtype === "float16") return (index) => fromFloat16(data[index]!);
  if (dtype === "bfloat16") return (index) => fromBfloat16(data[index]!);
  return (index) => data[index]!;
}

import type { Tensor } from "../../server/graph/tensor";

/**
 * Largest difference between two tensors of one shape, relative to the largest finite magnitude in `expected`, or to
 * `atLeast` where that is larger.
 *
 * NaN and infinities must stand at the same places; otherwise, and when the shapes differ, an Error says where.
 */
export function relativeError(actual: Tensor, expected: Tensor, atLeast = 0): number {
  if (actual.shape.join() !== expected.shape.join()) {
    throw new Error(`shape [${actual.shape.join(", ")}] where [${expected.shape.join(", ")}] was expected`);
  }
  if (actual.data.length !== expected.data.length) {
    throw new Error(`${actual.data.length} elements where ${expected.data.length} were expected`);
  }
  let scale = atLeast;
  let difference = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const [is, should] = [Number(actual.data[i]), Number(expected.data[i])];
    if (!Number.isFinite(is) || !Number.isFinite(should)) {
      if (!Object.is(is, should)) throw new Error(`element ${i} is ${is} where ${should} was expected`);
      continue;
    }
    scale = Math.max(scale, Math.abs(should));
    difference = Math.max(difference, Math.abs(is - should));
  }
  return difference === 0 ? 0 : difference / scale;
}

import { expect, test } from "vitest";
import { toFloat32, viewAs } from "../../../server/graph/elements";
import type { Tensor } from "../../../server/graph/tensor";

test("viewAs shares memory where the bytes are aligned and copies where they are not", () => {
  const bytes = new Uint8Array(Float32Array.of(0, 1.5, -2).buffer);
  const shared = viewAs("float32", bytes.subarray(4));
  expect(shared).toEqual(Float32Array.of(1.5, -2));
  expect(shared.buffer).toBe(bytes.buffer);
  const shifted = new Uint8Array(13);
  shifted.set(bytes, 1);
  const copied = viewAs("float32", shifted.subarray(1));
  expect(copied).toEqual(Float32Array.of(0, 1.5, -2));
  expect(copied.buffer).not.toBe(shifted.buffer);
  expect(() => viewAs("float32", bytes.subarray(0, 6))).toThrow("no whole float32");
});

test.each<[Tensor["dtype"], Tensor["data"], readonly number[]]>([
  ["float64", Float64Array.of(0.1, 1e300), [Math.fround(0.1), Infinity]],
  ["float16", Uint16Array.of(0x3c00, 0x8001), [1, -(2 ** -24)]],
  ["bfloat16", Uint16Array.of(0x3fc0, 0xff80), [1.5, -Infinity]],
  ["int64", BigInt64Array.of(-3n, 2n ** 60n), [-3, 2 ** 60]],
  ["bool", Uint8Array.of(0, 1), [0, 1]],
])("toFloat32 gives the values of %s", (dtype, data, expected) => {
  expect(toFloat32({ dtype, shape: [2], data })).toEqual(Float32Array.from(expected));
});

test("toFloat32 of float32 is the tensor's own array", () => {
  const data = Float32Array.of(1, 2);
  expect(toFloat32({ dtype: "float32", shape: [2], data })).toBe(data);
});

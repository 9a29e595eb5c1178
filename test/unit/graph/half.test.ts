import { describe, expect, test } from "vitest";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "../../../server/graph/half";

const everyBits = Array.from({ length: 0x10000 }, (_, bits) => bits);

/** Whether a number's value is rounded to the number itself; for NaN, to any NaN. */
function comesBack(bits: number, from: (bits: number) => number, to: (value: number) => number): boolean {
  const value = from(bits);
  return Number.isNaN(value) ? Number.isNaN(from(to(value))) : to(value) === bits;
}

describe("float16", () => {
  test("every number comes back as its own bits", () => {
    expect(everyBits.filter((bits) => !comesBack(bits, fromFloat16, toFloat16))).toEqual([]);
  });

  test("rounds to nearest, ties to even, and to infinity beyond the range", () => {
    expect(toFloat16(1 + 2 ** -11)).toBe(toFloat16(1));
    expect(toFloat16(1 + 3 * 2 ** -11)).toBe(toFloat16(1 + 2 ** -9));
    expect(toFloat16(1 + 2 ** -11 + 2 ** -20)).toBe(toFloat16(1 + 2 ** -10));
    expect(toFloat16(2047.9)).toBe(toFloat16(2048));
    expect(toFloat16(65519)).toBe(0x7bff);
    expect(toFloat16(-65520)).toBe(0xfc00);
    expect(toFloat16(2 ** -25)).toBe(0);
    expect(toFloat16(1.5 * 2 ** -24)).toBe(2);
  });

  test("lies at the nearest of its neighbours for any float32", () => {
    for (let i = 0; i < 2000; i++) {
      const value = Math.fround(Math.sin(i) * 10 ** ((i % 9) - 5));
      const bits = toFloat16(value);
      const distance = Math.abs(fromFloat16(bits) - value);
      expect(distance).toBeLessThanOrEqual(Math.abs(fromFloat16(bits + 1) - value));
      if (bits & 0x7fff) expect(distance).toBeLessThanOrEqual(Math.abs(fromFloat16(bits - 1) - value));
    }
  });
});

describe("bfloat16", () => {
  test("every number comes back as its own bits", () => {
    expect(everyBits.filter((bits) => !comesBack(bits, fromBfloat16, toBfloat16))).toEqual([]);
  });

  test("rounds to nearest, ties to even", () => {
    expect(toBfloat16(1 + 2 ** -8)).toBe(toBfloat16(1));
    expect(toBfloat16(1 + 3 * 2 ** -8)).toBe(toBfloat16(1 + 2 ** -6));
    expect(toBfloat16(1 + 2 ** -8 + 2 ** -15)).toBe(toBfloat16(1 + 2 ** -7));
    expect(toBfloat16(3.4e38)).toBe(0x7f80);
  });
});

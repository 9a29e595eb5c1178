import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Plane } from "../../../server/landscape/plane";
import { originValues } from "../../../server/landscape/values";
import { parameter } from "./support";

const origin = new Map([
  ["kernel", Float32Array.of(0.1, -0, 3, 1e-42)],
  ["bias", Float32Array.of(1, 2)],
]);
const first = new Map([["kernel", Float32Array.of(1, 1, -1, 0.3)]]);
const second = new Map([
  ["kernel", Float32Array.of(0.5, -0.5, 0, 7)],
  ["bias", Float32Array.of(0, 0)],
]);

function bytes(values: Float32Array): readonly number[] {
  return [...new Uint32Array(values.buffer, values.byteOffset, values.length)];
}

describe("Plane", () => {
  test("is fround(θ + αδ + βη) in float64", () => {
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }), (a, b) => {
        fc.pre(a !== 0 || b !== 0);
        const found = new Plane(origin, [first, second]).at(a, b).get("kernel")!;
        return found.every((value, i) => {
          const exact = origin.get("kernel")![i]! + a * first.get("kernel")![i]! + b * second.get("kernel")![i]!;
          return Object.is(value, Math.fround(exact));
        });
      }),
    );
  });

  test("is the origin byte for byte at (0, 0), negative zeros included, wherever it was before", () => {
    const plane = new Plane(origin, [first, second]);
    plane.at(1, 1);
    expect(bytes(plane.at(0, 0).get("kernel")!)).toEqual(bytes(origin.get("kernel")!));
    expect(bytes(plane.at(0, -0).get("kernel")!)).toEqual(bytes(origin.get("kernel")!));
  });

  test("depends on the point alone, not on the way to it", () => {
    const plane = new Plane(origin, [first, second]);
    const direct = bytes(plane.at(0.3, -0.7).get("kernel")!);
    for (let step = 0; step < 100; step++) plane.at(step / 7, -step / 3);
    expect(bytes(plane.at(0.3, -0.7).get("kernel")!)).toEqual(direct);
  });

  test("names only parameters that some direction moves, and writes neither origin nor directions", () => {
    const before = [origin, first, second].map((map) => bytes(map.get("kernel")!));
    expect([...new Plane(origin, [first, second]).at(1, 1).keys()]).toEqual(["kernel"]);
    expect([origin, first, second].map((map) => bytes(map.get("kernel")!))).toEqual(before);
  });

  test("takes a direction that is absent as zero", () => {
    const plane = new Plane(origin, [new Map(), new Map([["bias", Float32Array.of(1, -1)]])]);
    expect([...plane.at(5, 2).get("bias")!]).toEqual([3, 0]);
    expect(new Plane(origin, [new Map(), new Map()]).at(1, 1).size).toBe(0);
  });

  test("refuses directions that do not belong to the origin", () => {
    const wrong = new Map([["kernel", new Float32Array(3)]]);
    expect(() => new Plane(origin, [wrong, new Map()])).toThrow(/3 values for kernel, the origin 4/);
    expect(() => new Plane(origin, [new Map([["other", new Float32Array(1)]]), new Map()])).toThrow(/other/);
  });
});

describe("originValues", () => {
  test("converts every floating type and leaves integers out", () => {
    const base = parameter("p", [2]);
    const values = originValues([
      {
        ...base,
        name: "half",
        tensor: { dtype: "float16", shape: [4], data: Uint16Array.of(0x3555, 0x8001, 0x7c00, 0x7e00) },
      },
      { ...base, name: "brain", tensor: { dtype: "bfloat16", shape: [2], data: Uint16Array.of(0x3f80, 0xc049) } },
      { ...base, name: "double", tensor: { dtype: "float64", shape: [1], data: Float64Array.of(0.1) } },
      { ...base, name: "steps", tensor: { dtype: "int64", shape: [1], data: BigInt64Array.of(3n) } },
    ]);
    expect([...values.get("half")!]).toEqual([Math.fround(0.333251953125), -(2 ** -24), Infinity, NaN]);
    expect([...values.get("brain")!]).toEqual([1, -3.140625]);
    expect([...values.get("double")!]).toEqual([Math.fround(0.1)]);
    expect(values.has("steps")).toBe(false);
  });
});

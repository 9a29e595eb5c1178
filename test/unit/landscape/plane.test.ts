import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Family, Interpolation, Plane } from "../../../server/landscape/plane";
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

describe("fills", () => {
  test.each([
    ["a plane", new Plane(origin, [first, second])],
    ["a family", new Family(origin, [first, second])],
    ["a line", new Interpolation(origin, new Map([...origin].map(([name, values]) => [name, values.map(Math.sin)])))],
  ])("of %s write what its arrays hold, for the point that they were asked for", (_, path) => {
    const fills = path.fills(0.3, 1);
    const expected = path.at(0.3, 1);
    path.fills(-1, 0).forEach((fill, name) => {
      fill(new Float32Array(origin.get(name)!.length));
    });
    expect([...fills.keys()]).toEqual([...expected.keys()]);
    for (const [name, fill] of fills) {
      const target = new Float32Array(origin.get(name)!.length).fill(NaN);
      fill(target);
      expect(bytes(target)).toEqual(bytes(expected.get(name)!));
    }
  });
});

describe("Family", () => {
  const members = [first, second, new Map([["bias", Float32Array.of(1, -1)]])];

  test("has the points of the plane's axes, in every moved parameter", () => {
    const family = new Family(origin, members);
    for (const [member, direction] of members.entries()) {
      const plane = new Plane(origin, [direction, new Map()]);
      for (const alpha of [-0.7, 0.3, 1]) {
        const found = family.at(alpha, member);
        expect([...found.keys()]).toEqual(["kernel", "bias"]);
        for (const [name, values] of origin) {
          expect(bytes(found.get(name)!)).toEqual(bytes(plane.at(alpha, 0).get(name) ?? values));
        }
      }
    }
  });

  test("goes back to the origin byte for byte", () => {
    const family = new Family(origin, members);
    family.at(1, 0);
    expect(bytes(family.at(0, 1).get("kernel")!)).toEqual(bytes(origin.get("kernel")!));
    family.at(1, 0);
    expect(bytes(family.at(1, 2).get("kernel")!)).toEqual(bytes(origin.get("kernel")!));
  });

  test("leaves alone what no member moves", () => {
    expect([...new Family(origin, [first]).at(1, 0).keys()]).toEqual(["kernel"]);
  });

  test("refuses members that are not there or do not belong to the origin", () => {
    expect(() => new Family(origin, members).at(1, 3)).toThrow(RangeError);
    expect(() => new Family(origin, members).at(1, 0.5)).toThrow(/3 lines, none of them is number 0.5/);
    expect(() => new Family(origin, [])).toThrow(RangeError);
    expect(() => new Family(origin, [new Map([["other", new Float32Array(1)]])])).toThrow(/other, the origin none/);
  });
});

describe("Interpolation", () => {
  const end = new Map([
    ["kernel", Float32Array.of(-7, 0, 3e-5, -1e-42)],
    ["bias", Float32Array.of(1, 2)],
  ]);

  test("has both ends to the last bit, wherever it was before", () => {
    const line = new Interpolation(origin, end);
    for (const [alpha, values] of [
      [0, origin],
      [1, end],
      [0, origin],
    ] as const) {
      line.at(0.37);
      for (const [name, found] of line.at(alpha)) expect(bytes(found)).toEqual(bytes(values.get(name)!));
    }
  });

  test("is fround((1 − α)·a + α·b) in float64 between and beyond them", () => {
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), (alpha) => {
        fc.pre(alpha !== 0 && alpha !== 1);
        const found = new Interpolation(origin, end).at(alpha).get("kernel")!;
        return found.every((value, i) => {
          const exact = (1 - alpha) * origin.get("kernel")![i]! + alpha * end.get("kernel")![i]!;
          return Object.is(value, Math.fround(exact));
        });
      }),
    );
  });

  test("names what both ends agree in too, for the model may be neither", () => {
    const found = new Interpolation(origin, end).at(0.3);
    expect([...found.keys()]).toEqual(["kernel", "bias"]);
    expect([...found.get("bias")!]).toEqual([1, 2]);
  });

  test("refuses ends that do not belong together", () => {
    expect(() => new Interpolation(origin, first)).toThrow(/bias/);
    expect(() => new Interpolation(first, origin)).toThrow(/bias/);
    expect(() => new Interpolation(origin, new Map([...end, ["bias", new Float32Array(3)]]))).toThrow(
      /3 values|2 values/,
    );
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

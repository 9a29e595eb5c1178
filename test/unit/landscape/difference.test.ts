import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { difference } from "../../../server/landscape/difference";
import { Interpolation, Plane } from "../../../server/landscape/plane";
import { parameter } from "./support";

const parameters = [
  parameter("kernel", [2, 2]),
  parameter("scale", [2], { role: "scale" }),
  parameter("bias", [2], { role: "bias" }),
  parameter("mean", [2], { role: "mean" }),
  parameter("variance", [2], { role: "variance" }),
];
const values = (by: number): ReadonlyMap<string, Float32Array> =>
  new Map(
    parameters.map(({ name, tensor }, k) => [name, Float32Array.from(tensor.data as Float32Array, (v) => v + by * k)]),
  );
const kept = { statistics: false };

describe("difference", () => {
  test("is that of every weight, biases and normalisation included, in float64 rounded once", () => {
    const [from, to] = [values(0.1), values(-3)];
    const found = difference(from, to, parameters, kept);
    expect([...found.keys()]).toEqual(["kernel", "scale", "bias"]);
    for (const [name, direction] of found) {
      const exact = Float32Array.from(to.get(name)!, (value, i) => value - from.get(name)![i]!);
      expect(direction).toEqual(exact);
    }
  });

  test("takes running statistics with it when asked to, integers never", () => {
    const steps = {
      ...parameter("steps", [1]),
      tensor: { dtype: "int64", shape: [1], data: BigInt64Array.of(3n) },
    } as const;
    const found = difference(values(0), values(1), [...parameters, steps], { statistics: true });
    expect([...found.keys()]).toEqual(parameters.map(({ name }) => name));
    expect([...found.get("variance")!].every((value) => Math.abs(value - 4) < 1e-6)).toBe(true);
  });

  test("refuses values that lack a parameter or have another number of entries", () => {
    const short = new Map([...values(0), ["scale", new Float32Array(3)]]);
    expect(() => difference(values(0), short, parameters, kept)).toThrow(/2 values for scale, found 2 and 3/);
    const lacking = new Map([...values(0)].filter(([name]) => name !== "bias"));
    expect(() => difference(lacking, values(0), parameters, kept)).toThrow(/bias, found none and 2/);
  });

  test("leads a plane to the other end within 2⁻²³ of the difference, and an interpolation exactly there", () => {
    const number = fc.float({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 20 }), (pairs) => {
        const kernel = [parameter("kernel", [1, pairs.length])];
        const from = new Map([["kernel", Float32Array.from(pairs, ([a]) => a)]]);
        const to = new Map([["kernel", Float32Array.from(pairs, ([, b]) => b)]]);
        const direction = difference(from, to, kernel, kept);
        const found = new Plane(from, [direction, new Map()]).at(1, 0).get("kernel") ?? from.get("kernel")!;
        const near = pairs.every(([a, b], i) => Math.abs(found[i]! - b) <= 2 ** -23 * Math.abs(b - a));
        return (
          near &&
          new Interpolation(from, to)
            .at(1)
            .get("kernel")!
            .every((value, i) => Object.is(value, pairs[i]![1]))
        );
      }),
      { numRuns: 500 },
    );
  });
});

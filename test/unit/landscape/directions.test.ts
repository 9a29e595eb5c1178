import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Parameter } from "../../../server/graph/graph";
import {
  compared,
  cosineBetween,
  expectedCosine,
  expectedCosineWith,
  randomDirection,
  randomDirections,
  randomFamily,
} from "../../../server/landscape/directions";
import { filterIndex } from "../../../server/landscape/filters";
import { directionSpec, parameter } from "./support";

const network: readonly Parameter[] = [
  parameter("conv", [8, 3, 3, 3]),
  parameter("scale", [8], { role: "scale" }),
  parameter("shift", [8], { role: "shift" }),
  parameter("mean", [8], { role: "mean" }),
  parameter("variance", [8], { role: "variance" }),
  parameter("dense", [32, 5], { filterAxes: [1] }),
  parameter("bias", [5], { role: "bias" }),
];

/** Norms of each filter, element by element from the definition: equal indices on the filter axes. */
function normsByDefinition(
  values: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): Map<string, number> {
  const squares = new Map<string, number>();
  values.forEach((value, flat) => {
    let rest = flat;
    const position = new Array<number>(shape.length);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    const key = axes.map((axis) => position[axis]).join();
    squares.set(key, (squares.get(key) ?? 0) + value * value);
  });
  return new Map([...squares].map(([key, square]) => [key, Math.sqrt(square)]));
}

function theta(of: Parameter): Float32Array {
  return of.tensor.data as Float32Array;
}

describe("filterIndex", () => {
  test("numbers filters over any axes", () => {
    expect([...filterIndex([2, 3], [0]).of]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...filterIndex([2, 3], [-1]).of]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...filterIndex([2, 2, 2], [2, 0]).of]).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
    expect(filterIndex([2, 3], []).count).toBe(1);
  });
});

describe("filter normalisation", () => {
  // Float32 rounds every entry by at most 2⁻²⁴ of itself, and so the norm.
  const rounding = 2 ** -24 * 1.001;
  const layouts: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ["convolution of PyTorch", [6, 4, 3, 3], [0]],
    ["grouped convolution of PyTorch", [6, 2, 3, 3], [0]],
    ["transposed convolution of PyTorch", [4, 6, 3, 3], [1]],
    ["convolution of Keras", [3, 3, 4, 6], [3]],
    ["depthwise convolution of Keras", [3, 3, 4, 2], [2, 3]],
    ["transposed convolution of Keras", [3, 3, 6, 4], [2]],
    ["dense of PyTorch", [6, 20], [0]],
    ["dense of Keras", [20, 6], [1]],
    ["embedding", [50, 8], [0]],
    ["recurrent kernel of PyTorch", [4 * 5, 7], [0]],
    ["recurrent kernel of ONNX", [1, 4 * 5, 7], [0, 1]],
    ["recurrent kernel of Keras", [7, 4 * 5], [1]],
    ["attention projection", [12, 2, 6], [1, 2]],
    ["one entry per filter", [40, 1], [0]],
  ];

  test.each(layouts)("gives every filter of a %s its norm", (_, shape, axes) => {
    const kernel = parameter("kernel", shape, { filterAxes: axes });
    for (const direction of randomDirections([kernel], directionSpec())) {
      const found = normsByDefinition(direction.get("kernel")!, shape, axes);
      for (const [filter, norm] of normsByDefinition(theta(kernel), shape, axes)) {
        expect(Math.abs(found.get(filter)! / norm - 1)).toBeLessThan(rounding);
      }
    }
  });

  test.each(layouts)("with dfilter gives every filter of a %s unit norm", (_, shape, axes) => {
    const kernel = parameter("kernel", shape, { filterAxes: axes });
    const filters = axes.reduce((count, axis) => count * shape[axis]!, 1);
    for (const direction of randomDirections([kernel], directionSpec({ normalise: "dfilter" }))) {
      const norms = [...normsByDefinition(direction.get("kernel")!, shape, axes).values()];
      expect(norms).toHaveLength(filters);
      for (const norm of norms) expect(Math.abs(norm - 1)).toBeLessThan(rounding);
    }
  });

  test("holds for any shape and axes", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.integer(), fc.nat(), (shape, seed, which) => {
        const axes = shape.map((_, axis) => axis).filter((axis) => which & (1 << axis));
        const kernel = parameter("kernel", shape, { filterAxes: axes });
        const [direction] = randomDirections([kernel], directionSpec({ seed }));
        const found = normsByDefinition(direction.get("kernel")!, shape, axes);
        return [...normsByDefinition(theta(kernel), shape, axes)].every(
          ([filter, norm]) => Math.abs(found.get(filter)! / norm - 1) < 1e-6,
        );
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("leaves filters of norm zero at zero, and the others alone", () => {
    const values = Float32Array.from({ length: 12 }, (_, i) => (i < 4 ? 0 : 1));
    const [direction] = randomDirections([parameter("kernel", [3, 4], { values })], directionSpec());
    const found = direction.get("kernel")!;
    expect([...found.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(Math.hypot(...found.subarray(4, 8))).toBeCloseTo(2, 6);
  });

  test("follows a rescaling of the filters", () => {
    const factors = [0.25, 8, 1, 2];
    const kernel = parameter("kernel", [4, 6]);
    const rescaled = theta(kernel).map((value, i) => value * factors[Math.floor(i / 6)]!);
    const [plain] = randomDirections([kernel], directionSpec());
    const [other] = randomDirections([parameter("kernel", [4, 6], { values: rescaled })], directionSpec());
    const expected = plain.get("kernel")!.map((value, i) => value * factors[Math.floor(i / 6)]!);
    expect([...other.get("kernel")!]).toEqual([...expected]);
  });
});

describe("other normalisations", () => {
  const raw = randomDirections(network, directionSpec({ normalise: "none" }))[0];

  test("none is the drawn normals", () => {
    const drawn = raw.get("conv")!;
    const square = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length;
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / drawn.length));
  });

  test("layer scales the whole parameter", () => {
    const scaled = randomDirections(network, directionSpec({ normalise: "layer" }))[0].get("dense")!;
    expect(Math.hypot(...scaled) / Math.hypot(...theta(network[5]!))).toBeCloseTo(1, 6);
    const factor = scaled[0]! / raw.get("dense")![0]!;
    scaled.forEach((value, i) => expect(value / raw.get("dense")![i]!).toBeCloseTo(factor, 6));
  });

  test("dlayer scales the whole parameter to unit norm, dfilter and dlayer whatever the model's own norms are", () => {
    const zero = [parameter("kernel", [4, 6], { values: new Float32Array(24) })];
    const [scaled] = randomDirections(network, directionSpec({ normalise: "dlayer" }));
    expect(Math.hypot(...scaled.get("conv")!)).toBeCloseTo(1, 7);
    expect(Math.hypot(...scaled.get("dense")!)).toBeCloseTo(1, 7);
    const factor = scaled.get("dense")![0]! / raw.get("dense")![0]!;
    scaled.get("dense")!.forEach((value, i) => expect(value).toBeCloseTo(raw.get("dense")![i]! * factor, 7));
    const ofZero = (normalise: "dfilter" | "dlayer" | "filter"): number =>
      Math.hypot(...randomDirections(zero, directionSpec({ normalise }))[0].get("kernel")!);
    expect(ofZero("dfilter")).toBeCloseTo(2, 6);
    expect(ofZero("dlayer")).toBeCloseTo(1, 6);
    expect(ofZero("filter")).toBe(0);
  });

  test("weight multiplies entry by entry", () => {
    const scaled = randomDirections(network, directionSpec({ normalise: "weight" }))[0].get("dense")!;
    scaled.forEach((value, i) => expect(value).toBeCloseTo(raw.get("dense")![i]! * theta(network[5]!)[i]!, 6));
  });
});

describe("what is moved", () => {
  test("biases and normalisation are left out, statistics always", () => {
    expect([...randomDirections(network, directionSpec())[0].keys()]).toEqual(["conv", "dense"]);
  });

  test("a bias of higher rank is a bias", () => {
    const shifted = [parameter("kernel", [4, 4]), parameter("b", [1, 4, 1, 1], { role: "bias" })];
    expect([...randomDirections(shifted, directionSpec())[0].keys()]).toEqual(["kernel"]);
  });

  test("ignore none copies θ for them, as the authors' code does", () => {
    const [first, second] = randomDirections(network, directionSpec({ ignore: "none" }));
    expect([...first.keys()]).toEqual(["conv", "scale", "shift", "dense", "bias"]);
    for (const [position, name] of [
      [1, "scale"],
      [2, "shift"],
      [6, "bias"],
    ] as const) {
      expect([...first.get(name)!]).toEqual([...theta(network[position]!)]);
      expect([...second.get(name)!]).toEqual([...theta(network[position]!)]);
      expect(first.get(name)).not.toBe(theta(network[position]!));
    }
  });

  test("ignore does not change the other parameters", () => {
    const [kept] = randomDirections(network, directionSpec({ ignore: "none" }));
    const [ignored] = randomDirections(network, directionSpec());
    expect(kept.get("dense")).toEqual(ignored.get("dense"));
  });

  test("integer parameters are not moved, half-precision ones are", () => {
    const half: Parameter = {
      ...parameter("half", [1, 2]),
      tensor: { dtype: "float16", shape: [1, 2], data: Uint16Array.of(0x3c00, 0xc000) },
    };
    const integers: Parameter = {
      ...parameter("integers", [1, 2]),
      tensor: { dtype: "int8", shape: [1, 2], data: Int8Array.of(1, 2) },
    };
    const [direction] = randomDirections([half, integers], directionSpec());
    expect([...direction.keys()]).toEqual(["half"]);
    expect(Math.hypot(...direction.get("half")!)).toBeCloseTo(Math.sqrt(5), 6);
  });
});

describe("seeds", () => {
  test("the same seed gives the same bytes, another seed or stream does not", () => {
    const [first, second] = randomDirections(network, directionSpec());
    const again = randomDirections(network, directionSpec());
    const other = randomDirections(network, directionSpec({ seed: 8 }));
    expect(again).toEqual([first, second]);
    expect(other[0].get("conv")).not.toEqual(first.get("conv"));
    expect(second.get("conv")).not.toEqual(first.get("conv"));
  });
});

describe("randomFamily", () => {
  test("begins with the two directions of a surface and goes on with streams of its own", () => {
    const family = randomFamily(network, directionSpec(), 5);
    expect(family).toHaveLength(5);
    expect(family.slice(0, 2)).toEqual(randomDirections(network, directionSpec()));
    expect(family[4]).toEqual(randomDirection(network, directionSpec(), 4));
    for (const [i, first] of family.entries()) {
      for (const second of family.slice(i + 1)) expect(Math.abs(cosineBetween(first, second))).toBeLessThan(0.4);
    }
  });

  test("does not depend on how many members it has", () => {
    expect(randomFamily(network, directionSpec(), 3)).toEqual(randomFamily(network, directionSpec(), 7).slice(0, 3));
  });

  test("refuses to be empty", () => {
    expect(() => randomFamily(network, directionSpec(), 0)).toThrow(RangeError);
    expect(() => randomFamily(network, directionSpec(), 1.5)).toThrow(/1\.5/);
  });
});

test("paths are compared over what random directions move", () => {
  for (const ignore of ["bias,norm", "none"] as const) {
    const [direction] = randomDirections(network, directionSpec({ ignore }));
    expect(compared(network, ignore).map(({ name }) => name)).toEqual([...direction.keys()]);
  }
});

describe("cosine", () => {
  test.each([
    [100, 0.0797],
    [1000, 0.0255],
    [10000, 0.00799],
  ])("of raw Gaussian pairs with n = %i is %f on average", (n, expected) => {
    const pairs = n === 10000 ? 200 : 1000;
    const values = new Float32Array(n).fill(1);
    const raw = [parameter("raw", [1, n], { values })];
    let sum = 0;
    for (let seed = 0; seed < pairs; seed++) {
      const [first, second] = randomDirections(raw, directionSpec({ normalise: "none", seed }));
      sum += Math.abs(cosineBetween(first, second));
    }
    // Standard deviation of |N(0, σ²)| is 0.756 of its mean; four standard errors of the average.
    expect(Math.abs(sum / pairs - expected)).toBeLessThan((4 * 0.756 * expected) / Math.sqrt(pairs));
    // √(2/(πn)) is within 2 % of the sampled averages above.
    expect(Math.abs(expectedCosine(raw, directionSpec({ normalise: "none" })) / expected - 1)).toBeLessThan(0.02);
  });

  test.each([
    ["filter", "bias,norm"],
    ["layer", "bias,norm"],
    ["weight", "bias,norm"],
    ["dfilter", "bias,norm"],
    ["dlayer", "bias,norm"],
    ["none", "bias,norm"],
    ["filter", "none"],
  ] as const)("of %s-normalised directions, ignoring %s, is as expected on average", (normalise, ignore) => {
    // Filters of very different norms, so that the effective dimension is far below the number of entries.
    const values = Array.from({ length: 2000 }, (_, i) => (1 + (i % 3)) * 0.1 * (i < 200 ? 10 : 1));
    const uneven = [parameter("kernel", [20, 100], { values }), parameter("bias", [20], { role: "bias" })];
    let sum = 0;
    for (let seed = 0; seed < 400; seed++) {
      sum += Math.abs(cosineBetween(...randomDirections(uneven, directionSpec({ normalise, ignore, seed }))));
    }
    const expected = expectedCosine(uneven, directionSpec({ normalise, ignore }));
    expect(sum / 400 / expected).toBeGreaterThan(0.85);
    expect(sum / 400 / expected).toBeLessThan(1.15);
  });

  test.each([
    ["filter", "bias,norm"],
    ["weight", "bias,norm"],
    ["dfilter", "bias,norm"],
    ["none", "bias,norm"],
    ["layer", "none"],
  ] as const)(
    "of a fixed direction and a %s-normalised one, ignoring %s, is as expected on average",
    (normalise, ignore) => {
      const values = Array.from({ length: 600 }, (_, i) => (1 + (i % 3)) * 0.1 * (i < 60 ? 10 : 1));
      const uneven = [parameter("kernel", [6, 100], { values }), parameter("bias", [20], { role: "bias" })];
      // Along the small filters mostly, and along the biases.
      const fixed = new Map([
        ["kernel", Float32Array.from({ length: 600 }, (_, i) => Math.sin(i) * (i < 100 ? 0.1 : 1))],
        ["bias", Float32Array.from({ length: 20 }, (_, i) => Math.cos(i))],
      ]);
      let sum = 0;
      for (let seed = 0; seed < 400; seed++) {
        sum += Math.abs(cosineBetween(fixed, randomDirection(uneven, directionSpec({ normalise, ignore, seed }), 1)));
      }
      const expected = expectedCosineWith(fixed, uneven, directionSpec({ normalise, ignore }));
      // Four standard errors of the average, as above.
      expect(Math.abs(sum / 400 / expected - 1)).toBeLessThan(0.15);
    },
  );

  test("is not spoilt by parameters without entries", () => {
    const empty = [parameter("kernel", [4, 8]), parameter("empty", [0, 3])];
    for (const normalise of ["filter", "layer", "dfilter", "dlayer", "weight", "none"] as const) {
      const spec = directionSpec({ normalise });
      expect(expectedCosine(empty, spec)).toBe(expectedCosine(empty.slice(0, 1), spec));
      expect(randomDirections(empty, spec)[0].get("empty")).toEqual(new Float32Array(0));
    }
  });

  test("is 1 with itself, −1 with its opposite and NaN with nothing", () => {
    const a = new Map([["k", Float32Array.of(1, 2)]]);
    const b = new Map([["k", Float32Array.of(-2, -4)]]);
    expect(cosineBetween(a, a)).toBeCloseTo(1, 12);
    expect(cosineBetween(a, b)).toBeCloseTo(-1, 12);
    expect(cosineBetween(a, new Map())).toBeNaN();
  });
});

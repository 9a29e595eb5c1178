import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { int, ints, intTensor, node, string } from "../../../../server/graph/build";
import type { Attribute } from "../../../../server/graph/graph";
import type { Tensor } from "../../../../server/graph/tensor";
import { deviations, random, real } from "../../../support/derivatives";
import { apart, applied, derivativesOf, type Application } from "../../../support/differentiable";

/** Extrapolated central differences are good to about 1e-10. */
const tolerance = 1e-8;

function expectExact(application: Application): void {
  const { gradient, product, symmetry } = deviations(derivativesOf(application));
  expect(gradient, "gradient against differences of the loss").toBeLessThan(tolerance);
  expect(product, "H·v against differences of the gradient").toBeLessThan(tolerance);
  expect(symmetry, "u·Hv against v·Hu").toBeLessThan(1e-12);
}

type Case = readonly [name: string, application: Application];

const unary = (op: string, ...ranges: readonly (readonly [number, number])[]): Case[] =>
  ranges.map(([low, high]) => [`${op} on [${low}, ${high}]`, applied(op, [random([2, 3], 1, low, high)])]);

const kinked = (op: string): Case => [op, applied(op, [apart([2, 5], 1)])];

const binary = (op: string, low = -1, high = 1): Case[] =>
  (
    [
      [
        [2, 3],
        [2, 3],
      ],
      [[2, 3], [3]],
      [
        [2, 1],
        [1, 3],
      ],
      [[], [2, 2]],
      [[1], []],
      [
        [3, 1, 2],
        [2, 1],
      ],
    ] as const
  ).map(([a, b]) => [
    `${op} of [${a.join(", ")}] and [${b.join(", ")}]`,
    applied(op, [random(a, 1, low, high), random(b, 2, low, high)]),
  ]);

const same = (op: string): Case => {
  const { parameters } = applied(op, [random([3], 1, 0.5, 2)]);
  return [`${op} of a value with itself`, { parameters, nodes: [node(op, ["a", "a"], ["y"])] }];
};

describe.each<Case>([
  ...unary("Neg", [-1, 1]),
  kinked("Abs"),
  kinked("Relu"),
  ...unary("Exp", [-2, 2]),
  ...unary("Log", [0.2, 3]),
  ...unary("Sqrt", [0.2, 3]),
  ...unary("Reciprocal", [0.5, 2], [-2, -0.5]),
  ...unary("Sin", [-3, 3]),
  ...unary("Cos", [-3, 3]),
  ...unary("Tanh", [-2, 2]),
  ...unary("Sigmoid", [-3, 3]),
  ...unary("Erf", [-2, 2]),
  ...binary("Add"),
  ...binary("Sub"),
  ...binary("Mul"),
  ...binary("Div", 0.5, 2),
  ...binary("Pow", 0.5, 2),
  same("Add"),
  same("Sub"),
  same("Mul"),
  same("Div"),
  same("Pow"),
])("%s", (_, application) => {
  test("gradient and H·v agree with differences", () => {
    expectExact(application);
  });
});

describe("Max and Min", () => {
  test.each(["Max", "Min"])("%s of values apart", (op) => {
    expectExact(applied(op, [apart([3, 1], 1), apart([3, 4], 2, 0.17)]));
  });

  test.each(["Max", "Min"])("%s splits the cotangent evenly at ties", (op) => {
    const derivatives = derivativesOf(applied(op, [real([2], [1, 2]), real([2], [1, 2])]));
    const gradient = derivatives.gradientAt();
    expect(gradient[0]).toBeCloseTo(gradient[2]!, 15);
    expect(gradient[1]).toBeCloseTo(gradient[3]!, 15);
    const coefficients = random([2], 7).data as Float64Array;
    expect(gradient[0]).toBeCloseTo((coefficients[0]! * Math.cos(1)) / 2, 14);
  });
});

describe("Pow with a constant exponent", () => {
  const power = (exponent: number, x: Tensor): Application => ({
    parameters: { x },
    constants: { p: real([], [exponent]) },
    nodes: [node("Pow", ["x", "p"], ["y"])],
  });

  test.each([0, 1, 2, 3, 4, 5])("x^%s is exact at 0 and on both sides", (exponent) => {
    expectExact(power(exponent, real([3], [-0.7, 0, 1.2])));
  });

  test.each([-2, -1, -0.5, 0.5, 1.5, 2.5])("x^%s for positive x", (exponent) => {
    expectExact(power(exponent, random([4], 1, 0.5, 2)));
  });

  test("exponents that differ, 0 and 1 among them, at 0", () => {
    expectExact({
      parameters: { x: real([5], [0, 0, 0, 0, 1.5]) },
      constants: { p: real([5], [0, 1, 2, 3, 0.5]) },
      nodes: [node("Pow", ["x", "p"], ["y"])],
    });
  });

  test("integer exponents", () => {
    expectExact({
      parameters: { x: random([3], 1) },
      constants: { p: intTensor([3], [1, 2, 3]) },
      nodes: [node("Pow", ["x", "p"], ["y"])],
    });
  });
});

describe("smooth functions made of pieces", () => {
  test.each(["Softplus", "Mish", "Gelu"])("%s is exact where the pieces meet", (op) => {
    expectExact(applied(op, [real([3], [-1.5, 0, 2])]));
  });
});

describe("Where", () => {
  const condition: Tensor = { dtype: "bool", shape: [2, 3], data: Uint8Array.of(1, 0, 0, 1, 1, 0) };

  test.each([
    [
      [2, 3],
      [2, 3],
    ],
    [[3], [2, 1]],
    [[], [1, 3]],
  ])("of [%s] and [%s]", (a, b) => {
    const choice = { parameters: { a: random(a, 1), b: random(b, 2) }, constants: { c: condition } };
    expectExact({ ...choice, nodes: [node("Where", ["c", "a", "b"], ["y"])] });
  });
});

describe("piecewise constant functions", () => {
  test.each(["Floor", "Ceil", "Round", "Sign"])("%s has derivative 0", (op) => {
    const derivatives = derivativesOf(applied(op, [real([3], [-1.3, 0.4, 2.2])]));
    expect([...derivatives.gradientAt()]).toEqual([0, 0, 0]);
    expect([...derivatives.product(Float64Array.of(1, 2, 3))]).toEqual([0, 0, 0]);
  });

  test("a mask made by comparing parts no derivative on, its product with the value does", () => {
    const mask = [
      node("Greater", ["a", "zero"], ["positive"]),
      node("Cast", ["positive"], ["mask"], { to: int(11) }),
      node("Mul", ["a", "mask"], ["y"]),
    ];
    expectExact({ parameters: { a: apart([7], 3) }, constants: { zero: real([], [0]) }, nodes: mask });
  });
});

describe("MatMul", () => {
  test.each([
    [
      [2, 3],
      [3, 2],
    ],
    [
      [2, 2, 3],
      [3, 2],
    ],
    [
      [2, 3],
      [2, 3, 2],
    ],
    [
      [2, 1, 2, 2],
      [3, 2, 1],
    ],
    [
      [2, 2, 2],
      [2, 2, 3],
    ],
    [
      [1, 2, 2],
      [3, 2, 2],
    ],
  ])("[%s] × [%s]", (a, b) => {
    expectExact(applied("MatMul", [random(a, 1), random(b, 2)]));
  });
});

describe("layout", () => {
  const cases: readonly (readonly [string, readonly Tensor[], Readonly<Record<string, Attribute>>])[] = [
    ["Transpose", [random([2, 3, 2], 1)], { perm: ints(2, 0, 1) }],
    ["Transpose", [random([2, 1, 3], 1)], { perm: ints(1, 0, 2) }],
    ["Reshape", [random([2, 3, 2], 1), intTensor([2], [4, 3])], {}],
    ["Reshape", [random([1, 1], 1), intTensor([0], [])], {}],
    ["Expand", [random([2, 1], 1), intTensor([3], [2, 2, 3])], {}],
    ["Expand", [random([], 1), intTensor([2], [2, 2])], {}],
    ["Concat", [random([2, 1], 1), random([2, 3], 2), random([2, 2], 3)], { axis: int(1) }],
    ["Pad", [random([2, 3], 1), intTensor([4], [1, 0, 0, 2]), random([], 5)], {}],
    ["Pad", [random([3, 4], 1), intTensor([4], [-1, 1, 0, -2])], {}],
    ["Pad", [random([3, 4], 1), intTensor([4], [1, -1, -1, 0]), random([], 5)], {}],
  ];
  test.each(cases)("%s #%#", (op, inputs, attributes) => {
    expectExact(applied(op, inputs, attributes));
  });

  const bounds = (...lists: readonly (readonly number[])[]): Tensor[] =>
    lists.map((list) => intTensor([list.length], list));
  test.each([
    ["plain", bounds([1, 0], [3, 2], [0, 1], [1, 1])],
    ["one axis", bounds([1], [4], [1], [1])],
    ["steps that end before the end", bounds([0], [5], [1], [2])],
    ["steps that would reach beyond the end", bounds([1], [6], [1], [3])],
    ["reversed", bounds([5], [-7], [1], [-1])],
    ["reversed in part", bounds([4], [1], [1], [-1])],
    ["backwards in steps", bounds([5, 2], [0, -4], [1, 0], [-2, -2])],
    ["every axis at once", bounds([2, 1], [-4, 6], [0, 1], [-1, 4])],
  ])("Slice: %s", (_, lists) => {
    expectExact(applied("Slice", [random([3, 6], 1), ...lists]));
  });
});

describe("reduction", () => {
  test.each([
    [[0], 1],
    [[1], 0],
    [[0, 2], 1],
    [[0, 1, 2], 0],
  ])("ReduceSum over %s, keepdims %s", (axes, keepdims) => {
    const axesTensor = intTensor([axes.length], axes);
    expectExact(applied("ReduceSum", [random([2, 3, 2], 1), axesTensor], { keepdims: int(keepdims) }));
  });

  test.each([
    [[1], 1],
    [[0, 2], 0],
  ])("ReduceMax over %s, keepdims %s", (axes, keepdims) => {
    const axesTensor = intTensor([axes.length], axes);
    expectExact(applied("ReduceMax", [apart([2, 3, 2], 1), axesTensor], { keepdims: int(keepdims) }));
  });

  test("ReduceMax shares the cotangent among ties", () => {
    const x = real([1, 4], [2, 1, 2, 0]);
    const gradient = derivativesOf(applied("ReduceMax", [x, intTensor([1], [1])])).gradientAt();
    const whole = random([1], 7).data[0] as number;
    [1, 0, 1, 0].forEach((part, k) => {
      expect(gradient[k]).toBeCloseTo((part * whole * Math.cos(2)) / 2, 14);
    });
  });

  test.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])("CumSum, exclusive %s, reverse %s", (exclusive, reverse) => {
    const attributes = { exclusive: int(exclusive), reverse: int(reverse) };
    expectExact(applied("CumSum", [random([2, 4], 1), intTensor([], [1])], attributes));
  });

  test.each([
    ["Softmax", [2, 3], -1],
    ["Softmax", [2, 3, 2], 1],
    ["LogSoftmax", [2, 3], -1],
    ["LogSoftmax", [3, 2], 0],
  ])("%s of [%s] along %s", (op, shape, axis) => {
    expectExact(applied(op, [random(shape, 1, -2, 2)], { axis: int(axis) }));
  });
});

describe("indexing", () => {
  test.each([
    ["a row", [3, 4], intTensor([], [2]), 0],
    ["neighbours", [5, 2], intTensor([3], [1, 2, 3]), 0],
    ["a permutation", [2, 4], intTensor([4], [2, 0, 3, 1]), 1],
    ["repeated", [4, 2], intTensor([2, 3], [3, 0, 0, 1, 3, 0]), 0],
    ["counted from the end", [2, 4], intTensor([3], [-1, 0, -1]), 1],
    ["in the middle", [2, 3, 2], intTensor([2, 2], [2, 0, 0, 0]), 1],
  ])("Gather: %s", (_, shape, indices, axis) => {
    expectExact(applied("Gather", [random(shape, 1), indices], { axis: int(axis) }));
  });

  test.each([
    ["as many as there are columns", [4, 2], [3, 2], [0, 2, 2, 2, 3, 0], 0],
    ["fewer columns", [4, 3], [2, 2], [1, -1, 1, 3], 0],
    ["along the last axis", [2, 4], [2, 3], [0, 0, 3, 2, 1, 2], 1],
  ])("ScatterElements: %s", (_, shape, chosen, indices, axis) => {
    const inputs = [random(shape, 1), intTensor(chosen, indices), random(chosen, 2)];
    expectExact(applied("ScatterElements", inputs, { axis: int(axis), reduction: string("add") }));
  });
});

describe("broadcasting", () => {
  /** Two shapes that broadcast, by taking axes away or to 1. */
  const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }).chain((whole) => {
    const narrowed = fc
      .tuple(fc.nat(whole.length), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
      .map(([skip, ones]) => whole.map((extent, axis) => (ones[axis] ? 1 : extent)).slice(skip));
    return fc.tuple(narrowed, narrowed);
  });

  test.each(["Add", "Sub", "Mul", "Div"])("%s of any two shapes that fit", (op) => {
    fc.assert(
      fc.property(shapes, fc.nat(1000), ([a, b], seed) => {
        const operands = [random(a, seed, 0.5, 2), random(b, seed + 1, 0.5, 2)];
        const { gradient, product } = deviations(derivativesOf(applied(op, operands)));
        return gradient < tolerance && product < tolerance;
      }),
      { numRuns: 12, seed: 5 },
    );
  });
});

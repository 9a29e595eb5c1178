import { describe, expect, test } from "vitest";
import { operatorCases } from "../../support/operatorCases";
import { evaluateReference, referenceOperators } from "../../support/reference";
import { erf } from "../../support/reference/elementwise";
import { feed, operatorCase, tensorOf } from "../../support/operatorCase";
import type { Source } from "../../support/operatorCase";

describe("operator cases", () => {
  test("every operator of the reference has one", () => {
    const covered = new Set(operatorCases.flatMap(({ graph }) => graph.nodes.map(({ op }) => op)));
    expect([...referenceOperators].filter((op) => !covered.has(op))).toEqual([]);
  });

  test("names are unique", () => {
    expect(new Set(operatorCases.map(({ name }) => name)).size).toBe(operatorCases.length);
  });

  test("the reference is defined on all of them", () => {
    for (const { graph, feeds } of operatorCases) {
      const outputs = evaluateReference(graph, feeds);
      for (const { name, shape } of graph.outputs) expect(outputs[name]!.shape).toEqual(shape);
    }
  });
});

/** The reference against numbers worked out by hand or taken from tables. */
describe("the reference", () => {
  const values = (numbers: number[], shape?: number[]): Source => feed(tensorOf(numbers, shape, "float32"));
  const outputOf = (op: string, inputs: Source[], attributes = {}, opset?: number): number[] => {
    const { graph, feeds } = operatorCase(op, "by hand", { inputs, attributes, opset });
    return Array.from(evaluateReference(graph, feeds).o0!.data, Number);
  };
  const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  test("convolves without turning the kernel", () => {
    const kernel = values([1, 0, 0, -2], [1, 1, 2, 2]);
    expect(outputOf("Conv", [values(nine, [1, 1, 3, 3]), kernel])).toEqual([-9, -10, -12, -13]);
  });

  test("pads, strides and dilates", () => {
    const kernel = values([1, 10], [1, 1, 2]);
    const x = values([1, 2, 3, 4, 5], [1, 1, 5]);
    expect(outputOf("Conv", [x, kernel], { pads: [1, 0], strides: [2] })).toEqual([10, 32, 54]);
    expect(outputOf("Conv", [x, kernel], { dilations: [3] })).toEqual([41, 52]);
  });

  test("spreads by transposed convolution", () => {
    const x = values([1, 2], [1, 1, 2]);
    expect(outputOf("ConvTranspose", [x, values([1, 10, 100], [1, 1, 3])], { strides: [2] })).toEqual([
      1, 10, 102, 20, 200,
    ]);
  });

  test("averages with and without the padding", () => {
    const x = values([1, 3], [1, 1, 2]);
    expect(outputOf("AveragePool", [x], { kernel_shape: [2], pads: [1, 0] })).toEqual([1, 2]);
    expect(outputOf("AveragePool", [x], { kernel_shape: [2], pads: [1, 0], count_include_pad: 1 })).toEqual([0.5, 2]);
  });

  test("multiplies matrices", () => {
    const product = outputOf("MatMul", [values([1, 2, 3, 4], [2, 2]), values([5, 6, 7, 8], [2, 2])]);
    expect(product).toEqual([19, 22, 43, 50]);
  });

  test("takes softmax over one axis, and over all that follow before operator set 13", () => {
    const x = values([0, Math.log(3), 0, 0], [1, 2, 2]);
    const [a, b] = outputOf("Softmax", [x]);
    expect(a).toBeCloseTo(0.25, 7);
    expect(b).toBeCloseTo(0.75, 7);
    const flat = outputOf("Softmax", [x], {}, 12);
    expect(flat[0]).toBeCloseTo(1 / 6, 7);
    expect(flat[1]).toBeCloseTo(1 / 2, 7);
  });

  test("slices backwards", () => {
    const bounds = [[-1], [-1000], [0], [-2]].map((bound) => feed(tensorOf(bound)));
    expect(outputOf("Slice", [values([1, 2, 3, 4, 5]), ...bounds])).toEqual([5, 3, 1]);
  });

  test("knows erf to 15 digits (Abramowitz and Stegun, table 7.1)", () => {
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14);
    expect(erf(1)).toBeCloseTo(0.8427007929497149, 14);
    expect(erf(-2)).toBeCloseTo(-0.9953222650189527, 14);
    expect(erf(3.5)).toBeCloseTo(0.9999992569016276, 14);
  });

  test("keeps NaN", () => {
    expect(outputOf("Relu", [values([NaN, -1, 2])])).toEqual([NaN, 0, 2]);
    expect(outputOf("Max", [values([NaN, 1]), values([0, 0])])).toEqual([NaN, 1]);
  });
});

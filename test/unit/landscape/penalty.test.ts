import { describe, expect, test } from "vitest";
import { floatTensor, intTensor, parameter } from "../../../server/graph/build";
import { weightPenalty } from "../../../server/landscape/penalty";

const parameters = [
  parameter("w", floatTensor([2, 2], [1, -2, 3, 0]), "kernel"),
  parameter("b", floatTensor([2], [0.5, 0.5]), "bias"),
  parameter("scale", floatTensor([2], [2, 1]), "scale"),
  parameter("mean", floatTensor([2], [100, 100]), "mean"),
  parameter("variance", floatTensor([2], [100, 100]), "variance"),
  parameter("table", intTensor([2], [7, 7]), "kernel"),
  parameter("half", { dtype: "float16", shape: [1], data: Uint16Array.of(0xc000) }, "shift"),
];

/** 14 of w, ½ of b, 5 of scale and (−2)² of half. */
const squares = 23.5;

describe("weight decay's part of the loss", () => {
  test("is half λ times the squares of all that directions may move, statistics and integers left out", () => {
    expect(weightPenalty(0.5, parameters, new Map())).toBe(squares / 4);
    expect(weightPenalty(1e-3, parameters, new Map())).toBeCloseTo((1e-3 * squares) / 2, 15);
    expect(weightPenalty(0, parameters, new Map())).toBe(0);
  });

  test("takes the values at the point where there are any", () => {
    const values = new Map([
      ["w", Float32Array.of(1, 1, 1, 1)],
      ["mean", Float32Array.of(5, 5)],
    ]);
    expect(weightPenalty(2, parameters, values)).toBe(squares - 14 + 4);
  });

  test("is summed in double precision", () => {
    // In single precision 2²⁵ + 1 is 2²⁵.
    const large = [parameter("w", floatTensor([2], [2 ** 12.5, 1]))];
    const exact = Math.fround(2 ** 12.5) ** 2 + 1;
    expect(weightPenalty(2, large, new Map())).toBe(exact);
    expect(Math.fround(exact)).not.toBe(exact);
  });

  test("keeps what is not finite", () => {
    expect(weightPenalty(1, parameters, new Map([["b", Float32Array.of(NaN, 0)]]))).toBeNaN();
    expect(weightPenalty(1, parameters, new Map([["b", Float32Array.of(Infinity, 0)]]))).toBe(Infinity);
  });
});

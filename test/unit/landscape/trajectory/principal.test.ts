import { Matrix, SVD } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { cosineBetween, productOf } from "../../../../server/landscape/directions";
import { gramMatrix } from "../../../../server/landscape/trajectory/gram";
import type { GramMatrix } from "../../../../server/landscape/trajectory/gram";
import { combine, principalDirections } from "../../../../server/landscape/trajectory/principal";
import { ProblemError } from "../../../../server/protocol/problem";
import { along, dot, moved, origin, parameters, rowOf, source } from "./support";

const kernels = parameters.slice(0, 2);
const checkpoints = [1, 2, 3, 4, 5, 6].map((seed) => moved(seed, 0.4 / seed));
const sources = checkpoints.map((values) => source(values));

/** Singular values and right singular vectors of the rows, by another program. */
function singular(centred: boolean, finalRow: boolean): { ratios: number[]; vectors: Matrix } {
  const rows = checkpoints.map((values) => rowOf(values, kernels));
  if (finalRow) rows.push(rows[0]!.map(() => 0));
  const matrix = new Matrix(rows);
  if (centred) matrix.center("column");
  const svd = new SVD(matrix.transpose(), { autoTranspose: true });
  const squares = svd.diagonal.map((value) => value * value);
  const total = squares.reduce((sum, value) => sum + value, 0);
  return { ratios: squares.map((value) => value / total), vectors: svd.leftSingularVectors };
}

function gramOf(rows: readonly (readonly number[])[]): GramMatrix {
  return rows.map((a) => Float64Array.from(rows, (b) => dot(a, b)));
}

function problemOf(action: () => unknown): { reason: string; message: string; advice: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("principalDirections", () => {
  describe.each([
    [true, false],
    [true, true],
    [false, false],
    [false, true],
  ])("centred %s, final row %s", (centred, finalRow) => {
    test("has the ratios and directions of a singular value decomposition", async () => {
      const gram = await gramMatrix(sources, origin, kernels);
      const { ratios, coefficients, rows } = principalDirections(gram, { centred, finalRow });
      const expected = singular(centred, finalRow);
      expect(rows).toBe(centred && finalRow ? 7 : 6);
      expect(ratios).toHaveLength(rows);
      ratios.forEach((ratio, k) => expect(Math.abs(ratio - expected.ratios[k]!)).toBeLessThan(1e-12));
      const directions = await combine(sources, origin, kernels, coefficients);
      directions.forEach((direction, k) => {
        const flat = kernels.flatMap(({ name }) => [...direction.get(name)!]);
        expect(Math.abs(dot(flat, expected.vectors.getColumn(k)))).toBeCloseTo(1, 6);
      });
    });

    test("gives directions of unit length that are orthogonal, float32, without the ignored parameters", async () => {
      const gram = await gramMatrix(sources, origin, kernels);
      const { coefficients } = principalDirections(gram, { centred, finalRow });
      const [first, second] = await combine(sources, origin, kernels, coefficients);
      expect([...first.keys()]).toEqual(["first", "second"]);
      expect(productOf(first, first)).toBeCloseTo(1, 7);
      expect(productOf(second, second)).toBeCloseTo(1, 7);
      expect(Math.abs(cosineBetween(first, second))).toBeLessThan(1e-7);
    });
  });

  test("gives the first checkpoint positive coordinates, in whatever order the others come", async () => {
    for (const order of [sources, [...sources].reverse()]) {
      const gram = await gramMatrix(order, origin, kernels);
      const { coefficients } = principalDirections(gram, { centred: true, finalRow: false });
      for (const factors of coefficients) expect(dot(gram[0]!, factors)).toBeGreaterThan(0);
    }
  });

  test("passes over the model among its checkpoints where the final row does not take part, and counts it once", async () => {
    const gram = await gramMatrix(sources, origin, kernels);
    const withModel = await gramMatrix([source(origin), ...sources], origin, kernels);
    for (const centred of [true, false]) {
      for (const finalRow of [true, false]) {
        const plain = principalDirections(gram, { centred, finalRow });
        const other = principalDirections(withModel, { centred, finalRow });
        expect(other.ratios).toEqual(plain.ratios);
        expect(other.coefficients.map((factors) => [...factors])).toEqual(
          plain.coefficients.map((factors) => [0, ...factors]),
        );
      }
    }
  });

  test("is exact on a path that is known", () => {
    // Points (±2, 0) and (0, ±1) of a plane: variances 8 and 2.
    const gram = gramOf([
      [2, 0],
      [0, 1],
      [-2, 0],
      [0, -1],
    ]);
    for (const centred of [true, false]) {
      const { ratios, eigenvalues, coefficients } = principalDirections(gram, { centred, finalRow: false });
      [0.8, 0.2, 0, 0].forEach((ratio, k) => expect(ratios[k]).toBeCloseTo(ratio, 14));
      [8, 2].forEach((value, k) => expect(eigenvalues[k]).toBeCloseTo(value, 13));
      [0.25, 0, -0.25, 0].forEach((factor, i) => expect(coefficients[0][i]).toBeCloseTo(factor, 14));
      [0, 0.5, 0, -0.5].forEach((factor, i) => expect(coefficients[1][i]).toBeCloseTo(factor, 14));
    }
  });

  test("refuses fewer than two checkpoints", () => {
    for (const [rows, found] of [
      [[], /there are 0/],
      [[[1, 2]], /there is 1/],
      [
        [
          [1, 2],
          [0, 0],
        ],
        /there is 1/,
      ],
    ] as const) {
      const problem = problemOf(() => principalDirections(gramOf(rows), { centred: true, finalRow: true }));
      expect(problem).toMatchObject({ reason: "study-invalid", message: expect.stringMatching(found) as string });
    }
  });

  test("refuses checkpoints that are all the same", () => {
    const rows = [0, 1, 2].map(() => [0.1, 0.7, -3]);
    expect(problemOf(() => principalDirections(gramOf(rows), { centred: true, finalRow: false })).message).toContain(
      "the same weights",
    );
    expect(problemOf(() => principalDirections(gramOf(rows), { centred: false, finalRow: false })).message).toContain(
      "on a straight line",
    );
  });

  test("refuses straight paths, also when float32 has bent them, and tells what helps", async () => {
    const line = moved(9, 0.3);
    const direction = new Map(
      [...line].map(([name, values]) => [name, values.map((v, i) => v - origin.get(name)![i]!)]),
    );
    const straight = [0.2, 0.5, 0.7, 1].map((t) => source(along([direction], [t])));
    const gram = await gramMatrix(straight, origin, parameters);
    for (const centred of [true, false]) {
      expect(problemOf(() => principalDirections(gram, { centred, finalRow: true })).message).toContain(
        "straight line",
      );
    }
    // Two rows that are centred lie on a line through their mean.
    const two = await gramMatrix(sources.slice(0, 2), origin, parameters);
    expect(problemOf(() => principalDirections(two, { centred: true, finalRow: false })).advice).toContain("finalRow");
    expect(principalDirections(two, { centred: true, finalRow: true }).ratios).toHaveLength(3);
    expect(principalDirections(two, { centred: false, finalRow: false }).ratios).toHaveLength(2);
  });

  test("refuses an origin without the parameters", async () => {
    await expect(combine(sources, new Map(), kernels, [new Float64Array(6), new Float64Array(6)])).rejects.toThrow(
      /lacks first/,
    );
  });
});

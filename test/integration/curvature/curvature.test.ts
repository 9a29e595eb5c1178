import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { beforeAll, describe, expect, test } from "vitest";
import {
  curvatureAt,
  densityProbe,
  leadingEigenvectors,
  sharpnessAt,
  traceProbe,
} from "../../../server/evaluator/curvature";
import { Derivatives } from "../../../server/evaluator/derivatives";
import { floatTensor } from "../../../server/graph/build";
import { averageDensity } from "../../../server/landscape/curvature/density";
import { meanTrace } from "../../../server/landscape/curvature/trace";
import { normals, samplesOf, smoothNetwork, smoothOptions } from "./support";

/** The whole Hessian, column by column. */
async function hessian(derivatives: Derivatives): Promise<Matrix> {
  const columns: number[][] = [];
  for (let i = 0; i < derivatives.size; i++) {
    const unit = new Float64Array(derivatives.size);
    unit[i] = 1;
    columns.push([...(await derivatives.product(unit))]);
  }
  return new Matrix(columns);
}

describe("curvature of a small smooth network in float64", () => {
  let derivatives: Derivatives;
  let matrix: Matrix;
  let exact: { readonly values: readonly number[]; readonly vector: (k: number) => number[] };

  beforeAll(async () => {
    derivatives = new Derivatives(smoothOptions());
    matrix = await hessian(derivatives);
    const decomposition = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
    const all = decomposition.realEigenvalues;
    const order = [...all.keys()].sort((a, b) => all[b]! - all[a]!);
    exact = {
      values: order.map((k) => all[k]!),
      vector: (k) => decomposition.eigenvectorMatrix.getColumn(order.at(k)!),
    };
  });

  test("has the extreme eigenvalues of the whole matrix", async () => {
    const found = await curvatureAt(derivatives, new Map(), { tolerance: 1e-4 });
    expect(Math.abs(Number(found.max) / exact.values[0]! - 1)).toBeLessThan(1e-6);
    expect(Math.abs(Number(found.min) / exact.values.at(-1)! - 1)).toBeLessThan(1e-4);
    expect(Math.max(...found.residual.map(Number))).toBeLessThan(1e-4);
    expect(Number(found.symmetry)).toBeLessThan(1e-6);
    expect(found.products).toBeLessThanOrEqual(derivatives.size);
  });

  test("is the same again after another point", async () => {
    const before = await curvatureAt(derivatives, new Map(), { tolerance: 1e-3 }, 5);
    const values = new Map([["B", normals([5, 3], 77).data as Float32Array]]);
    const there = await curvatureAt(derivatives, values, { tolerance: 1e-3 }, 5);
    expect(there.max).not.toBeCloseTo(Number(before.max), 3);
    expect(await curvatureAt(derivatives, new Map(), { tolerance: 1e-3 }, 5)).toEqual(before);
  });

  test("has the trace within its standard error", async () => {
    const samples: number[] = [];
    for (let k = 0; k < 200; k++) samples.push(await traceProbe(derivatives, k));
    const { value, error } = meanTrace(samples);
    expect(Math.abs(value - matrix.trace())).toBeLessThan(3 * Number(error));
    expect(error).toBeLessThan(0.2 * Math.abs(matrix.trace()));
    expect(await traceProbe(derivatives, 3)).toBe(samples[3]);
    expect(await traceProbe(derivatives, 3, 1)).not.toBe(samples[3]);
  });

  test("has the spectral density of the whole matrix", async () => {
    const densities = [];
    for (let k = 0; k < 10; k++) densities.push(await densityProbe(derivatives, k));
    const { values, weights } = averageDensity(densities);
    const scale = exact.values[0]!;
    expect(Math.abs(values.at(-1)! / scale - 1)).toBeLessThan(1e-6);
    for (const power of [1, 2]) {
      const moment = values.reduce((sum, value, k) => sum + weights[k]! * value ** power, 0);
      const expected = exact.values.reduce((sum, value) => sum + value ** power, 0) / exact.values.length;
      expect(Math.abs(moment / expected - 1)).toBeLessThan(0.35);
    }
  });

  test.each(["smallest", "second-largest"] as const)(
    "has its largest and %s eigenvector as directions",
    async (second) => {
      const found = await leadingEigenvectors(derivatives, second, { tolerance: 1e-5 });
      const places = [0, second === "smallest" ? -1 : 1] as const;
      found.directions.forEach((direction, axis) => {
        const vector = derivatives.layout.join(direction);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
        const should = exact.vector(places[axis]!);
        const cosine = vector.reduce((sum, value, i) => sum + value * should[i]!, 0);
        expect(Math.abs(cosine)).toBeGreaterThan(1 - 1e-6);
        const largest = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
        expect(largest).toBeGreaterThan(0);
        expect(found.eigenvalues[axis]! / exact.values.at(places[axis]!)!).toBeCloseTo(1, 4);
        expect(found.residuals[axis]).toBeLessThan(2e-5);
      });
    },
  );

  test("weight decay λ raises every eigenvalue by λ", async () => {
    const decayed = new Derivatives(smoothOptions({ loss: { name: "crossEntropy", weightDecay: 0.5 } }));
    const [with_, without] = [decayed, derivatives].map((each) => curvatureAt(each, new Map(), { tolerance: 1e-6 }));
    const [a, b] = [await with_!, await without!];
    expect(Number(a.max) - Number(b.max)).toBeCloseTo(0.5, 5);
    expect(Number(a.min) - Number(b.min)).toBeCloseTo(0.5, 5);
  });

  test("ε-sharpness finds a loss that the box contains and random points of it do not exceed", async () => {
    const kernels = new Derivatives(smoothOptions({ parameters: "kernels" }));
    const found = await sharpnessAt(kernels, { epsilon: 0.1 });
    expect(found.centre).toBe(await kernels.loss());
    expect(Number(found.largest)).toBeGreaterThan(Number(found.centre));
    expect(Number(found.sharpness)).toBeCloseTo(
      (100 * (Number(found.largest) - Number(found.centre))) / (1 + Number(found.centre)),
      12,
    );
    const own = kernels.layout.split(kernels.values());
    for (let seed = 0; seed < 40; seed++) {
      const moved = new Map<string, Float32Array>();
      for (const { name, tensor } of kernels.parameters) {
        const [rows, columns] = tensor.shape as [number, number];
        const theta = own.get(name)!;
        const drawn = normals(tensor.shape, seed * 7 + name.charCodeAt(0)).data as Float32Array;
        const length = (values: Float32Array, column: number): number =>
          Math.hypot(...Array.from({ length: rows }, (_, row) => values[row * columns + column]!));
        moved.set(
          name,
          theta.map((value, i) => {
            const column = i % columns;
            return value + (0.1 * drawn[i]! * length(theta, column)) / length(drawn, column);
          }),
        );
      }
      kernels.setParameters(moved);
      expect(await kernels.loss()).toBeLessThan(Number(found.largest));
    }
    expect(await sharpnessAt(kernels, { epsilon: 0.1 })).toEqual(found);
    expect(await sharpnessAt(kernels, { epsilon: 0 })).toMatchObject({ sharpness: 0 });
  });
});

test("a Hessian of one eigenvalue has no leading eigenvectors", async () => {
  // The hidden units are saturated, and the first class is certain to the last bit: nothing is curved.
  const { graph, ...rest } = smoothNetwork(3);
  const constants: Readonly<Record<string, readonly number[]>> = { a: Array<number>(5).fill(1e4), b: [1e4, 0, 0] };
  const parameters = graph.parameters.map((each) => {
    const values = constants[each.name] ?? Array<number>(each.tensor.data.length).fill(0);
    return { ...each, tensor: floatTensor(each.tensor.shape, values) };
  });
  const model = { ...rest, graph: { ...graph, parameters } };
  const derivatives = new Derivatives(smoothOptions({ model, samples: samplesOf([2, 4], { classes: [0, 0] }) }));
  const flat = await curvatureAt(derivatives, new Map(), { tolerance: 1e-3 });
  expect(flat).toMatchObject({ max: 0, min: 0, residual: [0, 0], symmetry: 0 });
  await expect(leadingEigenvectors(derivatives, "smallest")).rejects.toThrow("equally curved");
  await expect(leadingEigenvectors(derivatives, "second-largest")).rejects.toThrow("equally curved");
});

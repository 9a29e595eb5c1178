import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import {
  curvatureAt,
  densityProbe,
  leadingEigenvectors,
  sharpnessAt,
  traceProbe,
} from "../../../server/evaluator/curvature";
import { Derivatives } from "../../../server/evaluator/derivatives";
import type { DerivativesOptions } from "../../../server/evaluator/derivatives";
import { residualCheck, symmetryCheck, symmetryTolerance } from "../../../server/landscape/curvature/checks";
import { traceSample } from "../../../server/landscape/curvature/trace";
import { Random } from "../../../server/landscape/random";
import { batchOf, measure, openResnet8, type Resnet8 } from "../../support/oracle";
import { loaded } from "../../support/loaded";

interface HessianOracle {
  readonly hessian: {
    readonly points: readonly { readonly at: readonly [number, number]; readonly max: number; readonly min: number }[];
  };
}

const oracle = JSON.parse(
  readFileSync(join(__dirname, "../../fixtures/pytorch-resnet8/oracle.json"), "utf8"),
) as HessianOracle;
const samples = 64;
const tolerance = 1e-3;

describe("curvature of PyTorch's ResNet-8 on ONNX Runtime", () => {
  let network: Resnet8;
  let engine: Engine;
  const open: Derivatives[] = [];
  const derivativesOf = (changes: Partial<DerivativesOptions> = {}): Derivatives => {
    const x = batchOf(network.x, 0, samples);
    const derivatives = new Derivatives({
      engine,
      model: loaded(network.graph),
      samples: { x, y: network.labels.slice(0, samples), available: samples, preprocessing: "" },
      loss: { name: "crossEntropy" },
      batchSize: 32,
      parameters: "kernels",
      ...changes,
    });
    open.push(derivatives);
    return derivatives;
  };

  beforeAll(async () => {
    [network, engine] = await Promise.all([openResnet8(), createOnnxRuntimeEngine()]);
  });
  afterAll(async () => {
    for (const derivatives of open) await derivatives.dispose();
    await engine.dispose();
  });

  test.each(oracle.hessian.points)(
    "at $at has PyTorch's exact extremes to 1 %",
    async ({ at: [alpha, beta], max, min }) => {
      const found = await curvatureAt(derivativesOf(), network.plane.at(alpha, beta), { tolerance });
      expect(Math.abs(Number(found.max) / max - 1)).toBeLessThan(0.01);
      expect(Math.abs(Number(found.min) / min - 1)).toBeLessThan(0.01);
      expect(Number(found.symmetry)).toBeLessThan(symmetryTolerance);
      expect(found.products).toBeLessThan(60);
      const point = { index: 0, ...found };
      expect(residualCheck([point], tolerance)).toMatchObject({ level: "ok" });
      expect(symmetryCheck([point])).toMatchObject({ level: "ok" });
    },
  );

  test("the loss is that of the model as it is evaluated", async () => {
    const executable = await engine.compile(network.graph);
    const part = { ...network, x: batchOf(network.x, 0, samples), labels: network.labels.slice(0, samples) };
    for (const [alpha, beta] of [
      [0, 0],
      [0.5, 0.5],
    ] as const) {
      const values = network.plane.at(alpha, beta);
      await executable.setParameters(values);
      const { loss } = await measure(executable, part);
      const derivatives = derivativesOf({ batchSize: 20 });
      derivatives.setParameters(values);
      expect(Math.abs((await derivatives.loss()) / loss - 1)).toBeLessThan(1e-5);
      expect(Math.abs((await derivatives.gradient()).loss / loss - 1)).toBeLessThan(1e-5);
    }
    await executable.dispose();
  });

  test("eigenvectors, trace, density and sharpness agree with each other", async () => {
    const derivatives = derivativesOf();
    const [{ max, min }] = oracle.hessian.points as [HessianOracle["hessian"]["points"][number]];
    const found = await leadingEigenvectors(derivatives, "second-largest");
    expect(Math.abs(found.eigenvalues[0] / max - 1)).toBeLessThan(0.01);
    expect(found.eigenvalues[1]).toBeLessThan(found.eigenvalues[0]);
    expect(found.eigenvalues[1]).toBeGreaterThan(0);
    const vector = derivatives.layout.join(found.directions[1]);
    const image = await derivatives.product(vector);
    const away = Math.hypot(...image.map((value, i) => value - found.eigenvalues[1] * vector[i]!));
    expect(away / found.eigenvalues[1]).toBeLessThan(2 * tolerance);

    const density = await densityProbe(derivatives, 0);
    expect(Math.abs(density.values.at(-1)! / max - 1)).toBeLessThan(0.01);
    expect(Math.abs(density.values[0]! / min - 1)).toBeLessThan(0.01);
    // The mean of the density of start v is v·Hv / v·v, and so is its trace sample.
    const mean = density.values.reduce((sum, value, k) => sum + value * density.weights[k]!, 0);
    const sample = await traceSample((each) => derivatives.product(each), derivatives.size, new Random(0, 2));
    expect(Math.abs((mean * derivatives.size) / sample - 1)).toBeLessThan(1e-4);
    expect(await traceProbe(derivatives, 0)).not.toBe(sample);

    const sharpness = await sharpnessAt(derivatives, { epsilon: 0.01 });
    expect(Number(sharpness.sharpness)).toBeGreaterThan(0);
    expect(sharpness.steps).toBeLessThanOrEqual(39);
  });

  test("over all parameters the largest eigenvalue is no smaller than over kernels", async () => {
    const kernels = oracle.hessian.points[0]!;
    const found = await curvatureAt(derivativesOf({ parameters: "all" }), new Map(), { tolerance });
    expect(Number(found.max)).toBeGreaterThanOrEqual(kernels.max * 0.999);
    expect(Number(found.min)).toBeLessThanOrEqual(kernels.min * 0.999);
    expect(Number(found.symmetry)).toBeLessThan(symmetryTolerance);
  });
});

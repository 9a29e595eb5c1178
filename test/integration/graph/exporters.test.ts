import { describe, expect, test } from "vitest";
import { distance, dot, moved, random, slope } from "../../support/derivatives";
import { exportedModels, exportedSample, lossOfExported, targetsOf } from "../../support/exported";

/** Small enough for no ReLU to change sides. */
const step = 2 ** -14;

describe.each(exportedModels)("%s", (name) => {
  test("the loss is that of the model's outputs in PyTorch", async () => {
    const derivatives = await lossOfExported(name);
    const { output } = exportedSample(name);
    const targets = targetsOf(exportedSample(name));
    const squares = output.values.map((value, k) => (value - targets[k]!) ** 2);
    const mean = squares.reduce((a, b) => a + b) / squares.length;
    expect(derivatives.lossAt() / mean - 1).toBeCloseTo(0, 5);
  });

  test("gradient and H·v agree with differences in float64, along a random direction", async () => {
    const derivatives = await lossOfExported(name);
    const { origin } = derivatives;
    const [u, v] = [1, 2].map((seed) => random([origin.length], seed).data as Float64Array);
    const rise = slope((t) => [derivatives.lossAt(moved(origin, t, v!))], step);
    expect(distance([dot(derivatives.gradientAt(), v!)], rise)).toBeLessThan(1e-7);

    const product = derivatives.productsAt();
    const [hu, hv] = [product(u!), product(v!)];
    const change = slope((t) => derivatives.gradientAt(moved(origin, t, v!)), step);
    expect(distance(hv, change)).toBeLessThan(1e-7);
    expect(distance([dot(u!, hv)], [dot(v!, hu)])).toBeLessThan(1e-10);
  });
});

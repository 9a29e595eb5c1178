import { describe, expect, test } from "vitest";
import { Derivatives } from "../../../server/evaluator/derivatives";
import type { DerivativesOptions } from "../../../server/evaluator/derivatives";
import { floatTensor } from "../../../server/graph/build";
import { emptySums, meanOf } from "../../../server/landscape/loss";
import { addLoss } from "../../../server/landscape/losses";
import { weightPenalty } from "../../../server/landscape/penalty";
import { Random } from "../../../server/landscape/random";
import type { LossSpec } from "../../../server/protocol/study";
import { createReferenceEngine } from "../../support/referenceEngine";
import { countingEngine, normals, samplesOf, smoothNetwork, smoothOptions } from "./support";

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function difference(a: Float64Array, b: Float64Array): number {
  return largest(a.map((value, i) => value - b[i]!)) / largest(b);
}

/** A vector whose entries float32 holds exactly. */
function vectorOf(size: number, seed: number): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: size }, () => Math.fround(random.nextNormal()));
}

/**
 * (f(θ + h e) − f(θ − h e)) / 2h for unit vectors e, with what float32 makes of θ ± h e for both; f is evaluated in
 * float64, so that the error is of the order of h².
 */
async function centralDifference<T>(
  derivatives: Derivatives,
  entry: number,
  f: () => Promise<T>,
  subtract: (up: T, down: T, step: number) => T,
): Promise<T> {
  const theta = derivatives.values();
  const h = 2 ** -10;
  const at = async (sign: number): Promise<{ readonly place: number; readonly result: T }> => {
    const moved = theta.slice();
    moved[entry]! += sign * h;
    const values = derivatives.layout.split(moved);
    derivatives.setParameters(values);
    return { place: derivatives.layout.join(values)[entry]!, result: await f() };
  };
  const [up, down] = [await at(1), await at(-1)];
  derivatives.setParameters(new Map());
  return subtract(up.result, down.result, up.place - down.place);
}

const losses: readonly (readonly [LossSpec, Partial<DerivativesOptions>])[] = [
  [{ name: "crossEntropy" }, {}],
  [{ name: "crossEntropy", weightDecay: 0.1 }, {}],
  [{ name: "meanSquaredError" }, { samples: samplesOf([7, 4], { targets: normals([7, 3], 21) }) }],
  [
    { name: "binaryCrossEntropy" },
    {
      samples: samplesOf([7, 4], {
        targets: floatTensor(
          [7, 3],
          [...Array(21).keys()].map((i) => (i * i) % 2),
        ),
      }),
    },
  ],
  [
    { name: "kullbackLeibler" },
    { samples: samplesOf([7, 4], { targets: floatTensor([7, 3], Array(7).fill([0.25, 0.75, 0]).flat() as number[]) }) },
  ],
  [{ name: "huber", delta: 0.7 }, { samples: samplesOf([7, 4], { targets: normals([7, 3], 22) }) }],
  [
    { name: "sequenceCrossEntropy" },
    {
      model: smoothNetwork(3, { tokens: 2 }),
      samples: samplesOf([5, 2, 4], { classes: [0, 1, 2, -1, 1, 0, -1, -1, 2, 2] }),
    },
  ],
];

describe.each(losses)("%j", (loss, changes) => {
  const options = smoothOptions({ loss, ...changes });

  test("loss is that of the float64 loss functions", async () => {
    const { model, samples } = options;
    const executable = await createReferenceEngine().compile(model.graph);
    const sums = emptySums();
    const targets = { classes: samples.y, ...(samples.targets ? { values: samples.targets } : {}) };
    const { z } = await executable.run({ x: samples.x });
    addLoss(loss, sums, z!, targets, 0, samples.x.shape[0]!);
    const penalty = weightPenalty(loss.weightDecay ?? 0, model.graph.parameters, new Map());
    const derivatives = new Derivatives(options);
    const expected = meanOf({ ...sums, penalty }).loss;
    // Constants of the graph, such as 1/3 of a mean over three, are of float32.
    expect(Math.abs((await derivatives.loss()) / expected - 1)).toBeLessThan(1e-7);
    expect(Math.abs((await derivatives.gradient()).loss / expected - 1)).toBeLessThan(1e-7);
  });

  test("gradient is that of central differences of the loss", async () => {
    const derivatives = new Derivatives(options);
    const { gradient } = await derivatives.gradient();
    const measured = new Float64Array(derivatives.size);
    for (let i = 0; i < measured.length; i++) {
      const slope = (up: number, down: number, step: number): number => (up - down) / step;
      measured[i] = await centralDifference(derivatives, i, () => derivatives.loss(), slope);
    }
    expect(difference(gradient, measured)).toBeLessThan(loss.name === "huber" ? 1e-3 : 1e-5);
  });

  test("product is that of central differences of the gradient, and symmetric", async () => {
    const derivatives = new Derivatives(options);
    const { size } = derivatives;
    const [u, v] = [vectorOf(size, 1), vectorOf(size, 2)];
    const [hu, hv] = [await derivatives.product(u), await derivatives.product(v)];
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(Math.abs(dot(u, hv) - dot(v, hu))).toBeLessThan(1e-12 * Math.hypot(...u) * Math.hypot(...hv));
    if (loss.name === "huber") return;
    const columns = [0, Math.floor(size / 2), size - 1];
    for (const i of columns) {
      const unit = new Float64Array(size);
      unit[i] = 1;
      const slope = (up: Float64Array, down: Float64Array, step: number): Float64Array =>
        up.map((value, k) => (value - down[k]!) / step);
      const gradient = async (): Promise<Float64Array> => (await derivatives.gradient()).gradient;
      const measured = await centralDifference(derivatives, i, gradient, slope);
      expect(difference(await derivatives.product(unit), measured)).toBeLessThan(1e-5);
    }
  });
});

describe("derivatives", () => {
  test("do not depend on the batches, the last of which is filled up", async () => {
    const whole = new Derivatives(smoothOptions({ batchSize: 100 }));
    const { gradient, loss } = await whole.gradient();
    const vector = vectorOf(whole.size, 3);
    const product = await whole.product(vector);
    for (const changes of [{ batchSize: 2 }, { batchSize: 4 }, { model: smoothNetwork(3, { batch: 5 }) }]) {
      const parts = new Derivatives(smoothOptions(changes));
      const found = await parts.gradient();
      expect(Math.abs(found.loss / loss - 1)).toBeLessThan(1e-14);
      expect(difference(found.gradient, gradient)).toBeLessThan(1e-13);
      expect(difference(await parts.product(vector), product)).toBeLessThan(1e-13);
    }
  });

  test("over kernels alone leave out biases and scales", async () => {
    const all = new Derivatives(smoothOptions());
    const kernels = new Derivatives(smoothOptions({ parameters: "kernels" }));
    expect(kernels.parameters.map(({ name }) => name)).toEqual(["A", "B"]);
    expect([kernels.size, all.size]).toEqual([20 + 15, 20 + 5 + 5 + 15 + 3]);
    const vector = vectorOf(kernels.size, 4);
    const padded = all.layout.join(kernels.layout.split(vector));
    const expected = kernels.layout.join(all.layout.split(await all.product(padded)));
    expect(difference(await kernels.product(vector), expected)).toBeLessThan(1e-6);
  });

  test("at a point and back at the model are those of the point and of the model", async () => {
    const derivatives = new Derivatives(smoothOptions());
    const own = await derivatives.gradient();
    const vector = vectorOf(derivatives.size, 5);
    const product = await derivatives.product(vector);
    const values = new Map([
      ["A", normals([4, 5], 31).data as Float32Array],
      ["b", Float32Array.of(1, -1, 0.5)],
    ]);
    derivatives.setParameters(values);
    const there = await derivatives.gradient();
    const productThere = await derivatives.product(vector);
    expect(difference(there.gradient, own.gradient)).toBeGreaterThan(0.1);
    expect([...derivatives.values().subarray(0, 20)]).toEqual([...values.get("A")!]);
    // Compiled only after the parameters were set.
    const later = new Derivatives(smoothOptions());
    later.setParameters(values);
    expect(await later.product(vector)).toEqual(productThere);
    expect(await later.gradient()).toEqual(there);
    // What is named no longer has the model's own values again.
    derivatives.setParameters(new Map([["b", Float32Array.of(1, -1, 0.5)]]));
    derivatives.setParameters(new Map());
    expect(await derivatives.gradient()).toEqual(own);
    expect(await derivatives.product(vector)).toEqual(product);
  });

  test("arrays that are written after they were set change nothing", async () => {
    const derivatives = new Derivatives(smoothOptions());
    const b = Float32Array.of(1, -1, 0.5);
    derivatives.setParameters(new Map([["b", b]]));
    const before = await derivatives.loss();
    b.fill(9);
    expect(await derivatives.loss()).toBe(before);
    expect((await derivatives.gradient()).loss).toBe(before);
    derivatives.setParameters(new Map([["b", b]]));
    expect(await derivatives.loss()).not.toBe(before);
  });

  test("run the first stage once a batch and point, or for every product when there is no room, with one result", async () => {
    const roomy = countingEngine(createReferenceEngine());
    const narrow = countingEngine(createReferenceEngine());
    const kept = new Derivatives(smoothOptions({ engine: roomy.engine }));
    const bare = new Derivatives(smoothOptions({ engine: narrow.engine, memory: 0 }));
    const vector = vectorOf(kept.size, 6);
    for (let k = 0; k < 4; k++) expect(await bare.product(vector)).toEqual(await kept.product(vector));
    expect([roomy.runs.get("primal"), roomy.runs.get("product")]).toEqual([3, 12]);
    expect([narrow.runs.get("primal"), narrow.runs.get("product")]).toEqual([12, 12]);
    expect(kept.keptBytes).toBeGreaterThan(0);
    expect(bare.keptBytes).toBe(0);
    // Room for one batch of three.
    const partly = new Derivatives(smoothOptions({ memory: Math.ceil(kept.keptBytes / 2) }));
    expect(await partly.product(vector)).toEqual(await kept.product(vector));
    expect(partly.keptBytes).toBe(kept.keptBytes / 3);

    kept.setParameters(new Map());
    await kept.product(vector);
    expect(roomy.runs.get("primal")).toBe(3);
    kept.setParameters(new Map([["b", Float32Array.of(0, 0, 0)]]));
    expect(kept.keptBytes).toBe(0);
    await kept.product(vector);
    expect(roomy.runs.get("primal")).toBe(6);
    await kept.dispose();
    expect(kept.keptBytes).toBe(0);
  });

  test("samples that were not made for the loss are refused", () => {
    const loss: LossSpec = { name: "meanSquaredError" };
    expect(() => new Derivatives(smoothOptions({ loss }))).toThrow("compares 3 numbers a sample, and 0 are given");
    const targets = normals([7, 2], 1);
    expect(() => new Derivatives(smoothOptions({ loss, targets }))).toThrow("and 2 are given");
    const samples = samplesOf([7, 4], { classes: [0, 1] });
    expect(() => new Derivatives(smoothOptions({ samples }))).toThrow("2 classes do not fit 7 samples");
  });

  test("a vector of another length is refused", async () => {
    const derivatives = new Derivatives(smoothOptions());
    await expect(derivatives.product(new Float64Array(3))).rejects.toThrow("A vector of 3 entries does not fit");
  });
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readArrays } from "../../../server/data/npz";
import { openModel } from "../../../server/formats/open";
import type { Tensor } from "../../../server/graph/tensor";
import { expectClose, runFile } from "./support/run";

const sequential = path.resolve("test/fixtures/keras-sequential");

interface Oracle {
  readonly weights: readonly {
    readonly path: string;
    readonly shape: readonly number[];
    readonly filter_axes: readonly number[] | null;
  }[];
  readonly logits_first_3: readonly (readonly number[])[];
}
const oracle = JSON.parse(readFileSync(path.join(sequential, "oracle.json"), "utf8")) as Oracle;

/** The first samples, as the model wants them. */
async function samples(count: number): Promise<Tensor> {
  const { shape, data } = (await readArrays(path.join(sequential, "test.npz"))).get("x_test")!;
  const size = count * 28 * 28;
  return {
    dtype: "float32",
    shape: [count, ...shape.slice(1)],
    data: Float32Array.from((data as Uint8Array).subarray(0, size), (value) => value / 255),
  };
}

describe.each(["model.keras", "model_legacy.h5"])("the sequential model in %s", (name) => {
  const file = path.join(sequential, name);

  test("gives the logits that Keras gave", async () => {
    const [logits] = await runFile(file, [await samples(3)]);
    expectClose(logits!, oracle.logits_first_3.flat());
  });

  test("has Keras' parameters and their filters", async () => {
    const { graph, training, format } = await openModel(file);
    const found = graph.parameters.map(({ name, tensor, filterAxes, role }) => ({
      path: name,
      shape: tensor.shape,
      filter_axes: role === "kernel" ? filterAxes : null,
    }));
    expect(found).toEqual(oracle.weights);
    expect(format).toBe("Keras");
    expect(training).toEqual({
      loss: { name: "crossEntropy", fromLogits: true },
      written: "SparseCategoricalCrossentropy(from_logits=True)",
    });
  });
});

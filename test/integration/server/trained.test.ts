import { copyFileSync, cpSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LossSpec } from "../../../server/protocol/study";
import { resultOf } from "../method/support";
import { temporaryFolder } from "../runs/support/folders";
import { ServerClient } from "./client";

const fixture = path.resolve("test", "fixtures", "keras-training");
const expected = JSON.parse(readFileSync(path.join(fixture, "expected.json"), "utf8")) as Readonly<
  Record<string, number>
>;

let client: ServerClient;
beforeAll(async () => {
  client = await ServerClient.start();
});
afterAll(() => client.kill());

const cases: readonly (readonly [string, string, LossSpec, string])[] = [
  ["softmax", "classes", { name: "crossEntropy", fromLogits: false }, "sparse_categorical_crossentropy"],
  ["logits", "classes", { name: "crossEntropy", fromLogits: true }, "SparseCategoricalCrossentropy(from_logits=True)"],
  ["smooth", "several", { name: "binaryCrossEntropy", fromLogits: false, labelSmoothing: 0.2 }, "BinaryCrossentropy"],
  ["regression", "several", { name: "meanSquaredError" }, "mse"],
];

describe("a Keras model with its data beside it is measured as it was trained", () => {
  test.each(cases)("%s", async (name, data, loss, written) => {
    const folder = temporaryFolder();
    const model = path.join(folder, `${name}.keras`);
    copyFileSync(path.join(fixture, `${name}.keras`), model);
    copyFileSync(path.join(fixture, `${data}.npz`), path.join(folder, "test.npz"));
    const described = await client.describe(model);
    if (described.kind !== "ready") throw new Error(JSON.stringify(described));
    expect(described.study.loss).toEqual(loss);
    expect(described.origins.loss![0]).toContain(`Loss from the training configuration: ${written}`);
    const study = { ...described.study, grid: { ...described.study.grid, points: [1, 1] as const } };
    const { centre } = await resultOf({ ...study, compute: { ...study.compute, evaluators: 1 } });
    // Keras computes in float32 and clips at 1e-7.
    expect(Math.abs(Number(centre.loss) / expected[name]! - 1)).toBeLessThan(1e-5);
  });
});

describe("the checkpoints that a Keras program kept", () => {
  const inFolder = (): string => {
    const folder = temporaryFolder();
    copyFileSync(path.join(fixture, "logits.keras"), path.join(folder, "logits.keras"));
    copyFileSync(path.join(fixture, "classes.npz"), path.join(folder, "test.npz"));
    cpSync(path.join(fixture, "checkpoints"), path.join(folder, "checkpoints"), { recursive: true });
    return folder;
  };

  test("make the path of the model beside them", async () => {
    const folder = inFolder();
    const described = await client.describe(path.join(folder, "logits.keras"));
    if (described.kind !== "ready") throw new Error(JSON.stringify(described));
    expect(described.plane).toBe("path");
    expect(described.study.checkpoints?.files).toHaveLength(4);
    const study = { ...described.study, grid: { ...described.study.grid, points: [3, 3] as const } };
    const { trajectory } = await resultOf({ ...study, compute: { ...study.compute, evaluators: 1 } });
    expect(trajectory!.checkpoints.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    // The last epoch is the model itself.
    expect(Math.abs(Number(trajectory!.checkpoints[3]!.loss) / expected["logits"]! - 1)).toBeLessThan(1e-5);
  });

  test.each(["epoch_02.weights.h5", "epoch_02.h5"])(
    "are centres themselves, whatever they are called: %s",
    async (name) => {
      const folder = inFolder();
      const weights = path.join(folder, "checkpoints", name);
      if (name.endsWith("02.h5")) renameSync(path.join(folder, "checkpoints", "epoch_02.weights.h5"), weights);
      const described = await client.describe(weights);
      expect(described).toMatchObject({
        kind: "ready",
        study: { model: { path: path.join(folder, "logits.keras"), weights }, loss: { fromLogits: true } },
      });
    },
  );
});

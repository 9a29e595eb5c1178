import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { fromJsonNumber } from "../../../server/protocol/numbers";
import type { Study } from "../../../server/protocol/study";
import { resnetStudy } from "../runs/support/study";
import { checkpoint, expectAccuracy, expectLoss, fullStudy, levelsOf, oracle, resultOf } from "./support";

const between: Study["directions"] = { kind: "between", checkpoints: [checkpoint(0), checkpoint(10)] };

function lineOf(over: Partial<Study> = {}, points = 9): Partial<Study> {
  return { directions: between, grid: { x: [0, 1], y: [0, 0], points: [points, 1], lines: true }, ...over };
}

describe("the line between two models", () => {
  test.each([
    ["keep", oracle.interpolation.weights],
    ["interpolate", oracle.interpolation.weights_and_bn_statistics],
  ] as const)("agrees with PyTorch with statistics: %s", async (batchNorm, expected) => {
    const result = await resultOf(fullStudy(lineOf({ batchNorm })));
    const [line] = result.lines;
    expect(line!.x).toEqual(oracle.interpolation.t);
    expected.forEach(([loss, accuracy], k) => {
      expectLoss(line!.loss[k], loss, `t = ${line!.x[k]}`);
      expectAccuracy(line!.accuracy[k], accuracy, 500);
    });
    expect(levelsOf(result)).toMatchObject({ centre: "ok", restored: "ok" });
    expect(levelsOf(result)["batch-norm"]).toBe(batchNorm === "keep" ? "warning" : "ok");
  });

  test("agrees with PyTorch with statistics measured anew at every point", async () => {
    const file = path.resolve("test/fixtures/recalibrated/expected.json");
    const { samples, batch, points } = JSON.parse(readFileSync(file, "utf8")) as {
      readonly samples: number;
      readonly batch: number;
      readonly points: readonly { readonly t: number; readonly loss: number; readonly accuracy: number }[];
    };
    const study = resnetStudy(lineOf({ batchNorm: "recompute" }));
    const result = await resultOf({
      ...study,
      data: { ...study.data, samples },
      compute: { ...study.compute, batchSize: batch },
    });
    const [line] = result.lines;
    for (const { t, loss, accuracy } of points) {
      const k = line!.x.indexOf(t);
      expectLoss(line!.loss[k], loss, `t = ${t}`);
      expectAccuracy(line!.accuracy[k], accuracy, samples);
    }
  });

  test("leads from the model to a checkpoint, and beyond both", async () => {
    const directions = { kind: "to", checkpoint: checkpoint(0), seed: 0, normalise: "filter", ignore: "bias,norm" };
    const grid = { x: [-0.5, 1.5], y: [0, 0], points: [5, 1], lines: true };
    const study = fullStudy({ directions, grid } as unknown as Partial<Study>);
    const [line] = (await resultOf(study)).lines;
    expect(line!.x).toEqual([-0.5, 0, 0.5, 1, 1.5]);
    // The line of the oracle in the other sense.
    expectLoss(line!.loss[1], oracle.centre.loss);
    expectLoss(line!.loss[2], oracle.interpolation.weights[4]![0]);
    expectLoss(line!.loss[3], oracle.interpolation.weights[0]![0]);
  });

  test("measures several splits at the same points, and adds weight decay to each", async () => {
    const study = resnetStudy(lineOf({}, 3));
    const further = { ...study.data, split: "more", samples: 300 };
    const plain = await resultOf({ ...study, splits: [further] });
    expect(plain.lines.map(({ split, samples }) => [split, samples])).toEqual([
      ["test", 100],
      ["more", 300],
    ]);
    const alone = await resultOf({ ...study, data: further });
    expect(plain.lines[1]!.loss).toEqual(alone.lines[0]!.loss);

    const decayed = await resultOf({ ...study, splits: [further], loss: { ...study.loss, weightDecay: 0.01 } });
    const added = decayed.lines.map(({ loss }, k) =>
      loss.map((value, i) => fromJsonNumber(value) - fromJsonNumber(plain.lines[k]!.loss[i]!)),
    );
    // (0.01/2)‖θ‖² of the weights, biases and normalisation of model_10 by NumPy, in float64.
    expect(added[0]![2]).toBeCloseTo(1.7790284994192436, 9);
    expect(added[1]).toEqual(expect.arrayContaining([expect.closeTo(added[0]![2]!, 9)]));
    expect(added[0]![0]).not.toBeCloseTo(added[0]![2]!, 3);
  });
});

describe("families of lines", () => {
  test("are the rows of random directions of one seed, the first being direction 1 of a surface", async () => {
    const random = { kind: "random", seed: 3, normalise: "filter", ignore: "bias,norm" } as const;
    const surface = await resultOf(resnetStudy({ directions: random }));
    const family = await resultOf(
      resnetStudy({
        directions: { ...random, count: 3 },
        grid: { x: [-1, 1], y: [0, 0], points: [5, 3], lines: true },
      }),
    );
    expect(family.lines.map(({ member }) => member)).toEqual([0, 1, 2]);
    expect(family.lines[0]!.loss).toEqual(surface.surfaces[0]!.loss[2]);
    expect(family.lines[1]!.loss).toEqual(surface.surfaces[0]!.loss.map((row) => row[2]));
    expect(family.lines[2]!.loss[2]).toBe(family.lines[0]!.loss[2]);
    expect(family.lines[2]!.loss[0]).not.toBe(family.lines[0]!.loss[0]);
    expect(levelsOf(family)).toMatchObject({ centre: "ok", "norm-ratio": "ok", restored: "ok" });
  });
});

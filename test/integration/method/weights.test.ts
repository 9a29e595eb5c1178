import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Study } from "../../../server/protocol/study";
import { temporaryFolder } from "../runs/support/folders";
import { fixture, runStudy } from "../runs/support/study";
import { checkpoint, expectAccuracy, expectLoss, fullStudy, oracle, resultOf } from "./support";

const model = path.join(fixture, "model.onnx");

/** The plane of the architecture's file about the weights of an epoch. */
function about(epoch: number, over: Partial<Study> = {}): Study {
  const grid = { x: [-1, 1], y: [-1, 1], points: [1, 1] } as const;
  return fullStudy({ model: { path: model, weights: checkpoint(epoch) }, grid, ...over });
}

describe("weights beside an architecture", () => {
  test.each([0, 4, 10])("are the centre: epoch %i has PyTorch's loss", async (epoch) => {
    const [loss, accuracy] = oracle.path_losses.find((each) => each.epoch === epoch)!.true;
    const { centre, checks } = await resultOf(about(epoch));
    expectLoss(centre.loss, loss, "centre");
    expectAccuracy(centre.accuracy, accuracy, 500);
    expect(checks.find(({ name }) => name === "centre")!.level).toBe("ok");
  });

  test("are the end of a line to the model's own", async () => {
    const study = about(0, {
      directions: { kind: "to", checkpoint: checkpoint(4), seed: 0, normalise: "filter", ignore: "bias,norm" },
      batchNorm: "interpolate",
      grid: { x: [0, 1], y: [0, 0], points: [2, 1], lines: true },
    });
    const result = await resultOf(study);
    const ends = [0, 4].map((epoch) => oracle.path_losses.find((each) => each.epoch === epoch)!.true[0]);
    result.lines[0]!.loss.forEach((loss, k) => expectLoss(loss, ends[k]!, `end ${k}`));
  });

  test("that do not fit are refused tensor by tensor", async () => {
    const other = path.resolve("test", "fixtures", "checkpoints", "tiny.pt");
    const study = { ...about(0), model: { path: model, weights: other } };
    const { outcome } = await runStudy({ study, resultsFolder: temporaryFolder() });
    expect(outcome.status).toBe("failed");
    expect(outcome.problem).toMatchObject({ reason: "file-unsupported", file: other });
    expect(outcome.problem!.message).toMatch(/^tiny\.pt does not fit model\.onnx: /);
    expect(outcome.problem!.facts!.length).toBeGreaterThan(1);
  });
});

import { copyFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DescribeResult } from "../../../server/protocol/requests";
import { fixtures, folderWith, ServerClient } from "./client";

type Ready = Extract<DescribeResult, { readonly kind: "ready" }>;

let client: ServerClient;
let folder: string;

beforeAll(async () => {
  client = await ServerClient.start();
});
afterAll(() => client.kill());
beforeEach(async () => {
  folder = await folderWith("model.onnx", "test.npz");
  await mkdir(path.join(folder, "checkpoints"));
  for (const epoch of [0, 2, 10]) await copyFile(path.join(fixtures, `model_${epoch}.pt`), checkpoint(epoch));
  await copyFile(path.join(fixtures, "log.csv"), path.join(folder, "checkpoints", "log.csv"));
});
afterEach(() => rm(folder, { recursive: true }));

const checkpoint = (epoch: number): string => path.join(folder, "checkpoints", `epoch_${epoch}.pt`);

async function ready(plane?: "path" | "random"): Promise<Ready> {
  const described = await client.describe(path.join(folder, "model.onnx"), plane === undefined ? {} : { plane });
  if (described.kind !== "ready") throw new Error(JSON.stringify(described));
  return described;
}

describe("a model with its training beside it", () => {
  test("is shown in the principal plane of the checkpoints, in order", async () => {
    const { study, plane, origins } = await ready();
    expect(plane).toBe("path");
    expect(study.checkpoints?.files).toEqual([0, 2, 10].map(checkpoint));
    expect(study.checkpoints?.log).toBe(path.join(folder, "checkpoints", "log.csv"));
    expect(study.directions.kind).toBe("pca");
    expect(study.grid.fit).toBe(true);
    expect(origins.checkpoints![0]).toBe(
      "3 checkpoints found beside the model: checkpoints/epoch_*.pt; their path is shown in its principal plane.",
    );
  });

  test("is shown along random directions when that is asked for, and the path stays on offer", async () => {
    const { study, plane } = await ready("random");
    expect(plane).toBe("random");
    expect(study.checkpoints).toBeUndefined();
    expect(study.directions.kind).toBe("random");
  });

  test("leaves out what does not fit, and says so", async () => {
    await copyFile(path.join(fixtures, "..", "checkpoints", "tiny.pt"), checkpoint(4));
    const { study, notices } = await ready();
    expect(study.checkpoints?.files).toEqual([0, 2, 10].map(checkpoint));
    expect(notices.join("\n")).toMatch(/1 of the checkpoints is left out: epoch_4\.pt does not fit model\.onnx/);
  });

  test("is shown along random directions where too few checkpoints fit", async () => {
    await copyFile(path.join(fixtures, "..", "checkpoints", "tiny.pt"), checkpoint(2));
    const { study, plane, notices } = await ready();
    expect(plane).toBeUndefined();
    expect(study.directions.kind).toBe("random");
    expect(notices.join("\n")).toMatch(/The checkpoints checkpoints\/epoch_\*\.pt beside the model are left out/);
  });
});

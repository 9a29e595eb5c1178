import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DescribeRequest, ForeseeRequest, SplitsRequest } from "../../../server/protocol/requests";
import type { Study } from "../../../server/protocol/study";
import { root, ServerClient } from "./client";

const samples = path.join(root, "media/samples/fashion-resnet8");

let client: ServerClient;
let study: Study;

beforeAll(async () => {
  client = await ServerClient.start();
  const uri = `file://${path.join(samples, "fashion-resnet8.onnx")}`;
  const data = `file://${path.join(samples, "test.npz")}`;
  const described = await client.connection.sendRequest(DescribeRequest, { uri, data, plane: "random", defaults: {} });
  if (described.kind !== "ready") throw new Error(JSON.stringify(described));
  ({ study } = described);
});
afterAll(() => client.kill());

test("the splits beside those that are measured are offered, and a run of both costs both", async () => {
  const offered = await client.connection.sendRequest(SplitsRequest, { study });
  expect(offered.map(({ split, path: file }) => [split, path.basename(file)])).toEqual([
    ["test", "test.npz"],
    ["train", "train.npz"],
  ]);
  const foreseen = await client.connection.sendRequest(ForeseeRequest, {
    study,
    change: { splits: offered, grid: { points: [5, 5] } },
    defaults: {},
  });
  if (foreseen.kind !== "ready") throw new Error(foreseen.problem.message);
  expect(foreseen.evaluations).toBe(25);
  expect(foreseen.study.splits?.map(({ split, samples }) => [split, samples])).toEqual([["train", study.data.samples]]);
  expect(Object.keys(foreseen.fingerprints).map((file) => path.basename(file))).toContain("train.npz");
});

import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../../server/formats/checkpoint";
import { nameAfter, renamed } from "../../../server/formats/rename";
import type { Rename } from "../../../server/protocol/study";
import type { Tensor } from "../../../server/graph/tensor";
import { ProblemError } from "../../../server/protocol/problem";

function checkpointOf(...names: readonly string[]): Checkpoint {
  const tensor = (name: string): Tensor => ({
    dtype: "float32",
    shape: [1],
    data: Float32Array.of(names.indexOf(name)),
  });
  return {
    path: "/a/epoch_3.pt",
    format: "PyTorch",
    epoch: 3,
    tensors: new Map(names.map((name) => [name, tensor(name)])),
    read: (name) => (names.includes(name) ? Promise.resolve(tensor(name)) : Promise.reject(new Error(`no ${name}`))),
    close: () => Promise.resolve(),
  };
}

describe("names of tensors", () => {
  test.each<[string, Rename, string]>([
    ["encoder.0.weight", [["encoder.*", "backbone.*"]], "backbone.0.weight"],
    ["encoder.0.weight", [["*.weight", "*.kernel"]], "encoder.0.kernel"],
    ["layers.3.conv.weight", [["layers.*.conv.*", "blocks.*.c.*"]], "blocks.3.c.weight"],
    ["a.b.a.b", [["a.*.b", "*"]], "b.a"],
    ["fc", [["fc", "head"]], "head"],
    ["fc.bias", [["fc", "head"]], "fc.bias"],
    ["fc", [["*", "net.*"]], "net.fc"],
    ["drop.me", [["drop.*", "gone"]], "gone"],
    ["aa", [["a*a*a", "x*"]], "aa"],
    ["aba", [["ab*ba", "x"]], "aba"],
    [
      "left",
      [
        ["left", "right"],
        ["right", "left"],
      ],
      "right",
    ],
    ["cost$&", [["*$&", "*$1"]], "cost$1"],
    ["x.y", [], "x.y"],
  ])("%s by %j is %s", (name, rename, expected) => {
    expect(nameAfter(name, rename)).toBe(expected);
  });

  test("are compared without going back, whatever the pattern", () => {
    expect(nameAfter("a".repeat(20_000), [[`${"*a".repeat(5000)}*b`, "x"]])).toHaveLength(20_000);
  });
});

test("a renamed checkpoint reads the tensors that it had", async () => {
  const checkpoint = renamed(checkpointOf("left", "right", "other"), [
    ["left", "right"],
    ["right", "left"],
  ]);
  expect([...checkpoint.tensors.keys()].sort()).toEqual(["left", "other", "right"]);
  expect((await checkpoint.read("right")).data[0]).toBe(0);
  expect((await checkpoint.read("left")).data[0]).toBe(1);
  expect((await checkpoint.read("other")).data[0]).toBe(2);
  expect(checkpoint).toMatchObject({ path: "/a/epoch_3.pt", epoch: 3 });
});

test("two tensors of one name are refused", () => {
  const rename: Rename = [["*.weight", "w"]];
  expect(() => renamed(checkpointOf("a.weight", "b.weight"), rename)).toThrow(
    'epoch_3.pt has a.weight and b.weight, which "rename" would both call w.',
  );
  expect(() => renamed(checkpointOf("a.weight", "w"), rename)).toThrow(ProblemError);
});

import { describe, expect, test } from "vitest";
import { strangers } from "../../../server/formats/strangers";

/** What is said of a checkpoint whose tensors, in order, belong to layers of the names on the right. */
function facts(layers: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.keys(layers).map((ours, k) => [`${ours}/kernel`, `vars/${k}`] as const);
  const owners = Object.values(layers).map((theirs, k) => [`vars/${k}`, theirs] as const);
  return strangers(new Map(names), new Map(owners));
}

describe("layers that a checkpoint notes", () => {
  test("of the same names agree", () => {
    expect(facts({ stem: "stem", dense: "dense", dense_1: "dense_1" })).toEqual([]);
  });

  test("counted on from another model agree", () => {
    expect(facts({ dense: "dense_2", dense_1: "dense_3", conv2d: "conv2d_9" })).toEqual([]);
  });

  test("in another order do not", () => {
    expect(facts({ dense: "dense_1", dense_1: "dense" })).toEqual([
      "dense/kernel holds the weights of the layer dense_1",
      "dense_1/kernel holds the weights of the layer dense",
    ]);
  });

  test("of other names do not", () => {
    expect(facts({ head: "body", tail: "tail" })).toEqual(["head/kernel holds the weights of the layer body"]);
  });

  test("that are not noted are taken on trust", () => {
    expect(strangers(new Map([["head/kernel", "vars/0"]]), new Map())).toEqual([]);
  });
});

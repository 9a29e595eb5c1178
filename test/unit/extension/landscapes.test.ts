import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  accuracyText,
  ago,
  byModel,
  fileStem,
  lossText,
  percentOf,
  sideFiles,
  titleOf,
} from "../../../extension/landscapes/words";
import type { RunSummary } from "../../../server/protocol/requests";

const run: RunSummary = {
  journal: "/models/.loss-landscape/net-01234567.landscape-run.jsonl",
  model: { name: "net.onnx", path: "/models/net.onnx" },
  what: "surface 51 × 51",
  directions: "random, filter-normalised, seed 0",
  split: "test",
  samples: 500,
  loss: 0.40612,
  accuracy: 84.44,
  engine: "ONNX Runtime 1.30.0 on CPU",
  status: "done",
  measured: 2601,
  total: 2601,
  started: "2025-03-01T12:00:00.000Z",
};

describe("what a run is called", () => {
  test("its own name, or what it measures", () => {
    expect(titleOf(run)).toBe("surface 51 × 51 · random, seed 0");
    expect(titleOf({ ...run, directions: "random, layer-normalised, seed 3" })).toBe(
      "surface 51 × 51 · random, layer-normalised, seed 3",
    );
    expect(titleOf({ ...run, name: "wide" })).toBe("wide");
  });

  test("a file for it", () => {
    expect(fileStem(run)).toBe("net-surface-51x51");
    expect(fileStem({ ...run, what: "surface 25 × 25, path of 11 checkpoints" })).toBe("net-surface-25x25");
    expect(fileStem({ ...run, model: { name: "mnist/model.json", path: "/mnist/model.json" } })).toBe(
      "mnist-surface-51x51",
    );
    expect(fileStem({ ...run, name: "../../Größe: <1>" })).toBe("Größe-1");
    expect(fileStem({ ...run, name: "///" })).toBe("landscape");
  });

  test("files that belong to it", () => {
    const folder = "/models/.loss-landscape";
    expect(sideFiles(run.journal)).toEqual([
      path.posix.join(folder, "net-01234567.directions.npz"),
      path.posix.join(folder, "net-01234567.landscape-run.json"),
    ]);
  });
});

describe("numbers", () => {
  test("of losses have three digits and are never made finite", () => {
    expect([0.40612, 18.24, 153, 0, -0.5].map(lossText)).toEqual(["0.406", "18.2", "153", "0.00", "−0.500"]);
    expect([0.00012, 123456].map(lossText)).toEqual(["1.20e−4", "1.23e+5"]);
    expect((["NaN", "Infinity", "-Infinity"] as const).map(lossText)).toEqual(["NaN", "∞", "−∞"]);
  });

  test("of accuracies have one decimal, and are missing where there is none", () => {
    expect(accuracyText(84.44)).toBe("84.4 %");
    expect(accuracyText("NaN")).toBeUndefined();
  });

  test("of progress reach 100 only at the end", () => {
    expect(percentOf({ measured: 2600, total: 2601 })).toBe(99);
    expect(percentOf({ measured: 2601, total: 2601 })).toBe(100);
    expect(percentOf({ measured: 0, total: 0 })).toBe(0);
  });
});

test("how long ago is said in the user's language", () => {
  const now = Date.parse("2025-03-03T14:00:00.000Z");
  const said = (started: string, language = "en") => ago(started, now, language);
  expect(said("2025-03-03T13:59:50.000Z")).toBe("now");
  expect(said("2025-03-03T13:50:00.000Z")).toBe("10 minutes ago");
  expect(said("2025-03-03T11:59:00.000Z")).toBe("2 hours ago");
  expect(said("2025-03-02T12:00:00.000Z")).toBe("yesterday");
  expect(said("2024-01-01T00:00:00.000Z")).toBe("last year");
  expect(said("2025-03-02T12:00:00.000Z", "de")).toBe("gestern");
  // A clock that was set back.
  expect(said("2025-03-04T12:00:00.000Z")).toBe("now");
  expect(said("some time")).toBe("");
});

test("runs stand under their models, the newest first", () => {
  const other = { name: "other.onnx", path: "/models/other.onnx" };
  const groups = byModel([
    { ...run, journal: "a", started: "2025-01-01" },
    { ...run, journal: "b", started: "2025-01-03", model: other },
    { ...run, journal: "c", started: "2025-01-02" },
  ]);
  expect(groups.map(({ name, runs }) => [name, ...runs.map(({ journal }) => journal)])).toEqual([
    ["other.onnx", "b"],
    ["net.onnx", "c", "a"],
  ]);
});

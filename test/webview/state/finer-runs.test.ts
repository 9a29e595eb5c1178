import { expect, test } from "vitest";
import type { RunSummary } from "../../../server/protocol/requests";
import { finerRuns } from "../../../webview/state/finer-runs";
import { emptyModel } from "../../../webview/state/model";
import { reduce } from "../../../webview/state/reducer";
import { linesSnapshot } from "../support/method";
import { snapshotOf } from "../support/runs";
import { oracleSurface } from "../support/surface";

const snapshot = snapshotOf(oracleSurface(11), { status: "done" });
const run = reduce(emptyModel, { kind: "snapshot", snapshot }).run!;
const { header } = run;
const inside: RunSummary = {
  journal: "/inside.jsonl",
  model: { name: "net.onnx", path: header.model.path },
  what: "surface 21 × 21",
  plane: { x: [0.1, 0.4], y: [-0.2, 0.1], points: [21, 21] },
  directions: header.directions.label,
  split: "test",
  samples: 500,
  loss: header.centre.loss,
  accuracy: 84.4,
  engine: "ONNX Runtime 1.30.0 on CPU",
  status: "done",
  measured: 441,
  total: 441,
  started: "2026-01-15T11:00:00.000Z",
};
const found = (...changes: Partial<RunSummary>[]) =>
  finerRuns(
    run,
    changes.map((change) => ({ ...inside, ...change })),
  );

test("runs of a part of the plane are found, with their window and points", () => {
  expect(found({ name: "the saddle" })).toEqual([
    { journal: "/inside.jsonl", name: "the saddle", window: { x: [0.1, 0.4], y: [-0.2, 0.1] }, points: [21, 21] },
  ]);
  // Up to an edge, and along one axis only.
  expect(found({ plane: { x: [-1, 1], y: [0, 1], points: [51, 51] } })).toHaveLength(1);
  // With more samples the loss at θ* is another one.
  expect(found({ samples: 2000, loss: 0.41 })).toHaveLength(1);
});

test("runs of the whole, beyond it, coarser ones, and those of anything else are not", () => {
  const others: Partial<RunSummary>[] = [
    { plane: { x: [-1, 1], y: [-1, 1], points: [51, 51] } },
    { plane: { x: [0.5, 1.1], y: [0, 0.5], points: [21, 21] } },
    { plane: { x: [0, 0.5], y: [0, 0.5], points: [3, 3] } },
    { plane: undefined },
    { measured: 0 },
    { journal: run.journal },
    { model: { name: "net.onnx", path: "/other/net.onnx" } },
    { model: { ...inside.model, weights: "/c/3.pt" } },
    { directions: "random, filter-normalised, seed 4" },
    { split: "train" },
    { loss: 0.5 },
  ];
  for (const other of others) expect(found(other)).toEqual([]);
  const lines = reduce(emptyModel, { kind: "snapshot", snapshot: linesSnapshot() }).run!;
  expect(finerRuns(lines, [inside])).toEqual([]);
});

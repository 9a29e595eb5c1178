import { expect, test } from "vitest";
import { readMessage, readState } from "../../../extension/panels/messages";

test.each([
  [{ kind: "ready" }],
  [{ kind: "resume" }],
  [{ kind: "start-over" }],
  [{ kind: "run-again" }],
  [{ kind: "pause", paused: true }],
  [{ kind: "cancel" }],
  [{ kind: "choose-data", path: "/data/test.npz" }],
  [{ kind: "choose-data", folder: true }],
  [{ kind: "choose-model", path: "/data/net.onnx" }],
  [{ kind: "save-as-study" }],
  [{ kind: "plane", plane: "random" }],
  [{ kind: "run-changed", change: {} }],
  [
    {
      kind: "run-changed",
      change: {
        grid: { x: [0.1, 0.4], y: [-0.2, 0.1], points: [51, 41], refine: 0.01 },
        samples: 500,
        seed: 3,
        normalise: "layer",
        engine: "wasm",
        weights: "/c/model_3.pt",
        curvature: {
          points: [11, 11],
          samples: 64,
          parameters: "all",
          traceProbes: 1,
          densityProbes: 2,
          tolerance: 0.1,
        },
        sharpness: { epsilon: 0.01, samples: 64 },
      },
    },
  ],
  [{ kind: "run-changed", change: { curvature: null, sharpness: null } }],
  [{ kind: "go-back", journal: "/run.jsonl" }],
  [{ kind: "open-run", journal: "/r/net-0123.landscape-run.jsonl" }],
  [{ kind: "lock", locked: false }],
  [{ kind: "follow-training", on: false }],
  [{ kind: "hurry" }],
  [{ kind: "run-checks", runs: [{ checks: ["second-pair"], change: { seed: 4 } }] }],
  [{ kind: "stop-checks" }],
  [{ kind: "dismiss-stale" }],
  [{ kind: "show-log" }],
  [{ kind: "show-engines" }],
  [{ kind: "remedy", remedy: "install-webgpu" }],
  [{ kind: "reveal", path: "/model.onnx" }],
  [{ kind: "copy-text", text: "1,2" }],
])("takes %o", (message) => {
  expect(readMessage(message)).toEqual(message);
});

test.each([
  [undefined],
  ["ready"],
  [null],
  [{}],
  [{ kind: "execute" }],
  [{ kind: "pause" }],
  [{ kind: "pause", paused: "yes" }],
  [{ kind: "reveal" }],
  [{ kind: "copy-text", text: 1 }],
  [{ kind: "run-changed" }],
  [{ kind: "run-changed", change: null }],
  [{ kind: "run-changed", change: [] }],
  [{ kind: "run-changed", change: { model: "/other.onnx" } }],
  [{ kind: "run-changed", change: { grid: { fit: true } } }],
  [{ kind: "run-changed", change: { grid: { x: [1] } } }],
  [{ kind: "run-changed", change: { grid: { points: ["51", "51"] } } }],
  [{ kind: "run-changed", change: { grid: null } }],
  [{ kind: "run-changed", change: { samples: "all" } }],
  [{ kind: "run-changed", change: { normalise: "unit" } }],
  [{ kind: "run-changed", change: { engine: "cuda" } }],
  [{ kind: "run-changed", change: { weights: "" } }],
  [{ kind: "run-changed", change: { curvature: { parameters: "some" } } }],
  [{ kind: "run-changed", change: { splits: "test" } }],
  [{ kind: "run-changed", change: { splits: [{ split: "test" }] } }],
  [{ kind: "run-changed", change: { splits: [{ split: "test", path: "/t.npz", samples: 5 }] } }],
  [{ kind: "run-changed", change: { sharpness: { epsilon: 1 } } }],
  [{ kind: "run-checks", runs: [] }],
  [{ kind: "run-checks", runs: [{ checks: ["centre-convexity"] }] }],
  [{ kind: "run-checks", runs: [{ checks: [1], change: { seed: 1 } }] }],
  [{ kind: "open-run", journal: "/etc/passwd" }],
  [{ kind: "open-run", journal: "net.landscape-run.jsonl" }],
  [{ kind: "go-back" }],
  [{ kind: "remedy" }],
  [{ kind: "remedy", remedy: "workbench.action.quit" }],
  [{ kind: "remedy", remedy: "toString" }],
  [{ kind: "lock", locked: "no" }],
  [{ kind: "follow-training" }],
])("refuses %o", (message) => {
  expect(readMessage(message)).toBeUndefined();
});

test("what a panel keeps is read back, and anything else is not taken for it", () => {
  const view = {};
  const source = "file:///model.onnx";
  const journal = "/run.jsonl";
  expect(readState({ version: 1, source, journal, view })).toEqual({ source, journal, trail: [] });
  expect(readState({ version: 1, source, view })).toEqual({ source, journal: undefined, trail: [] });
  const trail = [
    { journal: "/a.jsonl", label: "α −1 to 1" },
    { journal: "/b.jsonl", label: "before", isBefore: true },
  ];
  expect(readState({ version: 1, source, journal, trail: [...trail, 3, { label: "x" }], view })).toMatchObject({
    trail,
  });
  for (const state of [undefined, null, "x", {}, { version: 2, source }, { version: 1, source: 3 }])
    expect(readState(state)).toBeUndefined();
});

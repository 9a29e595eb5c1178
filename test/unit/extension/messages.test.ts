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
  [{ kind: "show-log" }],
  [{ kind: "show-engines" }],
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
])("refuses %o", (message) => {
  expect(readMessage(message)).toBeUndefined();
});

test("what a panel keeps is read back, and anything else is not taken for it", () => {
  const view = {};
  const source = "file:///model.onnx";
  expect(readState({ version: 1, source, journal: "/run.jsonl", view })).toEqual({ source, journal: "/run.jsonl" });
  expect(readState({ version: 1, source, view })).toEqual({ source, journal: undefined });
  for (const state of [undefined, null, "x", {}, { version: 2, source }, { version: 1, source: 3 }])
    expect(readState(state)).toBeUndefined();
});

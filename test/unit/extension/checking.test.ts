import { expect, test, vi } from "vitest";
import type * as vscode from "vscode";
import { CheckRuns } from "../../../extension/panels/checking";
import type { RunEvent, RunOutcome, StudyChange } from "../../../server/protocol/requests";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { HostMessage } from "../../../webview/protocol/messages";

vi.mock("vscode-languageclient/node", () => import("vscode-languageserver/node"));
vi.mock("vscode", () => ({
  l10n: { t: (text: string) => text },
  CancellationTokenSource: class {
    token = { isCancellationRequested: false };
    cancel() {
      this.token.isCancellationRequested = true;
    }
  },
  workspace: { getConfiguration: () => ({ get: (_: string, standard: unknown) => standard }) },
}));

const snapshot = { journal: "/runs/own.jsonl", header: { study: {} } } as unknown as RunSnapshot;
const seeds = [1, 2].map((seed) => ({ checks: [`check-${seed}`], change: { seed } }));

interface Handle {
  readonly cancellation: vscode.CancellationToken;
  readonly onEvent: (event: RunEvent) => void;
}

/** A worker that knows what to measure and has each run ended by hand. */
function checking(foresee: (change: StudyChange) => object = () => ({})) {
  const told: HostMessage[] = [];
  const started: { readonly handle: Handle; readonly end: (outcome: RunOutcome) => void }[] = [];
  const worker = {
    request: (_: unknown, { change }: { readonly change: StudyChange }) =>
      Promise.resolve({ kind: "ready", study: { change }, evaluations: 9, products: 0, ...foresee(change) }),
    run: (_: unknown, handle: Handle) =>
      new Promise<RunOutcome>((resolve) => started.push({ handle, end: (outcome) => resolve(outcome) })),
  };
  const runs = new CheckRuns({
    source: { fsPath: "/m/model.onnx" } as vscode.Uri,
    name: "model.onnx",
    worker: worker as never,
    log: { error: () => undefined } as never,
    post: (message) => told.push(message),
  });
  const states = () => {
    const last = told.at(-1);
    return last?.kind === "checking" ? last.runs.map(({ state }) => state) : undefined;
  };
  return { runs, started, states, told };
}

test("runs for checks are made one after another, and told by the run that they are about", async () => {
  const { runs, started, states, told } = checking();
  const all = runs.start(snapshot, seeds);
  await vi.waitFor(() => expect(started).toHaveLength(1));
  started[0]!.handle.onEvent({
    kind: "snapshot",
    snapshot: { journal: "/runs/a.jsonl", progress: { measured: 1, total: 9 } } as RunSnapshot,
  });
  expect(told.at(-1)).toMatchObject({ kind: "checking", journal: "/runs/own.jsonl" });
  expect(states()).toEqual(["running", "waiting"]);
  started[0]!.end({ status: "done", journal: "/runs/a.jsonl", checks: [] });
  await vi.waitFor(() => expect(started).toHaveLength(2));
  started[1]!.end({ status: "done", journal: "/runs/b.jsonl", checks: [] });
  await all;
  expect(states()).toEqual(["done", "done"]);
});

test("what was measured already is not computed again, and what cannot be run says why", async () => {
  const problem = { reason: "study-invalid", title: "Not so", message: "No.", advice: "" };
  const { runs, started, told } = checking(({ seed }) =>
    seed === 1 ? { earlier: { journal: "/runs/a.jsonl" }, evaluations: 0 } : { kind: "problem", problem },
  );
  await runs.start(snapshot, seeds);
  expect(started).toHaveLength(0);
  expect(told.at(-1)).toMatchObject({
    runs: [
      { state: "done", journal: "/runs/a.jsonl" },
      { state: "failed", problem },
    ],
  });
});

test("stopping cancels what is going on and begins nothing more", async () => {
  const { runs, started, states } = checking();
  const all = runs.start(snapshot, seeds);
  await vi.waitFor(() => expect(started).toHaveLength(1));
  runs.stop();
  expect(started[0]!.handle.cancellation.isCancellationRequested).toBe(true);
  expect(states()).toEqual([]);
  started[0]!.end({ status: "cancelled", checks: [] });
  await all;
  expect(started).toHaveLength(1);
  expect(states()).toEqual([]);
});

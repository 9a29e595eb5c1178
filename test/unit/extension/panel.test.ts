import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type * as vscode from "vscode";
import { ComparedRuns } from "../../../extension/panels/compared";
import { PanelController } from "../../../extension/panels/controller";
import { LiveTraining } from "../../../extension/panels/live";
import type { PanelParts } from "../../../extension/panels/parts";
import { ProblemError } from "../../../server/protocol/problem";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { HostMessage } from "../../../webview/protocol/messages";

const disposable = { dispose: () => undefined };

vi.mock("vscode-languageclient/node", () => import("vscode-languageserver/node"));
vi.mock("vscode", () => ({
  l10n: { t: (text: string) => text },
  CancellationTokenSource: class {
    token = { isCancellationRequested: false };
    cancel() {
      this.token.isCancellationRequested = true;
    }
    dispose() {}
  },
  RelativePattern: class {},
  Uri: { file: (fsPath: string) => ({ fsPath }), joinPath: ({ fsPath }: { readonly fsPath: string }) => ({ fsPath }) },
  workspace: {
    createFileSystemWatcher: () => ({ ...disposable, onDidCreate: () => disposable, onDidChange: () => disposable }),
    getConfiguration: () => ({ get: (_: string, standard: unknown) => standard }),
  },
}));

const source = { fsPath: "/m/model.onnx", toString: () => "file:///m/model.onnx" } as vscode.Uri;
const log = { error: () => undefined, warn: () => undefined } as unknown as vscode.LogOutputChannel;

/** A panel whose page says when it listens, and what it was told. */
function panelOf() {
  const told: HostMessage[] = [];
  const pageListeners: ((message: unknown) => void)[] = [];
  const viewListeners: (() => void)[] = [];
  const panel = {
    visible: true,
    webview: {
      postMessage: (message: HostMessage) => Promise.resolve(told.push(message) > 0),
      onDidReceiveMessage: (listener: (message: unknown) => void) => (pageListeners.push(listener), disposable),
    },
    onDidChangeViewState: (listener: () => void) => (viewListeners.push(listener), disposable),
    onDidDispose: () => disposable,
  };
  return {
    panel: panel as unknown as vscode.WebviewPanel,
    kinds: () => told.splice(0).map(({ kind }) => kind),
    ready: () => pageListeners.forEach((listener) => listener({ kind: "ready" })),
    show: (visible: boolean) => {
      panel.visible = visible;
      for (const listener of viewListeners) listener();
    },
  };
}

function controllerOf(panel: vscode.WebviewPanel, compared?: ComparedRuns): PanelController {
  const nothing = () => undefined;
  return new PanelController({
    source,
    panel,
    log,
    worker: {},
    proposer: {},
    onGreet: () => compared?.greet(),
    onRun: nothing,
    onLock: nothing,
    onStopComparing: nothing,
  } as unknown as PanelParts);
}

describe("what is compared", () => {
  test("reaches a page that does not listen yet, after what it is about, and once", () => {
    const { panel, kinds, ready } = panelOf();
    const controller = controllerOf(panel);
    controller.compareWith(["/runs/a.jsonl"]);
    expect(kinds()).toEqual([]);
    ready();
    const first = kinds();
    expect(first[0]).toBe("init");
    expect(first.filter((kind) => kind === "compare")).toHaveLength(1);
    ready();
    expect(kinds()).not.toContain("compare");
    controller.compareWith(["/runs/b.jsonl"]);
    expect(kinds()).toEqual(["compare"]);
  });

  test("is told to every page that is loaded, after what it is about, which makes it forget all before", () => {
    const { panel, kinds, ready, show } = panelOf();
    const compared = new ComparedRuns(panel, {} as never, log);
    controllerOf(panel, compared);
    const study = new ProblemError({ reason: "internal", title: "", message: "", advice: "" });
    compared.add([{ source, study }], false);
    expect(kinds()).toEqual([]);
    for (const isFirst of [true, false]) {
      ready();
      const told = kinds();
      expect(told[0]).toBe("init");
      expect(told.at(-1)).toBe("comparing");
      expect(told.includes("compare")).toBe(isFirst);
      show(false);
      show(true);
    }
  });
});

test("new checkpoints are added for a panel that is looked at, and for a hidden one when it is shown", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "live-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const k of [1, 2, 3]) await writeFile(path.join(folder, `model_${k}.pt`), "weights");
  const snapshot = pathIn(folder);
  const asked: string[] = [];
  const views = { front: true, behind: false };
  const [front, behind] = (["front", "behind"] as const).map((name) => {
    const request = (_: unknown, params: { readonly checkpoints: readonly string[] }) => {
      asked.push(...params.checkpoints.map((file) => `${name} ${path.basename(file)}`));
      return Promise.resolve({ kind: "ready", snapshot });
    };
    const live = new LiveTraining({
      source,
      log,
      worker: { request } as never,
      isInSight: () => views[name],
      grown: () => undefined,
    });
    onTestFinished(() => live.dispose());
    return live;
  }) as [LiveTraining, LiveTraining];
  behind.shown({ kind: "snapshot", snapshot });
  front.shown({ kind: "snapshot", snapshot });
  await vi.waitFor(() => expect(asked).toEqual(["front model_3.pt"]), 4000);
  views.behind = true;
  behind.seen();
  await vi.waitFor(() => expect(asked).toEqual(["front model_3.pt", "behind model_3.pt"]));
});

test("new checkpoints are added only while the training is followed, and then those that were written before", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "live-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const k of [1, 2, 3]) await writeFile(path.join(folder, `model_${k}.pt`), "weights");
  const asked: string[] = [];
  const live = new LiveTraining({
    source,
    log,
    worker: {
      request: (_: unknown, { checkpoints }: { readonly checkpoints: readonly string[] }) => {
        asked.push(...checkpoints.map((file) => path.basename(file)));
        return Promise.resolve({ kind: "ready", snapshot: pathIn(folder) });
      },
    } as never,
    isInSight: () => true,
    grown: () => undefined,
  });
  onTestFinished(() => live.dispose());
  live.follow(false);
  live.shown({ kind: "snapshot", snapshot: pathIn(folder) });
  // Long enough for the file to be seen as whole.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(asked).toEqual([]);
  live.follow(true);
  await vi.waitFor(() => expect(asked).toEqual(["model_3.pt"]), 4000);
});

/** The run of a path of two checkpoints. */
function pathIn(folder: string): RunSnapshot {
  const checkpoints = [1, 2].map((k) => ({ path: path.join(folder, `model_${k}.pt`) }));
  const model = { path: "/m/model.onnx" };
  const header = {
    id: "a",
    started: new Date(0).toISOString(),
    model,
    study: { model: {} },
    trajectory: { checkpoints },
  };
  return { journal: "/runs/a.jsonl", status: "done", header } as unknown as RunSnapshot;
}

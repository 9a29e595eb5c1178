import { beforeEach, expect, test, vi } from "vitest";
import { RunList } from "../../../extension/landscapes/list";

type Listener = (uri: { readonly path: string; readonly fsPath: string }) => void;
const watchers = vi.hoisted(() => [] as { create?: Listener; change?: Listener; remove?: Listener }[]);

vi.mock("vscode-languageclient/node", () => import("vscode-languageserver/node"));
vi.mock("vscode", () => ({
  EventEmitter: class<T> {
    private readonly listeners: ((event: T) => void)[] = [];
    readonly event = (listener: (event: T) => void) => (this.listeners.push(listener), { dispose: () => undefined });
    fire(event: T): void {
      for (const listener of this.listeners) listener(event);
    }
    dispose() {}
  },
  Disposable: { from: () => ({ dispose: () => undefined }) },
  workspace: {
    workspaceFolders: undefined,
    createFileSystemWatcher: () => {
      const watcher: (typeof watchers)[number] = {};
      watchers.push(watcher);
      return {
        onDidCreate: (listener: Listener) => (watcher.create = listener),
        onDidChange: (listener: Listener) => (watcher.change = listener),
        onDidDelete: (listener: Listener) => (watcher.remove = listener),
      };
    },
    onDidChangeWorkspaceFolders: () => ({ dispose: () => undefined }),
    onDidChangeConfiguration: () => ({ dispose: () => undefined }),
    getConfiguration: () => ({ get: (_: string, standard: unknown) => standard }),
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
  watchers.length = 0;
  return () => vi.useRealTimers();
});

const uri = (name: string) => ({ path: `/r/${name}`, fsPath: `/r/${name}` });

test("runs that went, or whose writing has ended, are told by name and once; one that grows is not", () => {
  const list = new RunList({} as never);
  const changed = vi.fn();
  const altered = vi.fn();
  list.onDidChange(changed);
  list.onDidAlter(altered);
  const [{ change, remove }] = watchers as [(typeof watchers)[number]];
  change!(uri("a.landscape-run.jsonl"));
  vi.runAllTimers();
  expect([changed.mock.calls.length, altered.mock.calls.length]).toEqual([1, 0]);
  remove!(uri("a.landscape-run.jsonl.lock"));
  change!(uri("a.landscape-run.jsonl"));
  remove!(uri("b.landscape-run.jsonl"));
  remove!(uri("notes.txt"));
  vi.runAllTimers();
  expect(altered.mock.calls).toEqual([[["/r/a.landscape-run.jsonl", "/r/b.landscape-run.jsonl"]]]);
  vi.runAllTimers();
  expect(altered).toHaveBeenCalledTimes(1);
});

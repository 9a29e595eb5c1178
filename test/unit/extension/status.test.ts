import { beforeEach, expect, test, vi } from "vitest";
import type { Services } from "../../../extension/commands/command";
import { showStatus } from "../../../extension/commands/showStatus";
import type { ListedRun } from "../../../extension/panels/runner";

interface Entry {
  readonly label: string;
  readonly description?: string;
  readonly buttons?: readonly { readonly tooltip: string }[];
}

/** The list as the workbench would show it. */
const pick = vi.hoisted(() => {
  const listeners: Record<string, (event?: unknown) => void> = {};
  const on = (name: string) => (listener: (event?: unknown) => void) => {
    listeners[name] = listener;
  };
  return {
    items: [] as Entry[],
    selectedItems: [] as Entry[],
    placeholder: "",
    listeners,
    isShown: false,
    onDidTriggerItemButton: on("button"),
    onDidAccept: on("accept"),
    onDidHide: on("hide"),
    show() {
      this.isShown = true;
    },
    hide() {
      this.isShown = false;
      listeners.hide?.();
    },
    dispose: () => undefined,
  };
});
const executed: string[] = vi.hoisted(() => []);

vi.mock("vscode", () => ({
  l10n: { t: (text: string) => text },
  ThemeIcon: class {
    constructor(readonly id: string) {}
  },
  window: { createQuickPick: () => pick },
  commands: { executeCommand: (name: string) => executed.push(name) },
}));

const told: string[] = [];
let running: { readonly listed: ListedRun }[] = [];
let changed: ((state: object) => void) | undefined;

function run(title: string, isPaused = false): { listed: ListedRun } {
  const state = { isPaused };
  return {
    get listed(): ListedRun {
      return {
        title,
        isPaused: state.isPaused,
        show: () => void told.push(`show ${title}`),
        pause: (paused) => {
          state.isPaused = paused;
          told.push(`${paused ? "pause" : "resume"} ${title}`);
        },
        cancel: () => {
          told.push(`cancel ${title}`);
          running = running.filter(({ listed }) => listed.title !== title);
        },
      };
    },
  };
}

const state = { phase: "running", health: { message: "Computing a.onnx" } };
const worker = {
  state,
  onDidChange: (listener: (state: object) => void) => {
    changed = listener;
    return { dispose: () => (changed = undefined) };
  },
};
const open = () =>
  showStatus.run({
    worker,
    panels: {
      get running() {
        return running;
      },
    },
  } as unknown as Services);

const rows = () => pick.items.map(({ label, buttons = [] }) => [label, ...buttons.map(({ tooltip }) => tooltip)]);
const press = (row: number, tooltip: string) => {
  const item = pick.items[row]!;
  pick.listeners.button!({ item, button: item.buttons!.find((each) => each.tooltip === tooltip) });
};

beforeEach(() => {
  told.length = 0;
  executed.length = 0;
  running = [run("a"), run("b", true)];
  void open();
});

test("every run can be paused or resumed and cancelled from the list, which stays open", () => {
  expect(rows().slice(0, 2)).toEqual([
    ["$(loading~spin) a", "Pause", "Cancel"],
    ["$(debug-pause) b", "Resume", "Cancel"],
  ]);
  press(0, "Pause");
  expect(rows()[0]).toEqual(["$(debug-pause) a", "Resume", "Cancel"]);
  press(0, "Resume");
  press(1, "Cancel");
  expect(told).toEqual(["pause a", "resume a", "cancel b"]);
  expect(rows().filter((row) => row.length > 1)).toEqual([["$(loading~spin) a", "Pause", "Cancel"]]);
  expect(pick.isShown).toBe(true);
});

test("choosing a run shows its panel, and choosing what can be done does it", () => {
  pick.selectedItems = [pick.items[1]!];
  pick.listeners.accept!();
  expect([told, pick.isShown]).toEqual([["show b"], false]);
  expect(changed).toBeUndefined();
  void open();
  pick.selectedItems = [pick.items.find(({ label }) => label.includes("Show Log"))!];
  pick.listeners.accept!();
  expect(executed).toEqual(["lossLandscape.showLog"]);
});

test("a run that ends while the list is open leaves it, and the worker's state is told", () => {
  running = running.slice(1);
  changed!({ phase: "running", health: { message: "Idle" } });
  expect(pick.placeholder).toBe("Idle");
  expect(rows().filter((row) => row.length > 1)).toEqual([["$(debug-pause) b", "Resume", "Cancel"]]);
});

import "../../../webview/app/main";
import { packed } from "../../../extension/panels/packed";
import { gridLevels } from "../../../server/landscape/grid";
import { estimate } from "../../../server/landscape/interpolate";
import type { HostMessage, PanelState, ViewState } from "../../../webview/protocol/messages";
import { defaultView } from "../../../webview/state/view";
import { pointsOf } from "../support/runs";
import { secondOf, splitSnapshot } from "../support/splits";
import { measuringOrder, oracleSurface } from "../support/surface";
import type { Surface } from "../support/surface";
import { themes } from "../themes/all";
import { applyTheme } from "../themes/theme";

/** Milliseconds from a change until it is on the canvas. */
export interface ControlTime {
  readonly median: number;
  readonly worst: number;
  readonly count: number;
}

/** How evenly frames came while points arrived. */
export interface FrameTimes {
  readonly messages: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** In the worst second. */
  readonly lowestRate: number;
}

export interface Bench {
  renderer(): string;
  /** Shows a surface of so many rows and columns; the controls that can be changed. */
  open(points: number): Promise<readonly string[]>;
  change(control: string): Promise<ControlTime>;
  /** Gets the messages of a run ready; the phases that can be streamed. */
  prepare(points: number, seconds: number): readonly string[];
  /** Shows what a phase begins with. */
  begin(phase: string): Promise<void>;
  stream(phase: string): Promise<FrameTimes>;
}

let kept: PanelState | undefined;
Object.assign(window, {
  acquireVsCodeApi: () => ({
    getState: () => kept,
    setState: (state: PanelState) => {
      kept = state;
    },
    postMessage: () => undefined,
  }),
});
applyTheme(themes.dark);

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
/** After everything that belongs to the frame: its callbacks and its painting. */
const afterFrame = async () => {
  await frame();
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => resolve();
    port1.postMessage(undefined);
  });
};
const quiet = async () => {
  for (let k = 0; k < 5; k++) await afterFrame();
};

async function mount(message: HostMessage): Promise<HTMLElement> {
  for (const old of document.querySelectorAll("loss-landscape-panel")) old.remove();
  kept = { version: 1, source: "file:///x", view: defaultView };
  const panel = document.createElement("loss-landscape-panel");
  document.body.append(panel);
  window.postMessage(message);
  await document.fonts.ready;
  await quiet();
  await quiet();
  return panel;
}

const changes: readonly (readonly [string, Partial<ViewState>, Partial<ViewState>])[] = [
  ["metric", { metric: "accuracy" }, { metric: "loss" }],
  ["split", { split: 1 }, { split: 0 }],
  ["difference", { split: "difference" }, { split: 0 }],
  ["scale", { scale: "linear" }, { scale: "auto" }],
  ["paper levels", { scale: "paper" }, { scale: "auto" }],
  ["contours", { fill: "lines" }, { fill: "filled" }],
  ["colours", { colours: "viridis" }, { colours: "fathom" }],
  ["profiles", { profiles: false }, { profiles: true }],
  ["measured points", { measuredPoints: true }, { measuredPoints: false }],
];

const repeats = 8;

let steps = new Map<string, readonly (() => void)[]>();

async function open(points: number): Promise<readonly string[]> {
  const surface = oracleSurface(points);
  const panel = await mount({ kind: "snapshot", snapshot: splitSnapshot(surface, { status: "done" }) });
  const send = (detail: Partial<ViewState>) => void panel.dispatchEvent(new CustomEvent("view-change", { detail }));
  const each = (step: (k: number) => void) => Array.from({ length: repeats }, (_, k) => () => step(k));
  const canvas = deep(panel, ".canvas")!;
  const box = canvas.getBoundingClientRect();
  const at = (share: number) => ({ clientX: box.left + box.width * share, clientY: box.top + box.height * 0.5 });
  const common = { bubbles: true, composed: true, cancelable: true };
  steps = new Map([
    ...changes.map(([name, change, back]) => [name, each((k) => send(k % 2 === 0 ? change : back))] as const),
    // Every upper end is a new one, whose levels were never drawn before.
    ["upper end", each((k) => send({ clip: k + 1 < repeats ? 20 + 7 * k : undefined }))],
    [
      "wheel",
      each(
        () => void canvas.dispatchEvent(new WheelEvent("wheel", { ...at(0.4), ...common, deltaY: -40, ctrlKey: true })),
      ),
    ],
    [
      "hover",
      each((k) => void canvas.dispatchEvent(new PointerEvent("pointermove", { ...at(0.3 + 0.02 * k), ...common }))),
    ],
  ]);
  return [...steps.keys()];
}

async function change(control: string): Promise<ControlTime> {
  const taken: number[] = [];
  for (const step of steps.get(control)!) {
    await afterFrame();
    const start = performance.now();
    step();
    await afterFrame();
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  return { median: taken[taken.length >> 1]!, worst: taken[taken.length - 1]!, count: taken.length };
}

function deep(root: Element, selector: string): Element | undefined {
  const inside = root.shadowRoot ?? root;
  const found = inside.querySelector(selector);
  if (found) return found;
  for (const element of inside.querySelectorAll("*")) {
    const within = element.shadowRoot ? deep(element, selector) : undefined;
    if (within) return within;
  }
  return undefined;
}

/** The messages of a run from one number of measured points on, as the worker sends them. */
function messagesOf(surface: Surface, from: number, count: number, each: number, withEstimate: boolean): HostMessage[] {
  const order = measuringOrder(surface);
  const levels = gridLevels(surface.x.length, surface.y.length);
  const second = secondOf(surface);
  const level = levels[levels.length - 3]!;
  // What is estimated makes no difference to the time it takes, so that one is enough for every message.
  const [first, further] = withEstimate
    ? [surface, second].map((split) => estimate(split.x, split.y, level, split.loss, split.accuracy))
    : [];
  return Array.from({ length: count }, (_, k) => {
    const measured = from + (k + 1) * each;
    const points = pointsOf(surface, order.slice(measured - each, measured)).map((point) => ({
      ...point,
      further: [{ loss: second.loss[point.index]!, accuracy: second.accuracy[point.index]!, lossError: 0.03 }],
    }));
    return packed({
      kind: "points",
      points,
      ...(first && further ? { estimate: first, furtherEstimates: [further] } : {}),
      progress: { measured, total: order.length, level: [surface.x.length, surface.y.length] },
    });
  });
}

interface Phase {
  readonly surface: Surface;
  readonly from: number;
  readonly messages: readonly HostMessage[];
}

let phases = new Map<string, Phase>();

function prepare(points: number, seconds: number): readonly string[] {
  const surface = oracleSurface(points);
  const sizes = gridLevels(points, points).map(({ columns }) => columns.length);
  const [coarse, fine] = [sizes[sizes.length - 3]! ** 2, sizes[sizes.length - 2]! ** 2];
  const phase = (from: number, withEstimate: boolean): Phase => ({
    surface,
    from,
    messages: messagesOf(surface, from, 10 * seconds, 60, withEstimate),
  });
  phases = new Map([
    ["while estimates change", phase(coarse, true)],
    ["in the last nested grid", phase(fine, false)],
  ]);
  return [...phases.keys()];
}

async function begin(name: string): Promise<void> {
  const { surface, from } = phases.get(name)!;
  await mount({ kind: "snapshot", snapshot: splitSnapshot(surface, { status: "running", measured: from }) });
}

async function stream(name: string): Promise<FrameTimes> {
  const { messages } = phases.get(name)!;
  const stamps: number[] = [];
  let running = true;
  const watch = (stamp: number) => {
    stamps.push(stamp);
    if (running) requestAnimationFrame(watch);
  };
  requestAnimationFrame(watch);
  const start = performance.now();
  for (const [k, message] of messages.entries()) {
    const wait = start + 100 * k - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    // Taken apart and put together again on this thread, which in the workbench happens on two.
    window.postMessage(message);
  }
  await quiet();
  running = false;
  await quiet();
  const gaps = stamps.slice(1).map((stamp, k) => stamp - stamps[k]!);
  const sorted = gaps.slice().sort((a, b) => a - b);
  const share = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  let lowestRate = Infinity;
  let first = 0;
  for (let last = 0; last < stamps.length; last++) {
    while (stamps[last]! - stamps[first]! > 1000) first += 1;
    if (stamps[last]! - stamps[0]! > 1000) lowestRate = Math.min(lowestRate, last - first);
  }
  return {
    messages: messages.length,
    p50: share(0.5),
    p99: share(0.99),
    worst: sorted[sorted.length - 1]!,
    lowestRate,
  };
}

/** What draws, as the browser names it. */
function renderer(): string {
  const gl = document.createElement("canvas").getContext("webgl");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  return gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "no WebGL";
}

const bench: Bench = { renderer, open, change, prepare, begin, stream };
Object.assign(window, { bench });

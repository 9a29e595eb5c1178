import { expect, test } from "vitest";
import type { HostMessage } from "../../../webview/protocol/messages";
import { Store } from "../../../webview/state/store";
import { defaultView, readPanelState, readView } from "../../../webview/state/view";
import { pointsOf, snapshotOf } from "../support/runs";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const snapshot: HostMessage = { kind: "snapshot", snapshot: snapshotOf(surface, { status: "running", measured: 9 }) };
const points = (index: number): HostMessage => ({
  kind: "points",
  points: pointsOf(surface, [index]),
  progress: { measured: 10, total: 121, level: [5, 5] },
});

/** A clock that moves only when the test says so. */
function manualClock() {
  let time = 0;
  const frames: (() => void)[] = [];
  const timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => time,
    frame: (callback: () => void) => void frames.push(callback),
    later: (callback: () => void, wait: number) => void timers.push({ at: time + wait, callback }),
    pass(milliseconds: number) {
      time += milliseconds;
      for (const timer of timers.filter(({ at }) => at <= time)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.callback();
      }
      for (const callback of frames.splice(0)) callback();
    },
  };
}

test("a burst of points is shown once, at most ten times a second", () => {
  const clock = manualClock();
  const store = new Store(clock);
  const shown: number[] = [];
  store.subscribe((model) => shown.push(model.run!.measured.count));
  store.dispatch(snapshot);
  clock.pass(16);
  expect(shown).toEqual([9]);
  for (let index = 0; index < 30; index++) {
    store.dispatch(points(index));
    clock.pass(16);
  }
  expect(shown.length).toBeLessThanOrEqual(6);
  clock.pass(200);
  expect(shown.at(-1)).toBe(store.model.run!.measured.count);
});

test("points of a large grid are shown four times a second, and none of them is lost", () => {
  const large = oracleSurface(121);
  const clock = manualClock();
  const store = new Store(clock);
  const shown: number[] = [];
  store.subscribe((model) => shown.push(model.run!.measured.count));
  store.dispatch({ kind: "snapshot", snapshot: snapshotOf(large, { status: "running", measured: 0 }) });
  clock.pass(16);
  for (let index = 0; index < 20; index++) {
    store.dispatch({ ...points(0), points: pointsOf(large, [index]) } as HostMessage);
    clock.pass(50);
  }
  expect(shown).toHaveLength(5);
  expect(shown.slice(0, 2)).toEqual([0, 5]);
  clock.pass(250);
  expect(shown.at(-1)).toBe(20);
});

test("what comes after points finds them taken in, whether they were shown or not", () => {
  const clock = manualClock();
  const store = new Store(clock);
  const shown: [string, number][] = [];
  store.subscribe(({ run }) => shown.push([run!.status, run!.measured.count]));
  store.dispatch(snapshot);
  clock.pass(16);
  store.dispatch(points(100));
  store.dispatch({ kind: "status", status: "paused", checks: [] });
  clock.pass(16);
  expect(shown).toEqual([
    ["running", 9],
    ["paused", 10],
  ]);
});

test("what is not points is shown in the next frame", () => {
  const clock = manualClock();
  const store = new Store(clock);
  const phases: string[] = [];
  store.subscribe((model) => phases.push(model.phase.kind));
  store.dispatch(snapshot);
  clock.pass(16);
  store.dispatch({ kind: "preparing", message: "" });
  clock.pass(16);
  expect(phases).toEqual(["run", "preparing"]);
});

test("a listener that has left hears nothing", () => {
  const clock = manualClock();
  const store = new Store(clock);
  let heard = 0;
  store.subscribe(() => (heard += 1))();
  store.dispatch(snapshot);
  clock.pass(16);
  expect(heard).toBe(0);
});

test("a kept view is read field by field, whatever it contains", () => {
  expect(readView(undefined)).toEqual(defaultView);
  expect(readView({ version: 1, metric: "accuracy" })).toEqual(defaultView);
  expect(readView({ version: 2, metric: "accuracy", scale: "cubic", profiles: 0, table: true })).toEqual({
    ...defaultView,
    metric: "accuracy",
    table: true,
  });
});

test("a kept state of another version is not used", () => {
  expect(readPanelState({ version: 1, source: "file:///m", journal: "/j", view: {} })).toEqual({
    version: 1,
    source: "file:///m",
    journal: "/j",
    view: defaultView,
  });
  expect(readPanelState({ version: 0, source: "x" })).toBeUndefined();
  expect(readPanelState("nonsense")).toBeUndefined();
});

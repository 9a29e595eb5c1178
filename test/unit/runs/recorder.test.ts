import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { RunEvent } from "../../../server/protocol/requests";
import type { Point } from "../../../server/protocol/result";
import type { ExtraRecord } from "../../../server/runs/extras";
import type { Journal } from "../../../server/runs/journal";
import { Rate } from "../../../server/runs/rate";
import { Recorder } from "../../../server/runs/recorder";
import { RunState } from "../../../server/runs/state";
import { headerOf } from "./arbitraries";

const shape = { splits: 0, checkpoints: 2, traceProbes: 0, densityProbes: 0, sharpness: false };
const header = headerOf({ ...shape, points: [3, 3] });
const value = { loss: 1, accuracy: 50, lossError: 0.1 };

function pointAt(index: number): Point {
  return { index, ...value };
}

function checkpointAt(checkpoint: number): ExtraRecord {
  return { extra: "checkpoint", values: { checkpoint, own: [value], inPlane: [value] } };
}

/** A recorder, and in which order things happened. `write` stands for the disk. */
function recording(
  write: () => Promise<void> = () => Promise.resolve(),
  of = header,
): {
  readonly recorder: Recorder;
  readonly state: RunState;
  readonly happened: string[];
  readonly events: RunEvent[];
} {
  const happened: string[] = [];
  const events: RunEvent[] = [];
  const state = new RunState(of);
  const noting = async (what: string, count: number): Promise<void> => {
    await write();
    happened.push(`${what} ${count}`);
  };
  const recorder = new Recorder({
    journal: {
      appendPoints: (points: readonly Point[]) => noting("points on disk", points.length),
      appendExtras: (records: readonly ExtraRecord[]) => noting("extras on disk", records.length),
    } as unknown as Journal,
    state,
    rate: new Rate(),
    now: () => performance.now() / 1000,
    emit: (event) => {
      events.push(event);
      happened.push(`${event.kind} shown`);
    },
    fail: (error) => happened.push(`failed: ${String(error)}`),
  });
  return { recorder, state, happened, events };
}

test("what is measured is on the disk before it is shown, points and extras each in one batch", async () => {
  const { recorder, state, happened, events } = recording();
  for (let k = 0; k < 5; k++) recorder.add(pointAt(k));
  recorder.addExtra(checkpointAt(1));
  await recorder.drain();
  expect(happened).toEqual(["points on disk 5", "extras on disk 1", "points shown", "extras shown"]);
  expect(events).toMatchObject([
    { kind: "points", points: [0, 1, 2, 3, 4].map(pointAt), progress: { measured: 6, total: 11 } },
    { kind: "extras", extras: { checkpoints: [{ checkpoint: 1 }] }, progress: { measured: 6, total: 11 } },
  ]);
  expect(state.progress()).toMatchObject({ measured: 6, total: 11 });
});

test("what comes while the disk is busy is in the next batch, and nothing is lost", async () => {
  const { recorder, happened, events } = recording(() => sleep(5));
  for (let k = 0; k < 9; k++) {
    recorder.add(pointAt(k));
    await sleep(3);
  }
  recorder.addExtra(checkpointAt(0));
  await recorder.drain();
  const shown = events.flatMap((event) => (event.kind === "points" ? event.points : []));
  expect(shown).toEqual(Array.from({ length: 9 }, (_, k) => pointAt(k)));
  expect(happened.at(-1)).toBe("extras shown");
});

test("after the disk has failed nothing more is written or shown, and the failure is told once", async () => {
  let writes = 0;
  const { recorder, state, happened } = recording(async () => {
    writes++;
    await sleep(30);
    throw new Error("the disk is full");
  });
  recorder.add(pointAt(0));
  while (writes === 0) await sleep(1);
  // While the first one is being written.
  recorder.add(pointAt(1));
  recorder.addExtra(checkpointAt(0));
  await sleep(150);
  recorder.add(pointAt(2));
  await sleep(50);
  await recorder.drain();
  expect(happened).toEqual(["failed: Error: the disk is full"]);
  expect([writes, state.progress().measured]).toEqual([1, 0]);
});

test("with every estimate come those of the further splits", async () => {
  const { recorder, events } = recording(undefined, headerOf({ ...shape, points: [5, 5], splits: 1 }));
  // The corners, middles and centre are the first nested grid.
  for (const index of [0, 2, 4, 10, 12, 14, 20, 22, 24])
    recorder.add({ ...pointAt(index), further: [{ loss: index, accuracy: 25, lossError: 0.2 }] });
  await recorder.drain();
  const event = events.find(({ kind }) => kind === "points");
  expect(event).toMatchObject({ estimate: { from: [3, 3] }, furtherEstimates: [{ from: [3, 3] }] });
  if (event?.kind !== "points") throw new Error("no points");
  expect(event.estimate!.loss).toEqual(new Array(25).fill(1));
  expect(event.furtherEstimates![0]!.loss[24]).toBe(24);
  expect(event.furtherEstimates![0]!.accuracy).toEqual(new Array(25).fill(25));
});

test("estimates of a large grid come less often than its points, and the last one says what all points do", async () => {
  const { recorder, state, events } = recording(undefined, headerOf({ ...shape, points: [121, 121] }));
  for (const { index } of state.surface.wave()) recorder.add(pointAt(index));
  await recorder.drain();
  const first = events.length;
  const next = state.surface.wave().slice(0, 8);
  for (const [k, { index }] of next.entries()) {
    recorder.add({ ...pointAt(index), loss: 2 + k });
    await sleep(60);
  }
  // Nothing is added any more, as while a run is paused: what is owed comes all the same.
  const estimateOf = (event: RunEvent) => (event.kind === "points" ? event.estimate : undefined);
  const owed = () => [state.surface.measured, estimateOf(events.at(-1)!) !== undefined];
  await vi.waitFor(() => expect(owed()).toEqual([9 + next.length, true]), 5000);
  const since = events.slice(first);
  expect(since.flatMap((event) => (event.kind === "points" ? event.points : []))).toHaveLength(next.length);
  const withEstimate = since.filter((event) => estimateOf(event) !== undefined);
  expect(withEstimate.length).toBeLessThan(since.length);
  expect(estimateOf(since.at(-1)!)).toEqual(state.estimates().estimate);
  const count = events.length;
  await recorder.drain();
  expect(events).toHaveLength(count);
});

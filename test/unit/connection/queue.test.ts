import { expect, test } from "vitest";
import { TurnQueue } from "../../../server/connection/queue";
import type { Turn } from "../../../server/connection/queue";

interface Waiter {
  readonly turn: Turn;
  readonly ahead: number[];
  /** Who was ahead when it was told last. */
  readonly names: readonly string[];
  hasCome: boolean;
}

function enter(queue: TurnQueue, name = "net"): Waiter {
  const latest: string[] = [];
  const ahead: number[] = [];
  const turn = queue.enter(name, (names) => {
    ahead.push(names.length);
    latest.splice(0, latest.length, ...names);
  });
  const waiter: Waiter = { turn, ahead, names: latest, hasCome: false };
  void turn.come.then(() => {
    waiter.hasCome = true;
  });
  return waiter;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("turns come one at a time in the order of arrival, and everyone waiting knows its place", async () => {
  const queue = new TurnQueue();
  const [first, second, third] = [enter(queue), enter(queue), enter(queue)];
  await settled();
  expect([first, second, third].map(({ hasCome }) => hasCome)).toEqual([true, false, false]);
  expect([first.ahead, second.ahead, third.ahead]).toEqual([[], [1], [2]]);
  first.turn.leave();
  await settled();
  expect([second, third].map(({ hasCome }) => hasCome)).toEqual([true, false]);
  expect([second.ahead, third.ahead]).toEqual([[1], [2, 1]]);
  second.turn.leave();
  await settled();
  expect(third.hasCome).toBe(true);
});

test("whoever leaves before its turn is passed over, and leaving twice is leaving once", async () => {
  const queue = new TurnQueue();
  const [first, second, third] = [enter(queue), enter(queue), enter(queue)];
  second.turn.leave();
  second.turn.leave();
  expect(third.ahead).toEqual([2, 1]);
  first.turn.leave();
  first.turn.leave();
  await settled();
  expect([second.hasCome, third.hasCome]).toEqual([false, true]);
});

test("whoever hurries goes before all that wait, but not before the one whose turn it is", async () => {
  const queue = new TurnQueue();
  const [first, second, third] = ["a", "b", "c"].map((name) => enter(queue, name)) as [Waiter, Waiter, Waiter];
  expect(third.names).toEqual(["a", "b"]);
  third.turn.hurry();
  expect(third.names).toEqual(["a"]);
  expect(second.names).toEqual(["a", "c"]);
  first.turn.hurry();
  third.turn.hurry();
  first.turn.leave();
  await settled();
  expect([second.hasCome, third.hasCome]).toEqual([false, true]);
  third.turn.leave();
  third.turn.hurry();
  await settled();
  expect(second.hasCome).toBe(true);
});

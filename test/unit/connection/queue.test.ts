import { expect, test } from "vitest";
import { TurnQueue } from "../../../server/connection/queue";
import type { Turn } from "../../../server/connection/queue";

interface Waiter {
  readonly turn: Turn;
  readonly ahead: number[];
  hasCome: boolean;
}

function enter(queue: TurnQueue): Waiter {
  const ahead: number[] = [];
  const turn = queue.enter((count) => ahead.push(count));
  const waiter: Waiter = { turn, ahead, hasCome: false };
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

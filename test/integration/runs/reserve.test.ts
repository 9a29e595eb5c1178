import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Reserve } from "../../../server/evaluator/reserve";
import { askOnce } from "../../../server/evaluator/process";
import { studyOf } from "../../unit/runs/header";
import { temporaryFolder } from "./support/folders";
import { isAlive } from "./support/processes";

const reserves: Reserve[] = [];

beforeEach(() => {
  process.env["LOSS_LANDSCAPE_SCRIPT"] = JSON.stringify({ folder: temporaryFolder() });
});

afterEach(async () => {
  await Promise.all(reserves.splice(0).map((reserve) => reserve.close()));
});

function reserveOf(size: number, patience = 60_000): Reserve {
  const evaluatorPath = path.resolve("test/integration/runs/support/scripted.cjs");
  const reserve = new Reserve({ evaluatorPath, size, patience, log: () => {} });
  reserves.push(reserve);
  return reserve;
}

async function untilGone(pids: readonly number[]): Promise<void> {
  for (let k = 0; k < 2000 && pids.some(isAlive); k++) await sleep(25);
  expect(pids.filter(isAlive)).toEqual([]);
}

describe("evaluators that wait", () => {
  test("answer a question and wait again; a run that takes them keeps them", async () => {
    const reserve = reserveOf(2);
    reserve.fill();
    const before = reserve.pids;
    expect(before).toHaveLength(2);
    await askOnce({ kind: "fingerprint", study: studyOf([3, 3]) }, { source: reserve });
    expect(reserve.pids).toEqual(before);
    const taken = [reserve.take(), reserve.take()];
    expect(taken.map(({ pid }) => pid)).toEqual([...before].reverse());
    expect(reserve.pids).toEqual([]);
    await reserve.close();
    expect(taken.every(({ alive }) => alive)).toBe(true);
    await Promise.all(taken.map((evaluator) => evaluator.kill()));
  });

  test("are never more than their reserve holds", async () => {
    const reserve = reserveOf(1);
    const two = [reserve.take(), reserve.take()];
    for (const evaluator of two) reserve.giveBack(evaluator);
    reserve.fill();
    expect(reserve.pids).toEqual([two[1]!.pid]);
    await untilGone([two[0]!.pid!]);
  });

  test("end when nobody asks for them", async () => {
    const reserve = reserveOf(2, 300);
    reserve.fill();
    const { pids } = reserve;
    await untilGone(pids);
    expect(reserve.pids).toEqual([]);
  });

  test("that have died are not handed out", async () => {
    const reserve = reserveOf(1);
    reserve.fill();
    const [pid] = reserve.pids;
    process.kill(pid!, "SIGKILL");
    await untilGone([pid!]);
    const evaluator = reserve.take();
    expect(evaluator.pid).not.toBe(pid);
    await evaluator.kill();
  });

  test("that are given back after the end are ended", async () => {
    const reserve = reserveOf(1);
    const evaluator = reserve.take();
    await reserve.close();
    reserve.giveBack(evaluator);
    await untilGone([evaluator.pid!]);
  });
});

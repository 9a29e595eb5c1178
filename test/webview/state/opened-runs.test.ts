import { describe, expect, test, vi } from "vitest";
import type { RunSnapshot } from "../../../server/protocol/result";
import { OpenedRuns } from "../../../webview/state/opened-runs";
import { snapshotOf } from "../support/runs";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(5);
const problemOf = (error: unknown) => ({ reason: "internal", title: "", message: String(error), advice: "" }) as const;

/** A file of which the points grow, and that can go. */
function file() {
  const state = { measured: 9, isGone: false };
  const open = vi.fn((): Promise<RunSnapshot> => {
    if (state.isGone) return Promise.reject(new Error("gone"));
    return Promise.resolve(snapshotOf(surface, { status: "cancelled", measured: state.measured }));
  });
  return { state, open };
}

describe("runs that were opened", () => {
  test("are read once, until their file has changed; what was there stays meanwhile", async () => {
    const opened = new OpenedRuns();
    const told = vi.fn();
    const stop = opened.subscribe(told);
    const { state, open } = file();
    await opened.open("/a", open, problemOf);
    await opened.open("/a", open, problemOf);
    expect([open.mock.calls.length, told.mock.calls.length]).toEqual([1, 1]);
    expect(opened.runOf("/a")?.measured.count).toBe(9);
    state.measured = 25;
    opened.changed(["/b", "/a"]);
    expect(told).toHaveBeenCalledTimes(2);
    expect(opened.runOf("/a")?.measured.count).toBe(9);
    const reading = opened.open("/a", open, problemOf);
    expect(opened.get("/a")).toMatchObject({ kind: "opening", before: { measured: { count: 9 } } });
    await reading;
    expect(opened.runOf("/a")?.measured.count).toBe(25);
    await opened.open("/a", open, problemOf);
    expect(open).toHaveBeenCalledTimes(2);
    stop();
    opened.changed(["/a"]);
    expect(told).toHaveBeenCalledTimes(3);
  });

  test("that are gone are a problem, and are there again when their file is", async () => {
    const opened = new OpenedRuns();
    const { state, open } = file();
    await opened.open("/a", open, problemOf);
    state.isGone = true;
    opened.changed(["/a"]);
    await opened.open("/a", open, problemOf);
    expect(opened.get("/a")).toMatchObject({ kind: "problem", problem: { message: "Error: gone" } });
    expect(opened.runOf("/a")).toBeUndefined();
    await opened.open("/a", open, problemOf);
    expect(open).toHaveBeenCalledTimes(2);
    state.isGone = false;
    opened.changed(["/a"]);
    await opened.open("/a", open, problemOf);
    expect(opened.get("/a")?.kind).toBe("run");
  });

  test("that change while they are read are read again afterwards", async () => {
    const opened = new OpenedRuns();
    const { state, open } = file();
    const reading = opened.open("/a", open, problemOf);
    opened.changed(["/a"]);
    await reading;
    state.measured = 25;
    await opened.open("/a", open, problemOf);
    expect(opened.runOf("/a")?.measured.count).toBe(25);
  });

  test("of which nothing is known are nobody's concern", () => {
    const opened = new OpenedRuns();
    const told = vi.fn();
    opened.subscribe(told);
    opened.changed(["/a"]);
    expect(told).not.toHaveBeenCalled();
  });
});

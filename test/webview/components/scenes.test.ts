import { describe, expect, test } from "vitest";
import { sceneOf } from "../../../webview/charts/scene";
import { Scenes } from "../../../webview/components/contour-figure/scenes";
import { fieldOf } from "../../../webview/state/field";
import type { Field } from "../../../webview/state/field";
import { runOf } from "../support/model";
import { oracleSurface } from "../support/surface";

const auto = { scale: "auto" } as const;

/** Fields of one run of `points` rows and columns, as they come while it goes on: each is an object of its own. */
function fieldsOf(points: number, count: number): readonly Field[] {
  const { loss: values, ...rest } = oracleSurface(points);
  const first = fieldOf(runOf({ loss: values, ...rest }), "loss");
  return Array.from({ length: count }, (_, k) => ({
    ...first,
    values: first.values.map((value) => value * (1 + 0.01 * k)),
  }));
}

describe("scenes of a run that goes on", () => {
  test("of a small grid are made at once", () => {
    const [a, b] = fieldsOf(21, 2) as [Field, Field];
    let frames = 0;
    const scenes = new Scenes(() => (frames += 1));
    expect(scenes.next(a, auto).field).toBe(a);
    expect(scenes.next(b, auto).field).toBe(b);
    expect(frames).toBe(0);
  });

  test("of a large grid are made over several frames, in which the one before is shown, and are the same", () => {
    const [a, b, c] = fieldsOf(251, 3) as [Field, Field, Field];
    let frames = 0;
    const scenes = new Scenes(() => (frames += 1));
    expect(scenes.next(a, auto).field).toBe(a);
    let shown = scenes.next(b, auto);
    let calls = 1;
    expect(shown.field).toBe(a);
    // A newer field does not begin the work again.
    while (shown.field === a && calls < 200) {
      shown = scenes.next(c, auto);
      calls += 1;
    }
    expect(shown.field).toBe(b);
    expect(frames).toBe(calls);
    expect(shown.shapes).toEqual(sceneOf({ ...b }, auto).shapes);
    while (shown.field === b && calls < 400) {
      shown = scenes.next(c, auto);
      calls += 1;
    }
    expect(shown.field).toBe(c);
    const asked = frames;
    expect(scenes.next(c, auto)).toBe(shown);
    expect(frames).toBe(asked);
  });

  test("are made at once where something else was chosen", () => {
    const [a, b] = fieldsOf(251, 2) as [Field, Field];
    const scenes = new Scenes(() => undefined);
    scenes.next(a, auto);
    expect(scenes.next(b, auto).field).toBe(a);
    expect(scenes.next(b, { scale: "linear" }).field).toBe(b);
    expect(scenes.next({ ...b, metric: "accuracy" }, { scale: "linear" }).field.metric).toBe("accuracy");
  });
});

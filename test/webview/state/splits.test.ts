import { describe, expect, test } from "vitest";
import type { RunData } from "../../../webview/state/model";
import { emptyModel } from "../../../webview/state/model";
import { centreValue, fieldOf, lowerThanCentre, origin, readingAt } from "../../../webview/state/field";
import { measuredCsv } from "../../../webview/state/points";
import { provenance } from "../../../webview/state/provenance";
import { reduce } from "../../../webview/state/reducer";
import { heldView, metricsOf, splitName, splitsOf } from "../../../webview/state/splits";
import { formatMetric, summaryOf } from "../../../webview/state/summary";
import { defaultView } from "../../../webview/state/view";
import { runOf } from "../support/model";
import { secondOf, splitSnapshot } from "../support/splits";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const second = secondOf(surface);
const runWith = (options: Parameters<typeof splitSnapshot>[1]): RunData =>
  reduce(emptyModel, { kind: "snapshot", snapshot: splitSnapshot(surface, options) }).run!;
const run = runWith({ status: "done" });
const single = runOf(surface);

describe("splits", () => {
  test("have their own values, and the difference is the second less the first", () => {
    for (const index of [0, 17, 60, 120]) {
      expect(fieldOf(run, "loss", 0).values[index]).toBe(surface.loss[index]);
      expect(fieldOf(run, "loss", 1).values[index]).toBe(second.loss[index]);
      expect(fieldOf(run, "loss", "difference").values[index]).toBe(second.loss[index]! - surface.loss[index]!);
      expect(fieldOf(run, "error", 1).values[index]).toBe(100 - second.accuracy[index]!);
    }
    expect(centreValue(run, "loss", 1)).toBe(second.loss[60]);
    expect(centreValue(run, "loss", "difference")).toBe(second.loss[60]! - surface.loss[60]!);
    expect(centreValue(run, "error", 1)).toBe(100 - second.accuracy[60]!);
  });

  test("have names, and so has their difference", () => {
    expect(splitsOf(run).map(({ name }) => name)).toEqual(["train", "test"]);
    expect([0, 1, "difference" as const].map((split) => splitName(run, split))).toEqual([
      "train",
      "test",
      "test − train",
    ]);
  });

  test("of another run are held to what this run has", () => {
    const view = { ...defaultView, split: "difference" as const, metric: "error" as const };
    expect(heldView(run, view)).toBe(view);
    expect(heldView(single, view)).toEqual({ ...view, split: 0 });
    expect(heldView(run, { ...view, split: 2 }).split).toBe(0);
    const without = runOf({ ...surface, accuracy: surface.accuracy.map(() => NaN) });
    expect(metricsOf(without)).toEqual(["loss"]);
    expect(heldView(without, view).metric).toBe("loss");
  });

  test("are interpolated where either is, while a run goes on", () => {
    const running = runWith({ status: "running", measured: 40 });
    const field = fieldOf(running, "loss", "difference");
    expect(field.complete).toBe(true);
    expect([...field.values].every(Number.isFinite)).toBe(true);
    expect([...(field.origins as number[])].filter((from) => from === origin.measured)).toHaveLength(40);
    expect(provenance(running, 1)).toBe("40 of 121 measured, the rest interpolated");
    expect(provenance(running, "difference")).toBe("40 of 121 measured, the rest interpolated");
    expect(fieldOf(running, "loss", 1).complete).toBe(true);
  });

  test("between grid points the difference is interpolated as it is, not in its logarithm", () => {
    const field = fieldOf(run, "loss", "difference");
    const [a, b] = [field.values[60]!, field.values[61]!];
    expect(readingAt(field, 0.1, 0).value).toBeCloseTo((a + b) / 2, 12);
  });

  test("only a split has a point below θ*, and each its own", () => {
    const better = surface.loss.map((loss, index) => (index === 13 ? 0.1 : loss));
    const changed = reduce(emptyModel, {
      kind: "snapshot",
      snapshot: splitSnapshot({ ...surface, loss: better }, { status: "done" }),
    }).run!;
    expect(lowerThanCentre(changed, 0)).toMatchObject({ index: 13, value: 0.1 });
    expect(lowerThanCentre(changed, 1)!.value).toBeCloseTo(secondOf({ ...surface, loss: better }).loss[13]!, 12);
    expect(lowerThanCentre(changed, "difference")).toBeUndefined();
  });
});

describe("words", () => {
  test("say of which split they are, and of a run with one split they do not", () => {
    expect(summaryOf(run, "loss", 1)).toMatch(/^Contour map of loss on test around .* the loss is 0\.454\./);
    expect(summaryOf(run, "loss", "difference")).toMatch(
      /^Contour map of the difference in loss, test − train, around .* it is \+0\.0487\./,
    );
    expect(summaryOf(single, "loss")).toMatch(/^Contour map of loss around/);
  });

  test("differences have a sign, those of percentages are in points", () => {
    expect(formatMetric("loss", 0.385, "difference")).toBe("+0.385");
    expect(formatMetric("loss", -1.2, "difference")).toBe("−1.20");
    expect(formatMetric("accuracy", -15.25, "difference")).toBe("−15.3 pp");
    expect(formatMetric("error", 15.2, "difference")).toBe("+15.2 pp");
    expect(formatMetric("accuracy", 84.4)).toBe("84.4\u00a0%");
  });

  test("copied points name the split of every line", () => {
    const lines = measuredCsv(run).trimEnd().split("\n");
    expect(lines[0]).toBe("split,alpha,beta,loss,accuracy_percent,loss_standard_error");
    expect(lines).toHaveLength(1 + 2 * 121);
    const at = (split: string) => lines.find((line) => line.startsWith(`${split},0,0,`))!.split(",");
    expect(Number(at("train")[3])).toBe(surface.loss[60]);
    expect(Number(at("test")[3])).toBe(second.loss[60]);
  });
});

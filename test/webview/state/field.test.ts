import { describe, expect, test } from "vitest";
import { fractionalIndex } from "../../../server/drawing/cell";
import { pointerCursor, steppedCursor } from "../../../webview/state/cursor";
import { fieldOf, lowerThanCentre, measuredExtremes, origin, readingAt } from "../../../webview/state/field";
import { measuredCsv } from "../../../webview/state/points";
import { provenance } from "../../../webview/state/provenance";
import { summaryOf } from "../../../webview/state/summary";
import { movedTo, panned, shareOf, tidied, wholePlane, zoomed, zoomedAt } from "../../../webview/state/window";
import { extentText, windowText } from "../../../webview/state/window-text";
import { runOf } from "../support/model";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(11);
const complete = runOf(surface);
const partial = runOf(surface, 40, "running");
const cursor = { alpha: 0, beta: 0, pinned: false, spoken: false };

describe("ranges in words", () => {
  const study = complete.header.study;

  test("have three digits, or as many as a narrow range needs", () => {
    expect(windowText({ x: [-2.05608, 12.3365], y: [-1, 1] })).toBe("α −2.06 to 12.3, β −1 to 1");
    expect(windowText({ x: [0.5003, 0.5013], y: [0, 1234.5] })).toBe("α 0.5003 to 0.5013, β 0 to 1,230");
    expect(windowText({ x: [-1.23456, 1.23456], y: [-1.23456, 1.23456] })).toBe("±1.23");
  });

  test("of lines are those of their one direction", () => {
    const lines = { ...study, grid: { ...study.grid, lines: true as const } };
    const y = [0, 1, 2];
    expect(extentText({ x: [-0.5, 0.2, 1.5], y, study: lines })).toBe("−0.5 to 1.5");
    expect(extentText({ x: [-1, 1], y, study: lines })).toBe("±1");
    expect(extentText({ x: [-1, 1], y, study })).toBe("α −1 to 1, β 0 to 2");
  });
});

describe("field", () => {
  test("is measured where measured and estimated elsewhere", () => {
    const field = fieldOf(partial, "loss");
    let measured = 0;
    for (let index = 0; index < field.values.length; index++) {
      if (field.origins[index] !== origin.measured) {
        expect(field.values[index]).toBe(partial.interpolated!.loss[index]);
        continue;
      }
      measured += 1;
      expect(field.values[index]).toBe(surface.loss[index]);
    }
    expect(measured).toBe(40);
    expect(field.complete).toBe(true);
  });

  test("is not complete before the first estimate", () => {
    const field = fieldOf(runOf(surface, 4, "running"), "loss");
    expect(field.complete).toBe(false);
    expect([...field.values].filter(Number.isNaN)).toHaveLength(117);
  });

  test("is the same object for the same run", () => {
    expect(fieldOf(complete, "loss")).toBe(fieldOf(complete, "loss"));
    expect(fieldOf(complete, "accuracy")).not.toBe(fieldOf(complete, "loss"));
  });
});

describe("reading", () => {
  const field = fieldOf(complete, "loss");

  test("on a grid point is the grid's own number, to the last bit", () => {
    for (const index of [0, 13, 60, 120]) {
      const reading = readingAt(field, surface.x[index % 11]!, surface.y[Math.floor(index / 11)]!);
      expect(reading).toEqual({ value: surface.loss[index], origin: origin.measured });
    }
  });

  test("at θ* is the measured one, also where the grid has no point or is not measured there", () => {
    const { header } = complete;
    const shifted = { ...complete, header: { ...header, x: header.x.map((at) => at + 0.013) } };
    expect(readingAt(fieldOf(shifted, "loss"), 0, 0)).toEqual({
      value: header.centre.loss,
      origin: origin.measured,
    });
    expect(readingAt(fieldOf(shifted, "loss"), 0, 0.001).origin).toBe(origin.interpolated);
    const beyond = { ...complete, header: { ...header, x: header.x.map((at) => at + 2) } };
    expect(readingAt(fieldOf(beyond, "accuracy"), 0, 0).value).toBe(header.centre.accuracy);
  });

  test("outside of the grid is unknown, and not that of its edge", () => {
    expect(readingAt(field, 1.01, 0)).toEqual({ value: NaN, origin: origin.unknown });
    expect(readingAt(field, 0.3, -1.2).origin).toBe(origin.unknown);
    expect(readingAt(field, 1 + 1e-12, 0).origin).toBe(origin.measured);
  });

  test("between grid points is interpolated in the logarithm and says so", () => {
    const reading = readingAt(field, (surface.x[3]! + surface.x[4]!) / 2, surface.y[5]!);
    const [a, b] = [surface.loss[5 * 11 + 3]!, surface.loss[5 * 11 + 4]!];
    expect(reading.origin).toBe(origin.interpolated);
    expect(reading.value).toBeCloseTo(Math.sqrt(a * b), 10);
  });

  test("beside a point that is not finite is not finite", () => {
    const holed = runOf({ ...surface, loss: surface.loss.map((value, index) => (index === 60 ? NaN : value)) });
    expect(readingAt(fieldOf(holed, "loss"), 0.05, 0.05).value).toBeNaN();
    expect(readingAt(fieldOf(holed, "loss"), 0.2, 0).value).toBe(surface.loss[61]);
  });

  test("where nothing is known is unknown", () => {
    const early = fieldOf(runOf(surface, 1, "running"), "loss");
    expect(readingAt(early, 0.5, 0.5).origin).toBe(origin.unknown);
    expect(readingAt(early, 0, 0).origin).toBe(origin.measured);
  });

  test("positions in the grid are held inside", () => {
    expect([-2, -1, -0.9, 1, 3].map((at) => fractionalIndex(surface.x, at))).toEqual([
      0,
      0,
      expect.closeTo(0.5, 9),
      10,
      10,
    ]);
  });
});

describe("extremes", () => {
  test("are those of the measured points only", () => {
    const { lowest, highest } = measuredExtremes(fieldOf(partial, "loss"));
    expect(lowest!.value).toBe(Math.min(...[...partial.measured.loss].filter((_, i) => partial.measured.known[i])));
    expect(partial.measured.known[highest!.index]).toBe(1);
  });

  test("a point below θ* is found, rounding is not", () => {
    const centre = surface.loss[60]!;
    const changed = (value: number) =>
      runOf({ ...surface, loss: surface.loss.map((loss, index) => (index === 61 ? value : loss)) });
    expect(lowerThanCentre(complete)).toBeUndefined();
    expect(lowerThanCentre(changed(centre * (1 - 1e-8)))).toBeUndefined();
    expect(lowerThanCentre(changed(centre * 0.95))).toMatchObject({ index: 61, alpha: 0.2, beta: 0 });
  });
});

describe("cursor", () => {
  const field = fieldOf(complete, "loss");

  test("stands on a grid point within reach and follows the pointer elsewhere", () => {
    expect(pointerCursor(field, 0.19, 0.02, [0.05, 0.05])).toMatchObject({ alpha: 0.2, beta: 0 });
    expect(pointerCursor(field, 0.11, 0.09, [0.05, 0.05])).toMatchObject({ alpha: 0.11, beta: 0.09 });
  });

  test("moves by grid steps and stops at the border", () => {
    expect(steppedCursor(field, cursor, 1, -1)).toMatchObject({ alpha: 0.2, beta: -0.2, spoken: true });
    expect(steppedCursor(field, cursor, 10, 0)).toMatchObject({ alpha: 1, beta: 0 });
  });
});

describe("window", () => {
  const whole = wholePlane(surface.x, surface.y);

  test("zooms around a point, inside the plane", () => {
    const window = zoomed(whole, 0.5, 0.9, 0)!;
    expect(window).toEqual({ x: [0, 1], y: [-0.5, 0.5] });
    expect(shareOf(whole, window)).toBe(0.5);
    expect(zoomed(whole, 1, 0, 0)).toBeUndefined();
    expect(shareOf(whole, zoomed(whole, 1e-9, 0, 0)!)).toBeCloseTo(1 / 32, 12);
  });

  test("zooms so that a point stays where it is, and back to the whole plane", () => {
    const window = zoomedAt(whole, whole, 0.5, 0.5, -0.5)!;
    expect(window).toEqual({ x: [-0.25, 0.75], y: [-0.75, 0.25] });
    expect(zoomedAt(whole, window, 0.5, 0.25, 0)).toEqual({ x: [0, 0.5], y: [-0.375, 0.125] });
    expect(zoomedAt(whole, window, 2, 0, 0)).toBeUndefined();
    // At the rim the plane ends: the window is moved back inside.
    expect(zoomedAt(whole, { x: [0, 1], y: [0, 1] }, 1.5, 0, 0)).toEqual({ x: [-0.5, 1], y: [-0.5, 1] });
  });

  test("is moved inside the plane, and stays the same object where it cannot move", () => {
    const window = zoomed(whole, 0.5, 0, 0)!;
    expect(panned(whole, window, 0.2, -0.1)).toEqual({ x: [-0.3, 0.7], y: [-0.6, 0.4] });
    expect(panned(whole, window, 9, 0).x).toEqual([0, 1]);
    const corner = zoomed(whole, 0.5, 1, 1)!;
    expect(panned(whole, corner, 0.2, 0.2)).toBe(corner);
  });

  test("is told in coordinates that a person would write", () => {
    expect(tidied({ x: [-0.40123, 0.09877], y: [0.1, 0.6] })).toEqual({ x: [-0.401, 0.099], y: [0.1, 0.6] });
    expect(tidied({ x: [-12.3456, 37.6544], y: [-12.3456, 37.6544] }).x).toEqual([-12.3, 37.7]);
    expect(tidied({ x: [0.00012345, 0.00062345], y: [0, 0.0005] }).x).toEqual([0.000123, 0.000623]);
  });

  test("moves no further than a point needs", () => {
    const window = zoomed(whole, 0.25, 0, 0)!;
    expect(movedTo(window, 0.1, 0.1)).toBe(window);
    expect(movedTo(window, 0.4, 0).x[1]).toBeCloseTo(0.4, 12);
  });
});

describe("words", () => {
  test("never call an interpolated picture a measured one", () => {
    expect(provenance(complete)).toBe("11 × 11 measured");
    expect(provenance(runOf(surface, 25, "cancelled"))).toBe("5 × 5 measured, drawn at 11 × 11");
    expect(provenance(partial)).toBe("40 of 121 measured, the rest interpolated");
    expect(provenance(runOf(surface, 4, "running"))).toBe("4 of 121 measured");
  });

  test("the summary names the minimum, the range and what was measured", () => {
    const text = summaryOf(complete, "loss");
    expect(text).toContain("At the trained weights θ* the loss is 0.406.");
    expect(text).toMatch(/to 219 at α 1.00, β −1.00/);
    expect(text).toContain("11 × 11 measured");
  });

  test("copied points are the measured ones in full precision", () => {
    const lines = measuredCsv(partial).trimEnd().split("\n");
    expect(lines).toHaveLength(41);
    expect(lines[0]).toBe("alpha,beta,loss,accuracy_percent,loss_standard_error");
    const centre = lines.find((line) => line.startsWith("0,0,"))!;
    expect(Number(centre.split(",")[2])).toBe(surface.loss[60]);
  });
});

import { describe, expect, test } from "vitest";
import { contourValues } from "../../../server/drawing/contours";
import { levelShapes, nonFiniteCells } from "../../../webview/charts/contours";
import { levelsOf } from "../../../webview/charts/levels";
import type { Levels } from "../../../webview/charts/levels";
import { origin } from "../../../webview/state/field";
import type { Field } from "../../../webview/state/field";
import { coordinates } from "../../../server/landscape/grid";
import { oracleSurface } from "../support/surface";

function fieldOf(x: readonly number[], y: readonly number[], values: readonly number[]): Field {
  return {
    metric: "loss",
    split: 0,
    x,
    y,
    columns: x.length,
    rows: y.length,
    values: Float64Array.from(values),
    origins: values.map(() => origin.measured),
    complete: true,
  };
}

/** f(α, β) on a grid of its own proportions. */
function sampled(f: (alpha: number, beta: number) => number, columns = 41, rows = 41): Field {
  const x = coordinates([-1, 1], columns);
  const y = coordinates([-1, 1], rows);
  return fieldOf(
    x,
    y,
    y.flatMap((beta) => x.map((alpha) => f(alpha, beta))),
  );
}

function levelsAt(...values: readonly number[]): Levels {
  return {
    scale: "linear",
    low: 0,
    high: 10,
    natural: 10,
    capped: false,
    floored: false,
    signed: false,
    paper: false,
    levels: values.map((value) => ({ value, major: true, position: value / 10, shade: value / 10 })),
    bands: [],
  };
}

const ends = (line: Float64Array) => [line[0], line[1], line[line.length - 2], line[line.length - 1]];

describe("level lines", () => {
  test("of a cone are circles of the right radius around its tip, closed", () => {
    const field = sampled((alpha, beta) => Math.hypot(alpha - 0.1, beta + 0.05));
    const [shape] = levelShapes(field, levelsAt(0.5));
    expect(shape!.lines).toHaveLength(1);
    const line = shape!.lines[0]!;
    const [x0, y0, x1, y1] = ends(line);
    expect([x0, y0]).toEqual([x1, y1]);
    for (let i = 0; i < line.length; i += 2) {
      expect(Math.hypot(line[i]! - 0.1, line[i + 1]! + 0.05)).toBeCloseTo(0.5, 2);
    }
  });

  test("of a plane run straight from border to border and leave out the border itself", () => {
    const field = sampled((alpha) => alpha, 21, 11);
    const [shape] = levelShapes(field, levelsAt(0.25));
    expect(shape!.lines).toHaveLength(1);
    const line = shape!.lines[0]!;
    for (let i = 0; i < line.length; i += 2) expect(line[i]).toBeCloseTo(0.25, 9);
    const heights = [line[1]!, line[line.length - 1]!].sort((a, b) => a - b);
    expect(heights[0]).toBeCloseTo(-1, 9);
    expect(heights[1]).toBeCloseTo(1, 9);
  });

  test("do not depend on where a ring happens to begin", () => {
    // Two border crossings: the open line must be one run, not two that meet at the ring's first point.
    const field = sampled((alpha, beta) => alpha + beta);
    for (const value of [-0.7, -0.2, 0.3, 0.8]) {
      expect(levelShapes(field, levelsAt(value))[0]!.lines, `level ${value}`).toHaveLength(1);
    }
  });

  test("pass between the grid points that they separate", () => {
    const surface = oracleSurface(51);
    const field = fieldOf(surface.x, surface.y, surface.loss);
    const levels = levelsOf(surface.loss, { scale: "log", metric: "loss" })!;
    const step = surface.x[1]! - surface.x[0]!;
    for (const [index, shape] of levelShapes(field, levels).entries()) {
      const value = levels.levels[index]!.value;
      for (const line of shape.lines) {
        for (let i = 0; i < line.length; i += 2) {
          const column = Math.min(49, Math.max(0, Math.floor((line[i]! + 1) / step)));
          const row = Math.min(49, Math.max(0, Math.floor((line[i + 1]! + 1) / step)));
          // Corner cutting moves a point by less than a cell, so the cells around it decide.
          const around: number[] = [];
          for (let r = Math.max(0, row - 1); r <= Math.min(50, row + 2); r++) {
            for (let c = Math.max(0, column - 1); c <= Math.min(50, column + 2); c++) {
              around.push(surface.loss[r * 51 + c]!);
            }
          }
          expect(Math.min(...around)).toBeLessThanOrEqual(value);
          expect(Math.max(...around)).toBeGreaterThanOrEqual(value);
        }
      }
    }
  });
});

describe("regions", () => {
  /** Twice the area that the rings enclose together, in plane units, with holes subtracted. */
  function area(rings: readonly Float64Array[]): number {
    let sum = 0;
    for (const ring of rings) {
      for (let i = 0; i + 3 < ring.length; i += 2) {
        sum += ring[i]! * ring[i + 3]! - ring[i + 2]! * ring[i + 1]!;
      }
    }
    return Math.abs(sum) / 2;
  }

  test("are closed rings inside the plane", () => {
    const surface = oracleSurface(51);
    const field = fieldOf(surface.x, surface.y, surface.loss);
    const levels = levelsOf(surface.loss, { scale: "log", metric: "loss" })!;
    for (const shape of levelShapes(field, levels)) {
      expect(shape.region.length).toBeGreaterThan(0);
      for (const ring of shape.region) {
        const [x0, y0, x1, y1] = ends(ring);
        expect([x0, y0]).toEqual([x1, y1]);
        expect(Math.max(...ring.map(Math.abs))).toBeLessThanOrEqual(1);
      }
    }
  });

  test("fill exactly the part of the plane above the level", () => {
    const [shape] = levelShapes(
      sampled((alpha) => alpha, 21, 11),
      levelsAt(0.25),
    );
    expect(area(shape!.region)).toBeCloseTo(2 * 0.75, 9);
    const [around] = levelShapes(
      sampled((alpha, beta) => Math.hypot(alpha, beta), 81, 81),
      levelsAt(0.5),
    );
    expect(area(around!.region)).toBeCloseTo(4 - Math.PI / 4, 2);
  });

  test("reach the outermost grid points where everything lies above the level", () => {
    const [shape] = levelShapes(
      sampled(() => 5),
      levelsAt(1),
    );
    expect(area(shape!.region)).toBeCloseTo(4, 9);
    expect(shape!.lines).toHaveLength(0);
  });
});

describe("non-finite points", () => {
  const values = sampled((alpha, beta) => 1 + alpha * alpha + beta * beta, 11, 11);
  const holed = fieldOf(
    values.x,
    values.y,
    [...values.values].map((value, index) => (index === 60 ? NaN : index === 0 ? Infinity : value)),
  );

  test("hatch every cell that touches them", () => {
    const cells = nonFiniteCells(holed);
    expect(cells).toHaveLength(5);
    expect(cells.some((cell) => cell.x0 === -1 && cell.y0 === -1)).toBe(true);
    expect(nonFiniteCells(values)).toHaveLength(0);
  });

  test("are filled for the contours only from finite neighbours, never from the top of the scale", () => {
    const filled = contourValues(holed);
    expect([...filled].every(Number.isFinite)).toBe(true);
    expect(filled[60]).toBeLessThan(1.2);
    expect(Number.isNaN(holed.values[60])).toBe(true);
  });
});

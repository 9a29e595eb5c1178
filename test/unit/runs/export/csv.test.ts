import { describe, expect, test } from "vitest";
import { toCsv } from "../../../../server/runs/export/csv";
import {
  curvatureFigure,
  family,
  runResult,
  surfaceFigure,
  trajectoryFigure,
  twoSplits,
} from "../../../support/results";

/** Rows of cells; none of the texts here holds a comma or a quote. */
function rowsOf(csv: string): string[][] {
  expect(csv.endsWith("\n")).toBe(true);
  return csv
    .slice(0, -1)
    .split("\n")
    .map((line) => line.split(","));
}

describe("a surface as a table", () => {
  const surfaces = [surfaceFigure(), surfaceFigure({ split: "train", loss: (x, y) => 10 + x + 100 * y })];
  const rows = rowsOf(toCsv(runResult({ surfaces })));

  test("has a line for each point of each split, x running fastest", () => {
    expect(rows[0]).toEqual(["split", "x", "y", "loss", "accuracy", "lossError", "measured"]);
    expect(rows).toHaveLength(1 + 2 * 35);
    expect(rows.slice(1, 9).map(([, x]) => Number(x))).toEqual([...surfaces[0]!.x, surfaces[0]!.x[0]]);
    expect(rows[36]!.slice(0, 3)).toEqual(["train", "-1", "-0.5"]);
  });

  test("carries every number to its last bit", () => {
    const { x, y, loss, accuracy, lossError } = surfaces[0]!;
    rows.slice(1, 36).forEach((row, k) => {
      const [i, j] = [k % 7, Math.floor(k / 7)];
      expect(row.slice(1, 6).map(Number)).toEqual([x[i], y[j], loss[j]![i], accuracy[j]![i], lossError[j]![i]]);
    });
  });

  test("says what is interpolated, and keeps NaN and infinities by their names", () => {
    const loss = (x: number, y: number): number => (x === 1 ? Infinity : y === 1 ? NaN : 1);
    const csv = rowsOf(toCsv(runResult({ surfaces: [surfaceFigure({ loss, measured: (x) => x !== 0 })] })));
    const row = (x: string, y: string): string[] => csv.find((each) => each[1] === x && each[2] === y)!;
    expect(row("1", "-0.5").slice(3)).toEqual(["Infinity", "0", "Infinity", "1"]);
    expect(row("-1", "1").slice(3)).toEqual(["NaN", "NaN", "NaN", "1"]);
    expect(row("0", "-0.5").slice(5)).toEqual(["NaN", "0"]);
  });

  test("quotes the name of a split where it must", () => {
    const csv = toCsv(runResult({ surfaces: [surfaceFigure({ split: 'a,"b"', x: [0], y: [0] })] }));
    expect(csv.split("\n")[1]!.startsWith('"a,""b""",0,0,')).toBe(true);
  });
});

describe("other parts as tables", () => {
  test("lines have their number in the family", () => {
    const rows = rowsOf(toCsv(runResult({ lines: family() })));
    expect(rows[0]).toEqual(["split", "member", "x", "loss", "accuracy", "lossError", "measured"]);
    expect(rows).toHaveLength(1 + 5 * 21);
    expect(rows.at(-1)!.slice(0, 3)).toEqual(["test", "4", "1"]);
    expect(Number(rows.at(-1)![3])).toBe(family()[4]!.loss[20]);
  });

  test("checkpoints have their loss with their own weights and in the plane", () => {
    const rows = rowsOf(toCsv(runResult({ trajectory: trajectoryFigure() })));
    const second = Object.fromEntries(rows[0]!.map((name, k) => [name, rows[2]![k]]));
    expect(second).toMatchObject({
      name: "model_2.pt",
      epoch: "2",
      learningRate: "0.1",
      split: "test",
      offPlane: "0.8",
    });
    expect(Number(second.loss)).toBe(0.4 + 2 * 0.8);
    expect(Number(second.planeLoss)).toBe(0.4 + 3 * 0.8);
  });

  test("a checkpoint that is not measured yet has empty cells", () => {
    const { checkpoints, ...rest } = trajectoryFigure();
    const { name, path, x, y, distance, offPlane } = checkpoints[0]!;
    const facts = { name, path, x, y, distance, offPlane };
    const rows = rowsOf(toCsv(runResult({ trajectory: { ...rest, checkpoints: [facts] } })));
    expect(rows[1]!.slice(8)).toEqual(["", "", "", "", "", "", ""]);
  });

  test("curvature has both eigenvalues, and NaN where it is not measured", () => {
    const curvature = curvatureFigure();
    const rows = rowsOf(toCsv(runResult({ curvature })));
    expect(rows[0]).toEqual(["x", "y", "max", "min", "ratio", "residual"]);
    expect(rows[1]!.map(Number)).toEqual([
      -1,
      -0.5,
      curvature.max[0]![0],
      curvature.min[0]![0],
      curvature.ratio[0]![0],
      1e-4,
    ]);
    expect(rows[1 + 5 + 3]!.slice(2, 5)).toEqual(["NaN", "NaN", "NaN"]);
  });

  test("the part that is asked for is written, otherwise the first there is", () => {
    const both = runResult({ lines: twoSplits(), curvature: curvatureFigure() });
    expect(toCsv(both).startsWith("split,member,")).toBe(true);
    expect(toCsv(both, "curvature").startsWith("x,y,max,")).toBe(true);
    expect(() => toCsv(both, "trajectory")).toThrow("nothing of: trajectory");
  });
});

import type { LineFigure, RunFigures, SurfaceFigure, TrajectoryFigure } from "../../protocol/result";
import { choosePart, curvatureOf, exportParts, trajectoryOf, type ExportPart } from "./exportable";

type Cell = string | number | undefined;

/**
 * One part of a result as one table with a header line: the part that is named, otherwise the first of surface, lines,
 * trajectory and curvature that there is. Several parts are several files, so that every column keeps one meaning.
 *
 * - surface: `split,x,y,loss,accuracy,lossError,measured`, a line for each grid point, row by row, split by split
 * - lines: `split,member,x,loss,accuracy,lossError,measured`
 * - trajectory: a line for each checkpoint and split; loss and accuracy with its own weights, then in the plane
 * - curvature: `x,y,max,min,ratio,residual`
 *
 * Numbers in full precision, NaN and infinities by their names, accuracy in percent, `measured` 1 or, when interpolated,
 * 0; what is not known is empty.
 *
 * @throws ProblemError `data-missing` when the result has no such part.
 */
export function toCsv(figures: RunFigures, part?: ExportPart): string {
  const tables: Readonly<Record<ExportPart, () => readonly (readonly Cell[])[]>> = {
    surface: () => surfaceTable(figures.surfaces),
    lines: () => linesTable(figures.lines),
    trajectory: () => trajectoryTable(trajectoryOf(figures)),
    curvature: () => curvatureTable(figures),
  };
  const rows = tables[choosePart(figures, part, exportParts)]();
  return rows.map((row) => `${row.map(field).join(",")}\n`).join("");
}

function surfaceTable(surfaces: readonly SurfaceFigure[]): Cell[][] {
  const rows: Cell[][] = [["split", "x", "y", "loss", "accuracy", "lossError", "measured"]];
  for (const { split, x, y, loss, accuracy, lossError, measured } of surfaces) {
    for (const [row, beta] of y.entries()) {
      for (const [column, alpha] of x.entries()) {
        const values = [loss, accuracy, lossError, measured].map((table) => table[row]?.[column]);
        rows.push([split, alpha, beta, ...values]);
      }
    }
  }
  return rows;
}

function linesTable(lines: readonly LineFigure[]): Cell[][] {
  const rows: Cell[][] = [["split", "member", "x", "loss", "accuracy", "lossError", "measured"]];
  for (const { split, member, x, loss, accuracy, lossError, measured } of lines) {
    for (const [k, alpha] of x.entries()) {
      rows.push([split, member, alpha, loss[k], accuracy[k], lossError[k], measured[k]]);
    }
  }
  return rows;
}

const trajectoryColumns = [
  ...["checkpoint", "name", "epoch", "learningRate", "x", "y", "distance", "offPlane", "split"],
  ...["loss", "accuracy", "lossError", "planeLoss", "planeAccuracy", "planeLossError"],
];

function trajectoryTable({ checkpoints }: TrajectoryFigure): Cell[][] {
  return [
    trajectoryColumns,
    ...checkpoints.flatMap((checkpoint, index) => {
      const { name, epoch, learningRate, x, y, distance, offPlane } = checkpoint;
      const facts = [index, name, epoch, learningRate, x, y, distance, offPlane];
      const splits = Object.entries(checkpoint.splits ?? {});
      if (splits.length === 0) {
        const { loss, accuracy, planeLoss, planeAccuracy } = checkpoint;
        return [[...facts, undefined, loss, accuracy, undefined, planeLoss, planeAccuracy, undefined]];
      }
      return splits.map(([split, { own, inPlane }]) => [
        ...[...facts, split, own.loss, own.accuracy, own.lossError],
        ...[inPlane.loss, inPlane.accuracy, inPlane.lossError],
      ]);
    }),
  ];
}

function curvatureTable(figures: RunFigures): Cell[][] {
  const { x, y, max, min, ratio, residual } = curvatureOf(figures);
  return [
    ["x", "y", "max", "min", "ratio", "residual"],
    ...y.flatMap((beta, row) =>
      x.map((alpha, column) => [alpha, beta, ...[max, min, ratio, residual].map((table) => table[row]?.[column])]),
    ),
  ];
}

function field(cell: Cell): string {
  const text = cell === undefined ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

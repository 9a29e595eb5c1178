import * as drawing from "../../server/drawing/contours";
import type { LevelShape } from "../../server/drawing/contours";
import type { Field } from "../state/field";
import type { Levels } from "./levels";

/** A rectangle in plane coordinates. */
export interface Cell {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** From this number of columns or rows on the cells are so small that facets need less cutting. */
const fineGrid = 150;

/** What is drawn for each level of a field; a logarithmic scale holds values at the low end of its domain. */
export function shapesInTurn(field: Field, { scale, low, levels }: Levels): Generator<LevelShape, void> {
  const rounds = Math.max(field.columns, field.rows) >= fineGrid ? 1 : 2;
  const values = levels.map(({ value }) => value);
  return drawing.levelShapes(field, values, { rounds, ...(scale === "log" ? { floor: low } : {}) });
}

/** The same for all levels at once. */
export function levelShapes(field: Field, levels: Levels): readonly LevelShape[] {
  return [...shapesInTurn(field, levels)];
}

/** The cells that touch a non-finite grid point: nothing true can be drawn in them. */
export function nonFiniteCells(field: Field): readonly Cell[] {
  const { columns, rows, values, x, y } = field;
  const cells: Cell[] = [];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const index = row * columns + column;
      const isFinite =
        Number.isFinite(values[index]!) &&
        Number.isFinite(values[index + 1]!) &&
        Number.isFinite(values[index + columns]!) &&
        Number.isFinite(values[index + columns + 1]!);
      if (isFinite) continue;
      cells.push({ x0: x[column]!, y0: y[row]!, x1: x[column + 1]!, y1: y[row + 1]! });
    }
  }
  return cells;
}

import { fromJsonNumber } from "../../../protocol/numbers";
import type { SurfaceFigure } from "../../../protocol/result";
import type { ExportOptions } from "../exportable";
import { smoothed } from "./smooth";

/** One quantity on a grid, row-major. */
export interface Field {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly values: Float64Array;
}

/** What is drawn of a surface. */
export interface DrawnField {
  /** As fine as is needed for smooth lines; the run's own values on the run's own points. */
  readonly fine: Field;
  /** The run's own points. */
  readonly own: Field;
  /** Cells of `own` (row-major, one fewer than points each way) with a corner that is NaN or infinite. */
  readonly beyond: readonly number[];
  /** Cells of `own` with a corner of which nothing is known. */
  readonly unknown: readonly number[];
}

/** Grids are drawn with this many points along an axis at least; cubic interpolation fills in. */
const finest = 97;

/** Whether the map of a grid shows values between its points that are made up by interpolation. */
export function isRefined({ x, y }: { readonly x: readonly number[]; readonly y: readonly number[] }): boolean {
  return x.length < finest || y.length < finest;
}

/** A surface that can be drawn: its axes ascend, and between coarse points there are finer ones. */
export function drawnField(surface: SurfaceFigure, quantity: ExportOptions["quantity"]): DrawnField {
  const { loss, accuracy, measured } = surface;
  const columns = ascending(surface.x);
  const rows = ascending(surface.y);
  const x = columns.map((column) => surface.x[column]!);
  const y = rows.map((row) => surface.y[row]!);
  const flat = <T>(table: readonly (readonly T[])[]): T[] =>
    rows.flatMap((row) => columns.map((column) => table[row]![column]!));
  const own = { x, y, values: Float64Array.from(flat(quantity === "accuracy" ? accuracy : loss), fromJsonNumber) };
  const flags = flat(measured);
  // With an estimate NaN can only come from a neighbour that is not finite; without one it is "not yet".
  const hasEstimate = own.values.some((value, k) => flags[k] === 0 && !Number.isNaN(value));
  const isUnknown = (k: number): boolean => flags[k] === 0 && !hasEstimate && Number.isNaN(own.values[k]!);
  const unknown = cellsOf(own, isUnknown);
  const blank = new Set(unknown);
  const beyond = cellsOf(own, (k) => !Number.isFinite(own.values[k]!)).filter((cell) => !blank.has(cell));
  return { fine: refined(own), own, beyond, unknown };
}

function ascending(axis: readonly number[]): readonly number[] {
  const order = axis.map((_, k) => k);
  return axis.length > 1 && axis[0]! > axis[1]! ? order.reverse() : order;
}

function cellsOf({ x, y }: Field, matches: (index: number) => boolean): readonly number[] {
  const cells: number[] = [];
  for (let row = 0; row + 1 < y.length; row++) {
    for (let column = 0; column + 1 < x.length; column++) {
      const first = row * x.length + column;
      const corners = [first, first + 1, first + x.length, first + x.length + 1];
      if (corners.some(matches)) cells.push(row * (x.length - 1) + column);
    }
  }
  return cells;
}

function refined({ x, y, values }: Field): Field {
  if (x.length < 2 || y.length < 2) return { x, y, values };
  const across = Math.ceil((finest - 1) / (x.length - 1));
  const down = Math.ceil((finest - 1) / (y.length - 1));
  if (across === 1 && down === 1) return { x, y, values };
  const fine = { x: subdivided(x, across), y: subdivided(y, down) };
  return { ...fine, values: smoothed(x, y, values, fine) };
}

function subdivided(axis: readonly number[], parts: number): readonly number[] {
  return axis.flatMap((value, k) => {
    const next = axis[k + 1];
    if (next === undefined) return [value];
    return Array.from({ length: parts }, (_, i) => (i === 0 ? value : value + ((next - value) * i) / parts));
  });
}

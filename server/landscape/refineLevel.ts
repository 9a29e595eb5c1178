import type { GridLevel } from "./grid";
import { interpolate } from "./interpolate";
import type { Lines, Values } from "./interpolate";

/** What is measured so far, row-major over the whole grid. */
export interface Measured {
  /** 1 where a point is measured; values elsewhere are not read. */
  readonly known: Uint8Array;
  /** One for each split. */
  readonly splits: readonly Values[];
}

/** How errors are weighed. */
export interface Scale {
  /** Relative error of the loss, and error of the accuracy in units of 100 %, that is called 1. */
  readonly tolerance: number;
  /** Whether the accuracy of a split counts. */
  readonly counts: readonly boolean[];
}

/** Coordinates of a grid's columns and rows. Where it is made of lines, its rows have nothing to do with one another. */
export interface Grid {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly lines: boolean;
}

/** A level that is complete; arrays are row-major over its lines. */
export interface Layer {
  readonly level: GridLevel;
  /** Measured or interpolated values of each split. */
  readonly values: readonly Values[];
  /** By how much interpolation was found to be off at the nodes that were measured in this level; 0 elsewhere. */
  readonly surplus: Float64Array;
  /** By how much it may be off on the next level around each node; ∞ at values that nothing can be interpolated from. */
  readonly outlook: Float64Array;
}

/** A level that is to be measured or interpolated; arrays are row-major over its lines, errors in units of `Scale`. */
export interface Plan {
  readonly level: GridLevel;
  /** 1 where a node is not on the level before. */
  readonly isNew: Uint8Array;
  /** Interpolated from the level before, for each split; absent for the first level. */
  readonly expected?: readonly Values[];
  /** Estimated error of `expected`. */
  readonly predicted: Float64Array;
  /** The largest surplus around each node on the level before. */
  readonly before: Float64Array;
}

/** Errors are taken to shrink from level to level by this factor more slowly than they last did … */
const slower = 2;
/** … and never to less than this part. Interpolation of order four gives 1/16 where the surface is smooth. */
const fastest = 1 / 8;

/** What can be said of `level` before anything of it is measured; `previous` is the complete level before it. */
export function planLevel(grid: Grid, level: GridLevel, previous: Layer | undefined): Plan {
  const size = level.columns.length * level.rows.length;
  if (!previous) {
    const nothing = new Float64Array(size);
    return { level, isNew: new Uint8Array(size).fill(1), predicted: nothing, before: nothing };
  }
  const { columns, rows } = previous.level;
  const across = windowsOf(columns, level.columns);
  const down = grid.lines ? ownRows(rows.length) : windowsOf(rows, level.rows);
  return {
    level,
    isNew: newNodes(previous.level, level),
    expected: previous.values.map((values) => interpolate(grid.x, grid.y, previous.level, values, level)),
    predicted: largestAround(previous.outlook, columns.length, across, down),
    before: largestAround(previous.surplus, columns.length, across, down),
  };
}

/**
 * The level once it is complete: measured values where there are any, `expected` elsewhere.
 *
 * The outlook at a measured node is its surplus s times min(1, max(1/8, 2·s/s₀)), s₀ being the largest surplus around it
 * on the level before: how fast errors shrink is seen from the surface, not assumed. A node that is interpolated tells
 * nothing new, so its outlook is its own predicted error.
 */
export function closeLevel(plan: Plan, width: number, measured: Measured, scale: Scale): Layer {
  const { level, expected, isNew, predicted, before } = plan;
  const values = valuesOf(plan, width, measured);
  const surplus = new Float64Array(isNew.length);
  const outlook = new Float64Array(isNew.length);
  forEachNode(level, width, (node, index) => {
    const isKnown = measured.known[index] === 1;
    if (isKnown && !isRegular(measured, index, scale)) outlook[node] = Infinity;
    else if (isNew[node] === 0 || !expected) return;
    else if (!isKnown) outlook[node] = predicted[node]!;
    else {
      const found = surplusAt(expected, node, measured, index, scale);
      surplus[node] = found < Infinity ? found : 0;
      outlook[node] = found * shrinkage(found, before[node]!);
    }
  });
  return { level, values, surplus, outlook };
}

/** The factor of the outlook; 1 where there is nothing to compare with. */
function shrinkage(found: number, before: number): number {
  if (before === 0 || found === Infinity) return 1;
  return Math.min(1, Math.max(fastest, (slower * found) / before));
}

/** Measured values at the nodes of a plan's level, `expected` where nothing is measured; for each split. */
export function valuesOf({ level, expected }: Plan, width: number, measured: Measured): readonly Values[] {
  const size = level.columns.length * level.rows.length;
  const copy = (values: Float64Array | undefined): Float64Array => values?.slice() ?? new Float64Array(size).fill(NaN);
  const values = measured.splits.map((_, k) => ({
    loss: copy(expected?.[k]?.loss),
    accuracy: copy(expected?.[k]?.accuracy),
  }));
  for (const [k, { loss, accuracy }] of measured.splits.entries()) {
    const target = values[k]!;
    forEachNode(level, width, (node, index) => {
      if (measured.known[index] !== 1) return;
      target.loss[node] = loss[index]!;
      target.accuracy[node] = accuracy[index]!;
    });
  }
  return values;
}

/**
 * By how much interpolation is off at a measured node, in units of the tolerance: the largest of
 * max(L/I, I/L) − 1 of the loss and |A − I|/100 of the accuracy over all splits. ∞ where that has no meaning.
 */
export function surplusAt(
  expected: readonly Values[],
  node: number,
  { splits }: Measured,
  index: number,
  { tolerance, counts }: Scale,
): number {
  let largest = 0;
  for (let k = 0; k < splits.length; k++) {
    const { loss, accuracy } = splits[k]!;
    const ratio = loss[index]! / expected[k]!.loss[node]!;
    const error = Math.max(ratio, 1 / ratio) - 1;
    // Everything but a number from 0 on, NaN included.
    if (!(error >= 0)) return Infinity;
    if (error > largest) largest = error;
    if (counts[k] !== true) continue;
    const difference = Math.abs(accuracy[index]! - expected[k]!.accuracy[node]!) / 100;
    if (!(difference >= 0)) return Infinity;
    if (difference > largest) largest = difference;
  }
  return largest / tolerance;
}

/** Calls back for every node of some lines with its number among them and its index in a grid of `width` columns. */
export function forEachNode(
  { columns, rows }: Lines,
  width: number,
  visit: (node: number, index: number) => void,
): void {
  let node = 0;
  for (const row of rows) {
    for (const column of columns) visit(node++, row * width + column);
  }
}

/** Whether a measured point can take part in interpolation: losses positive and finite, accuracies that count finite. */
function isRegular({ splits }: Measured, index: number, { counts }: Scale): boolean {
  for (let k = 0; k < splits.length; k++) {
    const { loss, accuracy } = splits[k]!;
    if (!(loss[index]! > 0 && loss[index]! < Infinity)) return false;
    if (counts[k] === true && !Number.isFinite(accuracy[index])) return false;
  }
  return true;
}

function newNodes(before: Lines, { columns, rows }: Lines): Uint8Array {
  const oldColumns = new Set(before.columns);
  const oldRows = new Set(before.rows);
  const isNew = new Uint8Array(columns.length * rows.length);
  let node = 0;
  for (const row of rows) {
    for (const column of columns) isNew[node++] = oldRows.has(row) && oldColumns.has(column) ? 0 : 1;
  }
  return isNew;
}

/** For every target line the first and last of the node lines that are near it. */
interface Windows {
  readonly first: Int32Array;
  readonly last: Int32Array;
}

/** The four lines that a cubic rests upon; for a line that is a node, it and one on either side. */
function windowsOf(from: readonly number[], to: readonly number[]): Windows {
  const windows = { first: new Int32Array(to.length), last: new Int32Array(to.length) };
  let at = 0;
  for (const [target, line] of to.entries()) {
    while (from[at]! < line) at++;
    const isNode = from[at] === line;
    const first = isNode ? at - 1 : Math.min(at - 2, from.length - 4);
    windows.first[target] = Math.max(0, first);
    windows.last[target] = Math.min(from.length - 1, isNode ? at + 1 : Math.max(0, first) + 3);
  }
  return windows;
}

function ownRows(rows: number): Windows {
  const own = Int32Array.from({ length: rows }, (_, row) => row);
  return { first: own, last: own };
}

/** The largest value within the windows around every target, by rows and then by columns. */
function largestAround(nodes: Float64Array, width: number, across: Windows, down: Windows): Float64Array {
  const columns = across.first.length;
  const height = nodes.length / width;
  const rows = new Float64Array(height * columns);
  for (let row = 0, at = 0; row < height; row++) {
    for (let u = 0; u < columns; u++, at++) {
      let largest = 0;
      for (let k = across.first[u]!; k <= across.last[u]!; k++) largest = Math.max(largest, nodes[row * width + k]!);
      rows[at] = largest;
    }
  }
  const result = new Float64Array(down.first.length * columns);
  for (let v = 0, at = 0; v < down.first.length; v++) {
    for (let u = 0; u < columns; u++, at++) {
      let largest = 0;
      for (let k = down.first[v]!; k <= down.last[v]!; k++) largest = Math.max(largest, rows[k * columns + u]!);
      result[at] = largest;
    }
  }
  return result;
}

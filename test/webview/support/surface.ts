import { coordinates, gridLevels } from "../../../server/landscape/grid";
import oracle from "../../fixtures/pytorch-resnet8/oracle.json";

/** Loss and accuracy on a whole grid, row-major. */
export interface Surface {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly loss: readonly number[];
  readonly accuracy: readonly number[];
}

/** Values of the natural cubic spline through (nodes, values) at `at`. */
function spline(nodes: readonly number[], values: readonly number[], at: readonly number[]): number[] {
  const n = nodes.length;
  const second = new Array<number>(n).fill(0);
  const upper = new Array<number>(n).fill(0);
  for (let i = 1; i < n - 1; i++) {
    const before = nodes[i]! - nodes[i - 1]!;
    const after = nodes[i + 1]! - nodes[i]!;
    const pivot = 2 * (before + after) - before * upper[i - 1]!;
    upper[i] = after / pivot;
    const slope = (values[i + 1]! - values[i]!) / after - (values[i]! - values[i - 1]!) / before;
    second[i] = (6 * slope - before * second[i - 1]!) / pivot;
  }
  for (let i = n - 2; i > 0; i--) second[i]! -= upper[i]! * second[i + 1]!;
  return at.map((position) => {
    const i = Math.min(n - 2, Math.max(0, nodes.findIndex((node) => node > position) - 1 || 0));
    const low = position >= nodes[n - 1]! ? n - 2 : i;
    const width = nodes[low + 1]! - nodes[low]!;
    const b = (position - nodes[low]!) / width;
    const a = 1 - b;
    return (
      a * values[low]! +
      b * values[low + 1]! +
      ((a ** 3 - a) * second[low]! + (b ** 3 - b) * second[low + 1]!) * (width ** 2 / 6)
    );
  });
}

function resampled(grid: readonly (readonly number[])[], x: readonly number[], y: readonly number[]): number[] {
  const { x: nodesX, y: nodesY } = oracle.surface;
  const rows = grid.map((row) => spline(nodesX, row, x));
  const columns = x.map((_, column) =>
    spline(
      nodesY,
      rows.map((row) => row[column]!),
      y,
    ),
  );
  return y.flatMap((_, row) => columns.map((column) => column[row]!));
}

/**
 * The oracle's 7 × 7 surface with a spline of its log loss laid through it: real numbers for looks and tests of the
 * panel, which does not care where they come from. The centre is exact.
 */
export function oracleSurface(points: number): Surface {
  const x = coordinates([-1, 1], points);
  const logLoss = oracle.surface["loss[y][x]"].map((row) => row.map(Math.log));
  const loss = resampled(logLoss, x, x).map(Math.exp);
  const accuracy = resampled(oracle.surface["accuracy[y][x]"], x, x).map((percent) =>
    Math.min(100, Math.max(0, Math.round(percent * 5) / 5)),
  );
  const middle = ((points - 1) / 2) * (points + 1);
  if (points % 2 === 1) {
    loss[middle] = oracle.centre.loss;
    accuracy[middle] = oracle.centre.accuracy;
  }
  return { x, y: x, loss, accuracy };
}

/** Indices of a surface in the order in which a run measures them. */
export function measuringOrder(surface: Surface): readonly number[] {
  return gridLevels(surface.x.length, surface.y.length).flatMap((level) => level.indices);
}

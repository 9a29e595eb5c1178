import path from "node:path";
import { corrupt, unsupported } from "../../files/faults";
import { toJsonNumber } from "../../protocol/numbers";
import type {
  CurvatureFigure,
  JsonNumber,
  LineFigure,
  RunFigures,
  SurfaceFigure,
  TrajectoryFigure,
} from "../../protocol/result";
import { openHdf5, type Hdf5Array, type Hdf5File } from "../hdf5";

/** What the authors' code writes where nothing is computed yet: loss, accuracy and λmax, and λmin. */
const notComputed = -1;
const noSmallest = 1;

const splits = ["train", "test"] as const;

interface Axes {
  readonly x: readonly number[];
  /** Absent for lines. */
  readonly y?: readonly number[];
}

/** One array of a surface, flat: row-major `[y][x]`. */
type Flat = Hdf5Array["data"];

/**
 * Reads what the authors' code of Li et al. 2018 computed: surfaces or lines (`train_loss`, `train_acc`, `test_loss`,
 * `test_acc` over `xcoordinates` and `ycoordinates`), extreme eigenvalues of the Hessian (`min_eig`, `max_eig`) and the
 * path of a training (`proj_xcoord`, `proj_ycoord`, `explained_variance_ratio_`).
 *
 * Two-dimensional arrays are declared as [len(x), len(y)] there, but filled through their flat order from
 * `meshgrid(x, y)`, whose rows are y: entry k belongs to x[k mod len(x)] and y[⌊k / len(x)⌋], whatever the declared
 * shape. (Square surfaces are therefore `[y][x]` as they lie in the file.)
 *
 * −1 stands for "not computed" (λmin: 1, where λmax is −1): such values become "NaN" and are not measured. The files
 * know neither the number of samples (0 here) nor standard errors ("NaN"). Their eigenvalues are sums over batches of
 * the batches' mean losses, over parameters of rank ≥ 2.
 *
 * @param files the surface and, for a path, the projection and the directions, which the authors keep apart; each array
 *   is taken from the first file that has it.
 * @throws ProblemError `file-missing`, `file-corrupt`; `file-unsupported` when there is nothing of all this.
 */
export async function readReferenceFigures(...files: readonly string[]): Promise<RunFigures> {
  const opened: Hdf5File[] = [];
  try {
    for (const file of files) opened.push(await openHdf5(file));
    const surfaces = opened.find((file) => file.array(["xcoordinates"]));
    const figures: RunFigures = {
      ...(surfaces ? readSurfaces(surfaces) : { surfaces: [], lines: [] }),
      ...readTrajectory(opened),
    };
    if (!surfaces && !figures.trajectory) throw nothing(files[0] ?? "");
    return figures;
  } finally {
    for (const file of opened) file.close();
  }
}

function nothing(file: string): Error {
  const found = "holds neither xcoordinates nor proj_xcoord, so it is no result of the authors' code";
  return unsupported(file, found, "Choose a surface or projection file (.h5) that the authors' code wrote.");
}

function readSurfaces(file: Hdf5File): RunFigures {
  const x = vector(file, "xcoordinates")!;
  const y = vector(file, "ycoordinates");
  const axes: Axes = y ? { x, y } : { x };
  const measured = grid(file, "measured", axes);
  const surfaces: SurfaceFigure[] = [];
  const lines: LineFigure[] = [];
  for (const split of splits) {
    const loss = grid(file, `${split}_loss`, axes);
    if (!loss) continue;
    const accuracy = grid(file, `${split}_acc`, axes);
    if (y) surfaces.push(surfaceOf(split, { x, y }, { loss, accuracy, measured }));
    else lines.push(lineOf(split, x, { loss, accuracy, measured }));
  }
  const curvature = curvatureOf(file, axes);
  return { surfaces, lines, ...(curvature ? { curvature } : {}) };
}

/** Arrays of one split. */
interface SplitArrays {
  readonly loss: Flat;
  readonly accuracy: Flat | undefined;
  /** 0 where a value was interpolated: in files that we have written. */
  readonly measured: Flat | undefined;
}

function isMeasured({ loss, measured }: SplitArrays, k: number): 0 | 1 {
  return isComputed(loss[k]) && measured?.[k] !== 0 ? 1 : 0;
}

function surfaceOf(
  split: string,
  { x, y }: { readonly x: readonly number[]; readonly y: readonly number[] },
  arrays: SplitArrays,
): SurfaceFigure {
  const { loss, accuracy } = arrays;
  const rows = <T>(entry: (k: number) => T): T[][] => rowsOf(x.length, y.length, entry);
  return {
    split,
    samples: 0,
    x,
    y,
    loss: rows((k) => computed(loss[k])),
    accuracy: rows((k) => (isComputed(loss[k]) ? computed(accuracy?.[k]) : "NaN")),
    lossError: rows(() => "NaN"),
    measured: rows((k) => isMeasured(arrays, k)),
  };
}

function lineOf(split: string, x: readonly number[], arrays: SplitArrays): LineFigure {
  const { loss, accuracy } = arrays;
  return {
    split,
    samples: 0,
    member: 0,
    x,
    loss: x.map((_, k) => computed(loss[k])),
    accuracy: x.map((_, k) => (isComputed(loss[k]) ? computed(accuracy?.[k]) : "NaN")),
    lossError: x.map(() => "NaN"),
    measured: x.map((_, k) => isMeasured(arrays, k)),
  };
}

/** Of a line, as the one row of a map. */
function curvatureOf(file: Hdf5File, axes: Axes): CurvatureFigure | undefined {
  const max = grid(file, "max_eig", axes);
  const min = grid(file, "min_eig", axes);
  if (!max || !min) return undefined;
  const { x, y = [0] } = axes;
  const rows = (value: (k: number) => number): JsonNumber[][] =>
    rowsOf(x.length, y.length, (k) =>
      max[k] === notComputed && min[k] === noSmallest ? "NaN" : toJsonNumber(value(k)),
    );
  return {
    x,
    y,
    max: rows((k) => max[k]!),
    min: rows((k) => min[k]!),
    ratio: rows((k) => Math.abs(min[k]! / max[k]!)),
    residual: rows(() => NaN),
    samples: 0,
    parameters: "kernels",
  };
}

function readTrajectory(files: readonly Hdf5File[]): { readonly trajectory?: TrajectoryFigure } {
  const file = files.find((candidate) => candidate.array(["proj_xcoord"]));
  if (!file) return {};
  const x = vector(file, "proj_xcoord")!;
  const y = vector(file, "proj_ycoord");
  if (y?.length !== x.length) throw corrupt(file.path, "has not as many proj_ycoord as proj_xcoord");
  const ratios = files.map((candidate) => vector(candidate, "explained_variance_ratio_")).find(Boolean);
  const [first, second] = ratios ?? [];
  const explained = first !== undefined && second !== undefined;
  return {
    trajectory: {
      ...(explained ? { explainedVariance: [first, second] as const, centred: true } : {}),
      drops: [],
      checkpoints: x.map((alpha, i) => ({
        name: `checkpoint ${i}`,
        path: path.resolve(file.path),
        x: alpha,
        y: y[i]!,
        // The authors' files do not say how far from the plane and the model a checkpoint is.
      })),
    },
  };
}

/** A list of finite numbers. @throws ProblemError `file-corrupt` */
function vector(file: Hdf5File, name: string): readonly number[] | undefined {
  const array = file.array([name]);
  if (!array) return undefined;
  if (array.shape.length !== 1 || !array.data.every(Number.isFinite)) {
    throw corrupt(file.path, `holds ${name}, but not as a list of finite numbers`);
  }
  return [...array.data];
}

/** An array over the axes, whichever of them is declared first. @throws ProblemError `file-corrupt` for another shape. */
function grid(file: Hdf5File, name: string, { x, y }: Axes): Flat | undefined {
  const array = file.array([name]);
  if (!array) return undefined;
  const expected = y ? [x.length, y.length] : [x.length];
  const shape = array.shape.join();
  if (shape !== expected.join() && shape !== [...expected].reverse().join()) {
    throw corrupt(file.path, `holds ${name} with the shape [${array.shape.join(", ")}], not [${expected.join(", ")}]`);
  }
  return array.data;
}

function rowsOf<T>(columns: number, rows: number, entry: (k: number) => T): T[][] {
  return Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, k) => entry(row * columns + k)));
}

function isComputed(value: number | undefined): value is number {
  return value !== undefined && value !== notComputed;
}

function computed(value: number | undefined): JsonNumber {
  return isComputed(value) ? toJsonNumber(value) : "NaN";
}

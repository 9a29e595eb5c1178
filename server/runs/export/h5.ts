import { fromJsonNumber } from "../../protocol/numbers";
import type { CurvatureFigure, JsonNumber, LineFigure, RunFigures, SurfaceFigure } from "../../protocol/result";
import { choosePart, exportParts, partsOf, splitsOf, type Exportable, type ExportPart } from "./exportable";
import { captionOf } from "./facts";
import { toHdf5, type Dataset, type Folder } from "./hdf5";

type Datasets = Map<string, Dataset>;

/** What the authors' code takes for "not computed": of loss, accuracy and λmax, and of λmin. */
const notComputed = -1;
const noSmallest = 1;

const layout =
  "Two-dimensional arrays are declared as [len(xcoordinates), len(ycoordinates)] and filled through their flat order, " +
  "x running fastest. -1 is not computed (min_eig: 1). Where the array measured is 0, a value is interpolated.";

/**
 * A result as the authors' code of Li et al. 2018 keeps it, so that their scripts can plot it: `xcoordinates`,
 * `ycoordinates`, `SPLIT_loss`, `SPLIT_acc`; `max_eig`, `min_eig`; `proj_xcoord`, `proj_ycoord`,
 * `explained_variance_ratio_`. float64, accuracy in percent.
 *
 * Their two-dimensional arrays are declared as [len(x), len(y)], but filled through their flat order from
 * `meshgrid(x, y)`, whose rows are y: entry k belongs to x[k mod len(x)] and y[⌊k / len(x)⌋]. It is the same here.
 *
 * What is neither measured nor interpolated is −1 (λmin: 1, where λmax is −1); a measured NaN stays NaN. Beyond their
 * layout there are `measured` (1, or 0 where a value is interpolated), for families of lines `family/SPLIT_loss` and
 * `family/SPLIT_acc` as [member, x] (their names hold the first member), and, when the curvature has a grid of its own,
 * the group `curvature` with coordinates of its own. (Our eigenvalues are of the mean loss, theirs of the sum over batches.)
 *
 * @param part everything when absent.
 * @throws ProblemError `data-missing` when the result has no such part.
 */
export async function toH5(result: Exportable, part?: ExportPart): Promise<Uint8Array> {
  return toHdf5(folderOf(result, part === undefined ? partsOf(result) : [choosePart(result, part, exportParts)]));
}

function folderOf(result: Exportable, parts: readonly ExportPart[]): Folder {
  const datasets: Datasets = new Map();
  const folders = new Map<string, Folder>();
  if (parts.includes("surface")) addSurfaces(datasets, result.surfaces);
  else if (parts.includes("lines")) addLines(datasets, folders, result.lines);
  if (parts.includes("trajectory")) addTrajectory(datasets, result);
  if (parts.includes("curvature") && result.curvature) addCurvature(datasets, folders, result.curvature);
  const attributes = { about: captionOf(result).join(" "), layout };
  return { datasets, folders, attributes };
}

function addSurfaces(datasets: Datasets, surfaces: readonly SurfaceFigure[]): void {
  for (const { split, x, y, loss, accuracy, measured } of surfaces) {
    const shape = [x.length, y.length];
    const known = measured.flat();
    datasets.set("xcoordinates", list(x));
    datasets.set("ycoordinates", list(y));
    datasets.set(`${named(split)}_loss`, { shape, data: values(loss.flat(), known) });
    datasets.set(`${named(split)}_acc`, { shape, data: values(accuracy.flat(), known) });
    if (!datasets.has("measured")) datasets.set("measured", { shape, data: Float64Array.from(known) });
  }
}

function addLines(datasets: Datasets, folders: Map<string, Folder>, lines: readonly LineFigure[]): void {
  const family: Datasets = new Map();
  for (const split of splitsOf(lines)) {
    const members = lines.filter((line) => line.split === split);
    const { x, measured } = members[0]!;
    datasets.set("xcoordinates", list(x));
    if (!datasets.has("measured")) datasets.set("measured", { shape: [x.length], data: Float64Array.from(measured) });
    for (const [name, quantity] of [
      [`${named(split)}_loss`, "loss"],
      [`${named(split)}_acc`, "accuracy"],
    ] as const) {
      const rows = members.map((line) => values(line[quantity], line.measured));
      datasets.set(name, { shape: [x.length], data: rows[0]! });
      const all = Float64Array.from(rows.flatMap((row) => [...row]));
      if (rows.length > 1) family.set(name, { shape: [rows.length, x.length], data: all });
    }
  }
  if (family.size > 0) folders.set("family", { datasets: family });
}

function addTrajectory(datasets: Datasets, { trajectory }: RunFigures): void {
  if (!trajectory) return;
  datasets.set("proj_xcoord", list(trajectory.checkpoints.map(({ x }) => x)));
  datasets.set("proj_ycoord", list(trajectory.checkpoints.map(({ y }) => y)));
  const { explainedVariance } = trajectory;
  if (explainedVariance) datasets.set("explained_variance_ratio_", list(explainedVariance));
}

function addCurvature(root: Datasets, folders: Map<string, Folder>, curvature: CurvatureFigure): void {
  const { x, y, max, min } = curvature;
  const same = (name: string, axis: readonly number[]): boolean => {
    const there = root.get(name);
    return there === undefined || there.data.join() === axis.join();
  };
  const shared =
    same("xcoordinates", x) && same("ycoordinates", y) && !(root.has("xcoordinates") && !root.has("ycoordinates"));
  const datasets: Datasets = shared ? root : new Map();
  if (!shared) folders.set("curvature", { datasets });
  const shape = [x.length, y.length];
  const known = max.flat().map((value) => value !== "NaN");
  const filled = (table: readonly (readonly JsonNumber[])[], empty: number): Dataset => {
    const flat = table.flat();
    return { shape, data: Float64Array.from(flat, (value, k) => (known[k] ? fromJsonNumber(value) : empty)) };
  };
  datasets.set("xcoordinates", list(x));
  datasets.set("ycoordinates", list(y));
  datasets.set("max_eig", filled(max, notComputed));
  datasets.set("min_eig", filled(min, noSmallest));
}

/** An estimate stays; NaN that is not measured is "not computed". */
function values(flat: readonly JsonNumber[], measured: readonly (0 | 1)[]): Float64Array {
  return Float64Array.from(flat, (value, k) => (value === "NaN" && !measured[k] ? notComputed : fromJsonNumber(value)));
}

function list(numbers: readonly number[]): Dataset {
  return { shape: [numbers.length], data: Float64Array.from(numbers) };
}

/** A slash would make a group of it. */
function named(split: string): string {
  return split.replaceAll("/", "_");
}

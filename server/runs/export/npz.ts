import { strToU8, zipSync, type Zippable } from "fflate";
import { npyParts } from "../../files/npy";
import type { Tensor } from "../../graph/tensor";
import { fromJsonNumber } from "../../protocol/numbers";
import type {
  CurvatureFigure,
  JsonNumber,
  LineFigure,
  RunFigures,
  SplitValues,
  SurfaceFigure,
  TrajectoryFigure,
} from "../../protocol/result";
import { choosePart, exportParts, partsOf, splitsOf, type Exportable, type ExportPart } from "./exportable";

type Arrays = Map<string, Tensor>;

/** The same result gives the same bytes: the earliest time that a zip archive knows, in local time as it counts. */
const date = new Date(1980, 0, 1);

/**
 * A NumPy archive with everything that a result has, or one part of it. float64, but `measured` of booleans, which can be
 * used as a mask. `meta.json` holds what is not an array: study, model, directions, checks.
 *
 * - `surface/SPLIT/{x,y,loss,accuracy,lossError,measured}`: tables `[y][x]`
 * - `lines/SPLIT/{x,loss,accuracy,lossError,measured}`: tables `[member][x]`
 * - `trajectory/{x,y,distance,offPlane,epoch,learningRate,drops}`, `trajectory/explainedVariance`, and for each split
 *   `trajectory/SPLIT/{loss,accuracy,lossError,planeLoss,planeAccuracy,planeLossError}`; NaN where not known
 * - `curvature/{x,y,max,min,ratio,residual}`: tables `[y][x]`; `curvature/density/{values,weights}`; `curvature/trace`
 *
 * @throws ProblemError `data-missing` when the result has no such part.
 */
export function toNpz(result: Exportable, part?: ExportPart): Uint8Array {
  const parts = part === undefined ? partsOf(result) : [choosePart(result, part, exportParts)];
  const arrays: Arrays = new Map();
  if (parts.includes("surface")) for (const surface of result.surfaces) addSurface(arrays, surface);
  if (parts.includes("lines")) addLines(arrays, result.lines);
  if (parts.includes("trajectory")) addTrajectory(arrays, result);
  if (parts.includes("curvature") && result.curvature) addCurvature(arrays, result.curvature);
  const files: Zippable = { "meta.json": strToU8(`${JSON.stringify(metaOf(result), null, 2)}\n`) };
  for (const [name, array] of arrays) files[`${name}.npy`] = joined(npyParts(array));
  return zipSync(files, { level: 6, mtime: date });
}

/** Everything but the figures; of these, the units and what is no array. */
function metaOf(result: Exportable): object {
  const { surfaces, lines, trajectory, curvature, ...facts } = result;
  const samples = Object.fromEntries([...surfaces, ...lines].map((each) => [each.split, each.samples]));
  return {
    ...facts,
    units: { accuracy: "percent", loss: "mean over the samples" },
    samples,
    ...(trajectory ? { checkpoints: trajectory.checkpoints.map(({ name, path }) => ({ name, path })) } : {}),
    ...(curvature ? { curvature: { samples: curvature.samples, parameters: curvature.parameters } } : {}),
  };
}

function addSurface(arrays: Arrays, { split, x, y, loss, accuracy, lossError, measured }: SurfaceFigure): void {
  const prefix = `surface/${split}`;
  add(arrays, prefix, { x: list(x), y: list(y) });
  add(arrays, prefix, { loss: table(loss), accuracy: table(accuracy), lossError: table(lossError) });
  arrays.set(`${prefix}/measured`, mask(measured));
}

/** Members of one split share their coordinates. */
function addLines(arrays: Arrays, lines: readonly LineFigure[]): void {
  for (const split of splitsOf(lines)) {
    const members = lines.filter((line) => line.split === split);
    const all = (values: (line: LineFigure) => readonly JsonNumber[]): Tensor => table(members.map(values));
    const { x } = members[0]!;
    if (members.some((line) => line.x.join() !== x.join())) {
      throw new Error(`The lines of ${split} have coordinates of their own.`);
    }
    add(arrays, `lines/${split}`, {
      x: list(x),
      loss: all(({ loss }) => loss),
      accuracy: all(({ accuracy }) => accuracy),
      lossError: all(({ lossError }) => lossError),
      measured: mask(members.map(({ measured }) => measured)),
    });
  }
}

function addTrajectory(arrays: Arrays, { trajectory }: RunFigures): void {
  if (!trajectory) return;
  const { checkpoints, drops, explainedVariance } = trajectory;
  for (const name of ["x", "y", "distance", "offPlane", "epoch", "learningRate"] as const) {
    arrays.set(`trajectory/${name}`, list(checkpoints.map((checkpoint) => checkpoint[name] ?? "NaN")));
  }
  arrays.set("trajectory/drops", list(drops));
  if (explainedVariance) arrays.set("trajectory/explainedVariance", list(explainedVariance));
  const splits = new Set(checkpoints.flatMap((checkpoint) => Object.keys(checkpoint.splits ?? {})));
  for (const split of splits) addCheckpoints(arrays, split, checkpoints);
}

function addCheckpoints(arrays: Arrays, split: string, checkpoints: TrajectoryFigure["checkpoints"]): void {
  const column = (at: "own" | "inPlane", name: keyof SplitValues): Tensor =>
    list(checkpoints.map(({ splits }) => splits?.[split]?.[at][name] ?? "NaN"));
  add(arrays, `trajectory/${split}`, {
    loss: column("own", "loss"),
    accuracy: column("own", "accuracy"),
    lossError: column("own", "lossError"),
    planeLoss: column("inPlane", "loss"),
    planeAccuracy: column("inPlane", "accuracy"),
    planeLossError: column("inPlane", "lossError"),
  });
}

function addCurvature(arrays: Arrays, curvature: CurvatureFigure): void {
  const { x, y, max, min, ratio, residual, density, trace } = curvature;
  add(arrays, "curvature", { x: list(x), y: list(y) });
  add(arrays, "curvature", { max: table(max), min: table(min), ratio: table(ratio), residual: table(residual) });
  if (density) add(arrays, "curvature/density", { values: list(density.values), weights: list(density.weights) });
  if (trace) add(arrays, "curvature", { trace: list([trace.value]), traceError: list([trace.error]) });
}

function add(arrays: Arrays, prefix: string, entries: Readonly<Record<string, Tensor>>): void {
  for (const [name, array] of Object.entries(entries)) arrays.set(`${prefix}/${name}`, array);
}

function list(values: readonly JsonNumber[]): Tensor {
  return { dtype: "float64", shape: [values.length], data: Float64Array.from(values, fromJsonNumber) };
}

function table(rows: readonly (readonly JsonNumber[])[]): Tensor {
  return {
    dtype: "float64",
    shape: [rows.length, rows[0]?.length ?? 0],
    data: Float64Array.from(rows.flat(), fromJsonNumber),
  };
}

function mask(rows: readonly (readonly (0 | 1)[])[]): Tensor {
  return { dtype: "bool", shape: [rows.length, rows[0]?.length ?? 0], data: Uint8Array.from(rows.flat()) };
}

function joined([header, elements]: readonly [Uint8Array, Uint8Array]): Uint8Array {
  const bytes = new Uint8Array(header.length + elements.length);
  bytes.set(header);
  bytes.set(elements, header.length);
  return bytes;
}

import { fromJsonNumber } from "../protocol/numbers";
import type {
  CurvatureFigure,
  RadiusFigure,
  RunResult,
  RunSnapshot,
  SurfaceFigure,
  TrajectoryFigure,
} from "../protocol/result";
import { toResult } from "../runs/export/json";
import { valuesText } from "../runs/export/facts";
import { countText, minus, percentText, plural, valueText } from "../runs/export/svg/format";
import { openRun } from "../runs/open";

/**
 * What a run has found, in words and numbers for a reader without eyes; computes nothing.
 * @param journal absolute path.
 * @throws ProblemError `file-missing`, `journal-damaged`, `journal-version`.
 */
export async function tellRun(journal: string): Promise<string> {
  return wordsOf(await openRun(journal));
}

/** One statement a line. Only measured values are told; the radius says where it rests on others. */
export function wordsOf(snapshot: RunSnapshot): string {
  const result = toResult(snapshot, 0);
  const { header, progress, status, journal } = snapshot;
  const { model, data, engine, directions, started } = header;
  const state = status === "done" ? "complete" : "not complete";
  return [
    `Loss landscape of ${model.name} (${model.format}, ${plural(model.parameters, "parameter")}): ${model.path}`,
    `Run file: ${journal}, started ${started}, ${state}: ${countText(progress.measured)} of ${countText(progress.total)} measured on ${engine.label} ${engine.version}, ${engine.device}.`,
    `At the trained weights: loss ${valuesText(header.centre)}, on ${plural(data.samples, "sample")} of ${data.split}.`,
    ...(header.splits ?? []).map(
      (split) =>
        `At the trained weights: loss ${valuesText(split.centre)}, on ${plural(split.data.samples, "sample")} of ${split.data.split}.`,
    ),
    `Directions: ${directions.label}.`,
    ...result.surfaces.flatMap((surface) => surfaceLines(surface, fromJsonNumber(header.centre.loss))),
    ...result.lines.flatMap(lineLines),
    ...sharpnessLines(result),
    ...curvatureLines(result.curvature),
    ...trajectoryLines(result.trajectory),
    ...checkLines(result),
  ]
    .join("\n")
    .replaceAll("\u00a0", " ");
}

interface Place {
  readonly loss: number;
  readonly where: string;
}

function surfaceLines({ split, samples, x, y, loss, measured }: SurfaceFigure, centre: number): readonly string[] {
  const places: Place[] = [];
  let beyond = 0;
  let count = 0;
  y.forEach((beta, row) =>
    x.forEach((alpha, column) => {
      if (measured[row]![column] !== 1) return;
      count += 1;
      const value = fromJsonNumber(loss[row]![column]!);
      if (Number.isFinite(value)) places.push({ loss: value, where: `α ${coordinate(alpha)}, β ${coordinate(beta)}` });
      else beyond += 1;
    }),
  );
  const range = `α ${ends(x)}, β ${ends(y)}, in units of the directions`;
  const grid = `Surface on ${split} (${plural(samples, "sample")}): ${x.length} × ${y.length} points, ${range}; ${countText(count)} measured`;
  return [
    `${grid}${beyond > 0 ? `, ${countText(beyond)} of them not finite` : ""}.`,
    ...extremeLines(places, centre, split),
  ];
}

function lineLines({ split, samples, member, x, loss, measured }: RunResult["lines"][number]): readonly string[] {
  const places = x.flatMap((alpha, k): readonly Place[] => {
    const value = fromJsonNumber(loss[k]!);
    return measured[k] === 1 && Number.isFinite(value) ? [{ loss: value, where: `α ${coordinate(alpha)}` }] : [];
  });
  const what = `Line ${member + 1} on ${split} (${plural(samples, "sample")}): ${plural(x.length, "point")}, α ${ends(x)}.`;
  return [what, ...extremeLines(places, NaN, split)];
}

/** Where loss is lowest and highest among what is measured. */
function extremeLines(places: readonly Place[], centre: number, split: string): readonly string[] {
  const [first] = places;
  if (!first) return [`No finite loss is measured on ${split}.`];
  const lowest = places.reduce((best, place) => (place.loss < best.loss ? place : best), first);
  const highest = places.reduce((best, place) => (place.loss > best.loss ? place : best), first);
  const range =
    `Measured loss on ${split}: lowest ${valueText(lowest.loss)} at ${lowest.where}, ` +
    `highest ${valueText(highest.loss)} at ${highest.where}.`;
  const lower = lowest.loss < centre ? [`A measured point lies below the trained weights (${valueText(centre)}).`] : [];
  return [range, ...lower];
}

function radiusLine({ factor, from, to, measured }: RadiusFigure): string {
  if (fromJsonNumber(to) === Infinity) {
    return `Flatness: in the plane the loss stays below ${factor} times that of the trained weights up to a distance of ${valueText(from)}, where the grid ends.`;
  }
  const where = from === 0 ? `${valueText(to)} or less` : `${valueText(from)} to ${valueText(to)}`;
  const source = measured === 1 ? "" : ", partly interpolated";
  return `Flatness: in the plane the loss is ${factor} times that of the trained weights at a distance of ${where}${source}.`;
}

function sharpnessLines({ sharpness }: RunResult): readonly string[] {
  if (!sharpness) return [];
  const { epsilon, largestEigenvalue, trace, radius, negativeShare } = sharpness;
  return [
    ...(radius ? [radiusLine(radius)] : []),
    ...(epsilon
      ? [
          `Sharpness in a box of ${valueText(epsilon.epsilon)} of each filter's norm: ${valueText(epsilon.sharpness)} (largest loss found ${valueText(epsilon.largest)}, ${plural(epsilon.steps, "gradient")}).`,
        ]
      : []),
    ...(largestEigenvalue === undefined
      ? []
      : [`Largest eigenvalue of the Hessian at the trained weights: ${valueText(largestEigenvalue)}.`]),
    ...(trace === undefined ? [] : [`Trace of the Hessian at the trained weights: ${valueText(trace)}, estimated.`]),
    ...(negativeShare === undefined
      ? []
      : [`Share of the curvature map with clearly negative curvature: ${percentText(negativeShare) ?? "unknown"}.`]),
  ];
}

function curvatureLines(curvature: CurvatureFigure | undefined): readonly string[] {
  if (!curvature) return [];
  const { x, y, max, min, ratio, samples, parameters } = curvature;
  const finite = (table: typeof max): readonly number[] => table.flat().map(fromJsonNumber).filter(Number.isFinite);
  const range = (table: typeof max): string => {
    const values = finite(table);
    return values.length === 0
      ? "not measured"
      : `${valueText(Math.min(...values))} to ${valueText(Math.max(...values))}`;
  };
  return [
    `Curvature on ${x.length} × ${y.length} points with ${plural(samples, "sample")}, over ${parameters === "all" ? "all parameters" : "kernels"}: ` +
      `λmax ${range(max)}, λmin ${range(min)}, |λmin/λmax| ${range(ratio)}; ${countText(finite(max).length)} measured.`,
  ];
}

function trajectoryLines(trajectory: TrajectoryFigure | undefined): readonly string[] {
  if (!trajectory) return [];
  const { checkpoints, explainedVariance, randomWalk } = trajectory;
  const shares = (values: readonly number[]): string =>
    values.map((value) => percentText(100 * value) ?? "unknown").join(" and ");
  const [first, last] = [checkpoints[0], checkpoints.at(-1)];
  const losses = [first, last].map((each) => (each?.loss === undefined ? undefined : valueText(each.loss)));
  return [
    `Trajectory: ${plural(checkpoints.length, "checkpoint")}` +
      (explainedVariance
        ? `; the plane explains ${shares(explainedVariance)} of the variance of the path` +
          (randomWalk ? ` (a random walk of as many steps gives ${shares(randomWalk)})` : "")
        : "") +
      (losses[0] !== undefined && losses[1] !== undefined ? `; loss from ${losses[0]} to ${losses[1]}` : "") +
      ".",
  ];
}

function checkLines({ checks }: RunResult): readonly string[] {
  if (checks.length === 0) return [];
  const words = { ok: "passed", warning: "warning", error: "error" } as const;
  return ["Checks:", ...checks.map(({ name, level, message }) => `- ${words[level]}: ${name}. ${message}`)];
}

function coordinate(value: number): string {
  return minus(String(Number(value.toPrecision(4))));
}

function ends(axis: readonly number[]): string {
  return `${coordinate(axis[0]!)} to ${coordinate(axis[axis.length - 1]!)}`;
}

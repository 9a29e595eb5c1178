import { fromJsonNumber } from "../protocol/numbers";
import type {
  CurvatureFigure,
  JsonNumber,
  RadiusFigure,
  RunFigures,
  SharpnessFigures,
  TrajectoryFigure,
} from "../protocol/result";
import { lossText, percentText, plural } from "./words";

/** What a run found beside the loss on its grid, a line each. */
export function findings({ trajectory, curvature, sharpness }: RunFigures): readonly string[] {
  return [
    ...(trajectory ? [pathLine(trajectory)] : []),
    ...(curvature ? curvatureLines(curvature) : []),
    ...(sharpness ? sharpnessLines(sharpness) : []),
  ];
}

function pathLine({ explainedVariance, checkpoints, drops }: TrajectoryFigure): string {
  const explained = explainedVariance
    ? `, ${explainedVariance.map((share) => percentText(100 * share)).join(" and ")} of its variance in the plane`
    : "";
  const dropped =
    drops.length > 0
      ? `, learning rate dropped after ${drops.length === 1 ? "epoch" : "epochs"} ${drops.join(", ")}`
      : "";
  return `Path    ${plural(checkpoints.length, "checkpoint")}${explained}${dropped}`;
}

function curvatureLines({ x, y, max, min, trace }: CurvatureFigure): readonly string[] {
  const [column, row] = [x.indexOf(0), y.indexOf(0)];
  const [largest, smallest] = [max[row]?.[column], min[row]?.[column]];
  return [
    ...(largest !== undefined && smallest !== undefined
      ? [`Hessian λmax ${lossText(largest)}, λmin ${lossText(smallest)} at the centre`]
      : []),
    ...(trace ? [`Trace   ${lossText(trace.value)}${errorText(trace.error)} (${plural(trace.probes, "vector")})`] : []),
  ];
}

/** A single vector has no error. */
function errorText(error: JsonNumber): string {
  return Number.isFinite(fromJsonNumber(error)) ? ` ± ${lossText(error)}` : "";
}

function radiusText({ factor, from, to, measured }: RadiusFigure): string {
  const about = measured === 1 ? "" : "about ";
  if (fromJsonNumber(to) === Infinity)
    return `the loss stays below ${factor} × the centre's up to ${distanceText(from)}, where the grid ends`;
  const where = from === 0 ? `${distanceText(to)} or less` : `${distanceText(from)} to ${distanceText(to)}`;
  return `the loss is ${factor} × the centre's at a distance of ${about}${where}`;
}

/** 0.283 */
function distanceText(distance: JsonNumber): string {
  return String(Number(fromJsonNumber(distance).toPrecision(3)));
}

function sharpnessLines({ epsilon, radius, negativeShare }: SharpnessFigures): readonly string[] {
  return [
    ...(epsilon ? [`Sharp   ε-sharpness ${lossText(epsilon.sharpness)} % for ε = ${epsilon.epsilon}`] : []),
    ...(radius ? [`Radius  ${radiusText(radius)}`] : []),
    ...(negativeShare === undefined
      ? []
      : [`Convex  λmin is clearly negative at ${percentText(negativeShare)} of the map`]),
  ];
}

import { fromJsonNumber } from "../protocol/numbers";
import type { CurvatureFigure, JsonNumber, RunFigures, SharpnessFigures, TrajectoryFigure } from "../protocol/result";
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

function sharpnessLines({ epsilon, radius, negativeShare }: SharpnessFigures): readonly string[] {
  return [
    ...(epsilon ? [`Sharp   ε-sharpness ${lossText(epsilon.sharpness)} % for ε = ${epsilon.epsilon}`] : []),
    ...(radius && Number.isFinite(fromJsonNumber(radius.value))
      ? [`Radius  the loss stays below ${radius.factor} × the centre's within ${lossText(radius.value)}`]
      : []),
    ...(negativeShare === undefined
      ? []
      : [`Convex  λmin is clearly negative at ${percentText(negativeShare)} of the map`]),
  ];
}

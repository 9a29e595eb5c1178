import { strings } from "../strings/strings";
import { formatAccuracy, formatCoordinate, formatLoss, formatTick } from "../charts/format";
import type { Extreme, Metric } from "./field";
import { fieldOf, measuredExtremes } from "./field";
import type { RunData } from "./model";
import { provenance } from "./provenance";

/** A value of a metric as it is written. */
export function formatMetric(metric: Metric, value: number): string {
  return metric === "loss" ? formatLoss(value) : formatAccuracy(value);
}

/** Distance of neighbouring grid points, which decides how many decimals a coordinate needs. */
export function gridStep(nodes: readonly number[]): number {
  return nodes.length > 1 ? Math.abs(nodes[1]! - nodes[0]!) : 1;
}

/** Value of the metric at the trained weights. */
export function centreValue(run: RunData, metric: Metric): number {
  const { loss, accuracy } = run.header.centre;
  return metric === "loss" ? Number(loss) : metric === "error" ? 100 - Number(accuracy) : Number(accuracy);
}

/** One sentence or two that say in words what the figure shows. */
export function summaryOf(run: RunData, metric: Metric): string {
  const field = fieldOf(run, metric);
  const { lowest, highest } = measuredExtremes(field);
  const part = (extreme: Extreme | undefined) =>
    extreme && {
      value: formatMetric(metric, extreme.value),
      alpha: formatCoordinate(extreme.alpha, gridStep(field.x)),
      beta: formatCoordinate(extreme.beta, gridStep(field.y)),
    };
  const ends = (nodes: readonly number[]) =>
    [formatTick(nodes[0] ?? 0), formatTick(nodes[nodes.length - 1] ?? 0)] as const;
  return strings.summary({
    metric,
    x: ends(field.x),
    y: ends(field.y),
    centre: formatMetric(metric, centreValue(run, metric)),
    lowest: part(lowest),
    highest: part(highest),
    provenance: provenance(run),
  });
}

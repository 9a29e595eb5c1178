import { strings } from "../strings/contour";
import { strings as figure } from "../strings/figure";
import { strings as texts } from "../strings/strings";
import { formatAccuracy, formatCoordinate, formatLoss, formatTick } from "../charts/format";
import type { Extreme, Metric, Split } from "./field";
import { centreValue, fieldOf, heldSplit, measuredExtremes } from "./field";
import type { RunData } from "./model";
import { provenance } from "./provenance";
import { hasSplits, splitName } from "./splits";

/** A value of a metric as it is written; differences have their sign, those of percentages are in points. */
export function formatMetric(metric: Metric, value: number, split: Split = 0): string {
  if (split !== "difference") return metric === "loss" ? formatLoss(value) : formatAccuracy(value);
  const plus = value > 0 ? "+" : "";
  if (metric === "loss") return plus + formatLoss(value);
  return Number.isFinite(value) ? figure.points(plus + value.toFixed(1).replace("-", "\u2212")) : formatLoss(value);
}

/** Distance of neighbouring grid points, which decides how many decimals a coordinate needs. */
export function gridStep(nodes: readonly number[]): number {
  return nodes.length > 1 ? Math.abs(nodes[1]! - nodes[0]!) : 1;
}

/** One sentence or two that say in words what the figure shows: a contour map, or a surface of such a `height`. */
export function summaryOf(run: RunData, metric: Metric, split: Split = 0, height?: "log" | "linear"): string {
  const held = heldSplit(run, split);
  const field = fieldOf(run, metric, held);
  const { lowest, highest } = measuredExtremes(field);
  const centre = formatMetric(metric, centreValue(run, metric, held), held);
  const part = (extreme: Extreme | undefined) =>
    extreme && {
      value: formatMetric(metric, extreme.value, held),
      alpha: formatCoordinate(extreme.alpha, gridStep(field.x)),
      beta: formatCoordinate(extreme.beta, gridStep(field.y)),
    };
  const ends = (nodes: readonly number[]) =>
    [formatTick(nodes[0] ?? 0), formatTick(nodes[nodes.length - 1] ?? 0)] as const;
  return strings.summary({
    height,
    metric,
    split: hasSplits(run) ? splitName(run, held) : undefined,
    difference: held === "difference",
    x: ends(field.x),
    y: ends(field.y),
    centre: run.isProvisional ? texts.approximately(centre) : centre,
    lowest: part(lowest),
    highest: part(highest),
    provenance: provenance(run, held),
  });
}

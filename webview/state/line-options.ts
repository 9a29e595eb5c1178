import type { ViewState } from "../protocol/messages";
import type { Cut } from "./curves";
import { nearest } from "./field";
import { isSurface } from "./kind";
import type { RunData } from "./model";
import { optionsOf } from "./view";

/** What the Lines view keeps of its own. */
export type LineOptions = {
  /** Loss with accuracy or error rate, or one quantity alone: the metric. */
  readonly show: "both" | "one";
  /** All splits, or the one of the view. */
  readonly splits: "all" | "one";
  /** Every line of a family, in place of its median and extent. */
  readonly singles: boolean;
  /** Bands of one standard error of the loss. */
  readonly errors: boolean;
  /** Where a surface is cut. */
  readonly alpha: number;
  readonly beta: number;
  /** Journals of the runs that are drawn too. */
  readonly runs: readonly (string | number)[];
};

const defaults: LineOptions = {
  show: "both",
  splits: "all",
  singles: false,
  errors: false,
  alpha: 0,
  beta: 0,
  runs: [],
};

export function lineOptions(view: ViewState): LineOptions {
  return optionsOf<LineOptions>(view, "lines", defaults, { show: ["both", "one"], splits: ["all", "one"] });
}

/** Journals of the runs that are drawn too. */
export const addedRuns = ({ runs }: LineOptions): readonly string[] =>
  runs.filter((journal): journal is string => typeof journal === "string");

/** Places at which a surface may be cut: its rows or columns, and the trained weights. */
export function cutStops(nodes: readonly number[]): readonly number[] {
  const hasZero = nodes.some((node) => Math.abs(node) < 1e-12);
  const reachesZero = nodes.length > 0 && nodes[0]! <= 0 && nodes.at(-1)! >= 0;
  return hasZero || !reachesZero ? nodes : [...nodes, 0].sort((a, b) => a - b);
}

/** Both cuts of a surface, each at the stop nearest to the place that is asked for. */
export function cutsOf(run: RunData, { alpha, beta }: LineOptions): readonly Cut[] {
  if (!isSurface(run)) return [];
  const held = (nodes: readonly number[], at: number) => {
    const stops = cutStops(nodes);
    return stops[nearest(stops, at)] ?? 0;
  };
  return [
    { along: "alpha", at: held(run.header.y, beta) },
    { along: "beta", at: held(run.header.x, alpha) },
  ];
}

import type { DataSummary, SplitValues } from "../../server/protocol/result";
import { strings } from "../strings/figure";
import type { ViewState } from "../protocol/messages";
import { heldSplit } from "./field";
import type { Metric, Split } from "./field";
import type { Interpolated, Measured, RunData } from "./model";

/** One split of a run: its data, the values of the unperturbed model, and what is known of the grid. */
export interface SplitData {
  readonly name: string;
  readonly data: DataSummary;
  readonly centre: SplitValues;
  readonly measured: Measured;
  readonly interpolated?: Interpolated;
}

/** Every split of a run, the first one first. */
export function splitsOf({
  header,
  measured,
  further,
  interpolated,
  furtherInterpolated,
}: RunData): readonly SplitData[] {
  const rest = (header.splits ?? []).flatMap(({ data, centre }, k): SplitData[] => {
    const its = further[k];
    return its ? [{ name: data.split, data, centre, measured: its, interpolated: furtherInterpolated[k] }] : [];
  });
  return [{ name: header.data.split, data: header.data, centre: header.centre, measured, interpolated }, ...rest];
}

/** The splits that a value of `split` speaks of: one, or the first and the second for their difference. */
export function splitsIn(run: RunData, split: Split): readonly [SplitData] | readonly [SplitData, SplitData] {
  const all = splitsOf(run);
  const held = heldSplit(run, split);
  return held === "difference" ? [all[0]!, all[1]!] : [all[held]!];
}

/** What `split` is called beside a figure: "test", or "test − train" for the second less the first. */
export function splitName(run: RunData, split: Split): string {
  const [first, second] = splitsIn(run, split);
  return second ? strings.difference(second.name, first.name) : first.name;
}

/** Whether the values of a run may be of another split than its only one, so that they are told with its name. */
export const hasSplits = (run: RunData): boolean => run.further.length > 0;

/** The metrics that a run has: of a loss without an accuracy it is the loss alone. */
export function metricsOf(run: RunData): readonly Metric[] {
  return splitsOf(run).every(({ centre }) => Number.isNaN(Number(centre.accuracy)))
    ? ["loss"]
    : ["loss", "accuracy", "error"];
}

/** The view with a metric and a split that the run has, in place of what it was left with for another one. */
export function heldView(run: RunData, view: ViewState): ViewState {
  const metric = metricsOf(run).includes(view.metric) ? view.metric : "loss";
  const split = heldSplit(run, view.split);
  return metric === view.metric && split === view.split ? view : { ...view, metric, split };
}

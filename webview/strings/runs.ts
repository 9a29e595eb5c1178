import { formatCount } from "../charts/format";
import { t } from "./l10n";

/** A time before it is measured: seconds, minutes or hours. */
function about(seconds: number): string {
  if (seconds < 90) return t("about {0} s", Math.max(1, Math.round(seconds)));
  if (seconds < 5400) return t("about {0} min", Math.round(seconds / 60));
  return t("about {0} h", (seconds / 3600).toFixed(1));
}

/** Texts of runs that are changed, gone back from, outdated or not there yet. */
export const runStrings = {
  // What a run would be
  cost: (evaluations: number, samples: number, products: number, seconds: number | undefined): string => {
    const evaluated = t("{0} evaluations of {1} samples", formatCount(evaluations), formatCount(samples));
    const parts = products > 0 ? [evaluated, t("{0} products with the Hessian", formatCount(products))] : [evaluated];
    return [...parts, ...(seconds === undefined ? [] : [about(seconds)])].join(", ");
  },
  asBefore: t("Measured before: opens without computing"),
  foreseeing: t("Looking ahead…"),

  // Settings
  formLabel: t("Change the run"),
  rangeOf: (axis: string) => t("{0} from, to", axis),
  from: (axis: string) => t("{0} from", axis),
  to: (axis: string) => t("{0} to", axis),
  points: t("Points"),
  pointsAlong: (axis: string) => t("Points along {0}", axis),
  samples: t("Samples"),
  samplesOf: (available: number) => t("of {0}", formatCount(available)),
  splits: t("Splits"),
  noSplit: t("At least one split must be measured."),
  seed: t("Seed"),
  anotherSeed: t("Another seed"),
  normalise: t("Normalisation"),
  normalisations: {
    filter: t("Filters"),
    layer: t("Layers"),
    weight: t("Weights"),
    dfilter: t("Filters, unit norm"),
    dlayer: t("Layers, unit norm"),
    none: t("None"),
  },
  engine: t("Engine"),
  tolerance: t("Tolerance"),
  toleranceHint: t("Largest relative error at which a point is interpolated; empty to measure every point"),
  everyPoint: t("every point"),
  run: t("Run"),
  reset: t("Reset"),
  notANumber: (field: string) => t("{0} must be a number.", field),

  // A part of the plane
  offer: (x: readonly [string, string], y: readonly [string, string], points: string) =>
    t("Measure α {0} to {1}, β {2} to {3} with {4} points", x[0], x[1], y[0], y[1], points),
  measure: t("Measure"),
  cancel: t("Cancel"),

  // The way here
  trail: t("Runs that led here"),
  back: t("Back"),
  backHint: t("Back to the run before (Alt+Left)"),
  thisRun: t("this run"),

  // Files that changed
  changed: (name: string, time: string) => t("{0} changed on disk at {1}.", name, time),
  changedMore: (name: string, more: number, time: string) =>
    more === 1
      ? t("{0} and 1 more file changed on disk at {1}.", name, time)
      : t("{0} and {1} more files changed on disk at {2}.", name, more, time),
  runAgain: t("Run again"),
  dismiss: t("Keep this picture"),
  measuredAgain: t("Measured again after its files changed."),
  compareBefore: t("Compare with before"),

  // Before the first run
  firstTitle: (model: string) => t("{0} has not been visualized yet", model),
  firstText: t("The loss is measured on a grid around the trained weights, and drawn while it is measured."),
  model: t("Model"),
  data: t("Data"),
  dataFact: (name: string, samples: number) => t("{0}, up to {1} samples", name, formatCount(samples)),
  grid: t("Grid"),
  pathOf: (count: number) => t("around the path of {0} checkpoints", count),
  costName: t("Cost"),
  visualize: t("Visualize"),
  chooseData: t("Choose other data"),

  // List of runs
  add: t("Add run…"),
  ofWorkspace: t("Runs of this workspace"),
  looking: t("Looking for runs"),
  noOthers: t(
    "There is no other run in this workspace yet. Visualize another model, or choose Compare With… in the Explorer.",
  ),
  full: (most: number) => t("{0} runs are shown. Remove one to add another.", most),
  unfinished: t("unfinished"),
  running: t("running"),
  runLine: (what: string, directions: string) => t("{0}, {1}", what, directions),
  runData: (split: string, samples: number, loss: string) =>
    t("{0}, {1} samples, loss {2}", split, formatCount(samples), loss),

  // Queue
  hurry: t("Run next"),
} as const;

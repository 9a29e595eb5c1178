import { formatCount, formatTick } from "../charts/format";
import { t } from "./l10n";

/** Texts of the Lines view. */
export const strings = {
  // Tools
  show: t("Values"),
  quantities: {
    both: t("Loss and accuracy"),
    errors: t("Loss and error rate"),
    loss: t("Loss"),
    accuracy: t("Accuracy"),
    error: t("Error rate"),
  },
  split: t("Split"),
  allSplits: t("All splits"),
  singles: t("Every line"),
  singlesHint: t("Every line of the family in place of median, quartiles and extent"),
  errors: t("± 1 standard error of the loss"),
  removeRun: (label: string) => t("Remove {0}", label),
  runGone: (file: string, why: string) => t("{0} cannot be drawn: {1}", file, why),
  cutAt: (name: string) => t("Cut at {0}", name),
  throughCentre: t("θ*"),
  cutValue: (name: string, value: string) => t("{0} {1}", name, value),
  cutCentre: (name: string) => t("{0} 0, through θ*", name),
  resetCut: t("Back to θ*"),

  // Axes and labels
  lossAxis: t("Loss"),
  accuracyAxis: t("Accuracy (%)"),
  errorAxis: t("Error rate (%)"),
  differenceOf: (axis: string, split: string) => t("{0}, {1}", axis, split),
  alphaOne: t("α (direction 1)"),
  betaOne: t("β (direction 2)"),
  alphaMany: (count: number) => t("α (each of {0} directions)", formatCount(count)),
  t: t("t"),
  along: (axis: string, name: string, value: string) => t("{0}, at {1} {2}", axis, name, value),
  curve: (quantity: string, split: string) => t("{0}, {1}", quantity, split),
  runCurve: (run: string, detail: string) => t("{0}, {1}", run, detail),
  direction: (number: number) => t("direction {0}", number),
  median: (of: string) => t("{0}, median", of),

  // Read-out
  at: (name: string, value: string) => t("At {0} {1}", name, value),
  line: t("Line"),
  approximately: (value: string) => t("≈ {0}", value),
  plusMinus: (value: string, error: string) => t("{0} ± {1}", value, error),
  fromTo: (value: string, low: string, high: string) => t("{0} ({1} to {2})", value, low, high),
  interpolated: t("interpolated"),
  measured: t("measured"),
  notMeasured: t("not measured"),
  source: t("Source"),
  keys: t(
    "Arrow keys move the cursor, Shift moves ten steps, Home goes to θ*, Enter pins, plus and minus zoom, 0 resets.",
  ),

  // Notes
  provenanceAll: (points: number, lines: number) =>
    lines === 1
      ? t("{0} points measured", formatCount(points))
      : t("{0} lines of {1} points measured", formatCount(lines), formatCount(points)),
  provenanceSome: (measured: number, total: number) =>
    t("{0} of {1} points measured, the rest interpolated (thin and dotted)", formatCount(measured), formatCount(total)),
  provenanceFew: (measured: number, total: number) =>
    t("{0} of {1} points measured", formatCount(measured), formatCount(total)),
  offGrid: (name: string, value: string) =>
    t("No point was measured at {0} {1}: the whole cut is interpolated.", name, value),
  offGridButCentre: (name: string, value: string) =>
    t("No point of the grid was measured at {0} {1}: the cut is interpolated but for θ*.", name, value),
  dotted: t("Dots are measured; thin dotted parts are interpolated."),
  notFinite: (count: number) =>
    count === 1 ? t("1 value is not finite (hatched).") : t("{0} values are not finite (hatched).", formatCount(count)),
  cutOff: (clip: string) => t("Losses above {0} are cut off.", clip),
  band: (count: number) =>
    t("Median of {0} directions; dark band: the middle half; light band: all.", formatCount(count)),
  reading: t("Solid: training data. Dashed: other data."),
  differs: (name: string, values: readonly string[]) => t("{0} differ: {1}.", name, values.join("; ")),
  valueOf: (value: string, run: string) => (run.includes(value) ? run : t("{0} ({1})", value, run)),
  none: t("none"),
  labelled: (name: string, what: string) => t("{0} ({1})", name, what),
  noChart: t("Too little is measured yet to draw a line."),

  // Settings that differ
  settings: {
    weights: t("Weights"),
    batchNorm: t("Batch-norm statistics"),
    directions: t("Kinds of directions"),
    seed: t("Seeds"),
    normalisation: t("Normalisations"),
    range: t("Ranges"),
    split: t("Splits"),
    samples: t("Numbers of samples"),
    data: t("Data files"),
    loss: t("Losses"),
  },
  batchNorm: {
    keep: t("statistics kept"),
    interpolate: t("statistics interpolated"),
    recompute: t("statistics recomputed"),
  },
  kinds: {
    random: t("random"),
    to: t("to another model"),
    between: t("between two models"),
    file: t("from a file"),
    hessian: t("eigenvectors of the Hessian"),
    pca: t("principal"),
  },
  seed: (seed: number) => t("seed {0}", seed),
  samples: (count: number) => t("{0} samples", formatCount(count)),
  range: (from: number, to: number) => t("{0} to {1}", formatTick(from), formatTick(to)),

  // Summary and table
  summary: (facts: {
    readonly what: string;
    readonly axis: string;
    readonly from: string;
    readonly to: string;
    readonly values: string;
    readonly provenance: string;
  }) =>
    t(
      "{0} along {1} from {2} to {3}. {4} {5}.",
      facts.what,
      facts.axis,
      facts.from,
      facts.to,
      facts.values,
      facts.provenance,
    ),
  extremes: (name: string, lowest: string, at: string, highest: string, highestAt: string) =>
    t("{0}: lowest {1} at {2}, highest {3} at {4}.", name, lowest, at, highest, highestAt),
  tableRegion: t("Table of the lines"),
  tableCaption: (axis: string) => t("Values along {0}; those marked ≈ are interpolated", axis),
  standardError: t("± SE"),
} as const;

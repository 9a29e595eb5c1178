import { t } from "./l10n";

/** Texts of figures and their tools that several views share. */
export const strings = {
  // Splits
  splitLabel: t("Split"),
  difference: (second: string, first: string) => `${second} \u2212 ${first}`,
  splitOf: (what: string, split: string) => t("{0}, {1}", what, split),

  splitFact: (value: string, split: string) => t("{0} ({1})", value, split),
  factsJoin: t("; "),

  // Scale
  automatic: { log: t("Auto: log"), linear: t("Auto: linear") },
  scales: { log: t("Log scale"), linear: t("Linear"), paper: t("Paper levels") },
  paperLevelsHint: t("The levels of Li et al. 2018: from 0.1 in steps of 0.5 below 10"),
  paperLevelsMiss: (low: string, high: string) =>
    t(
      "The paper's levels, 0.1 to 9.6 in steps of 0.5, do not cross losses from {0} to {1}, so automatic levels are drawn.",
      low,
      high,
    ),

  // Ground without contours
  allTheSame: (value: string) => t("Every value is {0}, so there are no contours.", value),
  nothingFinite: t("No value is a finite number, so there is nothing to draw."),

  // Display options
  scaleLabel: t("Scale"),
  fillLabel: t("Contours"),
  fills: { filled: t("Filled"), lines: t("Lines only") },
  clipLabel: t("Upper end"),
  clipSizeLabel: t("Up to ±"),
  clipHint: (natural: string) =>
    t("Values beyond it take the last colour; leave it empty for the automatic end, {0}.", natural),
  clipInvalid: (low: string) => t("The upper end must be a number above {0}.", low),

  // Table
  tableCaption: (what: string, provenance: string) =>
    t("{0} at each grid point: α in columns, β in rows. {1}.", what, provenance),

  // Units
  points: (value: string) => t("{0} pp", value),
  deltaTitle: { loss: t("Δ Loss"), accuracy: t("Δ Accuracy"), error: t("Δ Error rate") },
  deltaMark: (value: string) => `Δ  ${value}`,
} as const;

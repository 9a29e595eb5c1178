import { formatCount } from "../charts/format";
import { t } from "./l10n";

/** Texts of the Weights view. */
export const strings = {
  // Tools
  modeLabel: t("Shown"),
  modes: { values: t("Values"), filters: t("Filter norms") },
  layersLabel: t("Layers"),
  layers: { kernels: t("Kernels"), all: t("All parameters") },
  compare: t("Compare weights…"),
  initial: t("Initial weights"),
  initialHint: t("The first checkpoint of the training, behind the weights of the model"),
  sharedRange: t("One range for each kind"),
  remove: (name: string) => t("Remove {0}", name),
  initialOf: (name: string) => t("{0} (initial)", name),
  full: (most: number) => t("{0} files are as many as can be told apart.", most),

  // States
  reading: (name: string) => t("Reading the weights of {0}…", name),
  again: t("Try again"),
  without: t("Go on without the added files"),
  noLayers: t("The model has no parameters of this kind."),

  // Figure
  allLayers: t("All kernels"),
  count: t("All kernels: number of values (square-root axis)"),
  shape: (extents: readonly number[]) => extents.map(formatCount).join(" × "),
  sigma: (value: string) => t("σ {0}", value),
  zeroShare: (share: string) => t("{0} zero", share),
  noZeros: t("no zeros"),
  normOf: (value: string) => t("norm {0}", value),
  filterCount: (count: number) => (count === 1 ? t("1 filter") : t("{0} filters", formatCount(count))),
  filterRange: (low: string, high: string) => t("{0} to {1}", low, high),
  zeroFilters: (count: number) => (count === 1 ? t("1 zero filter") : t("{0} zero filters", formatCount(count))),
  nonFinite: (count: number) =>
    count === 1 ? t("1 value not finite") : t("{0} values not finite", formatCount(count)),
  join: (parts: readonly string[]) => parts.join(" · "),

  // Read-out
  bin: (layer: string, from: string, to: string, values: string) => t("{0}, {1} to {2}: {3}", layer, from, to, values),
  binValues: (count: number, name: string) => t("{0} in {1}", formatCount(count), name),
  filter: (layer: string, rank: number, of: number, values: string) =>
    t("{0}, filter {1} of {2} by norm: {3}", layer, formatCount(rank), formatCount(of), values),
  filterValue: (value: string, name: string) => t("{0} in {1}", value, name),
  hint: t("Point at a histogram to read its bins. Arrow keys go from layer to layer, with Shift from bin to bin."),

  // Table
  tableRegion: t("Table of the weights"),
  overallRegion: t("All kernels together"),
  tableCaption: t("Every layer in the order of the network"),
  columns: {
    layer: t("Layer"),
    file: t("File"),
    kind: t("Kind"),
    shape: t("Shape"),
    count: t("Values"),
    mean: t("Mean"),
    deviation: t("σ"),
    least: t("Lowest"),
    greatest: t("Highest"),
    zeros: t("Zeros"),
    norm: t("Norm"),
    nonFinite: t("Not finite"),
    zeroFilters: t("Zero filters"),
  },
  kinds: {
    kernel: t("kernel"),
    embedding: t("embedding"),
    bias: t("bias"),
    scale: t("scale"),
    shift: t("shift"),
  },

  // Words
  summary: (layers: number, files: readonly string[]) =>
    t(
      "Histograms of the weights in {0}. {1}",
      layers === 1 ? t("1 layer") : t("{0} layers", formatCount(layers)),
      files.join(" "),
    ),
  fileSummary: (name: string, count: number, mean: string, deviation: string, zeros: string, norm: string) =>
    t(
      "{0}: {1} values in kernels, mean {2}, standard deviation {3}, {4}, norm {5}.",
      name,
      formatCount(count),
      mean,
      deviation,
      zeros,
      norm,
    ),
  layerLabel: (name: string, details: string) => t("{0}: {1}", name, details),
  caption: (names: string) =>
    t("Weights of {0}. Counts on a square-root axis; bins of equal width, the same for all files.", names),
  note: t(
    "Running statistics of batch normalisation are not among the parameters. Filters are the output units that directions are scaled by.",
  ),
} as const;

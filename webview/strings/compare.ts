import { formatCount } from "../charts/format";
import { t } from "./l10n";

/** Texts of the Compare view. */
export const compareStrings = {
  title: t("Compare"),

  // Tools
  sameScale: t("Same colour scale"),
  difference: t("Difference"),
  surfaces: t("3-D"),
  noSurfaces: t("Surfaces in three dimensions need the same range in all runs."),
  // Empty
  emptyTitle: t("Compare this run with others"),
  emptyText: t(
    "Up to six runs are drawn side by side on the same range with the same contour levels: another training, another architecture, another batch size. Opening a run computes nothing.",
  ),

  // Tiles
  remove: (name: string) => t("Remove {0}", name),
  moveBack: (name: string) => t("Move {0} earlier (Alt+Left)", name),
  moveOn: (name: string) => t("Move {0} later (Alt+Right)", name),
  opening: t("Opening"),
  points: (measured: number, total: number) => t("{0} of {1} points", formatCount(measured), formatCount(total)),
  differenceTitle: t("Second − first"),
  differenceOf: (second: string, first: string) => t("{0} − {1}", second, first),
  ownScale: t("Each tile has a colour scale of its own: equal colours do not mean equal values."),

  // Rules
  notFinite: t("not finite"),
  notAPlane: (name: string) => t("{0} is a run along lines and has no map of a plane to compare.", name),
  otherLoss: (name: string, loss: string, first: string, firstLoss: string) =>
    t(
      "{0} measures {1}, {2} measures {3}: values of different losses cannot be compared.",
      name,
      loss,
      first,
      firstLoss,
    ),
  noMetric: (name: string, metric: string) => t("{0} has no {1}: its loss does not define one.", name, metric),
  oneSplit: (name: string, split: string) =>
    t("{0} was measured on {1} alone, so it has no difference of splits.", name, split),
  noOverlap: (name: string, range: string, first: string, firstRange: string) =>
    t("{0} covers {1}, {2} covers {3}: there is no part of the plane that both show.", name, range, first, firstRange),
  rangesDiffer: (range: string) => t("Ranges differ: only the part that all runs cover is shown, {0}.", range),
  kindsDiffer: (parts: string) => t("Directions are of different kinds ({0}), so the planes do not correspond.", parts),
  normalisationDiffers: (parts: string) =>
    t("Directions are normalised in different ways ({0}), so distances and widths cannot be compared.", parts),
  notNormalised: t(
    "Directions are not filter-normalised, so widths depend on the scale of the weights and do not tell sharp from flat.",
  ),
  unitDirections: t(
    "Directions have unit length, so widths depend on the scale of the weights and do not tell sharp from flat.",
  ),
  keptDiffers: (parts: string) => t("Different parameters are kept fixed ({0}).", parts),
  batchNormDiffers: (parts: string) => t("Batch-norm statistics are treated in different ways ({0}).", parts),
  splitsDiffer: (parts: string) => t("Runs are measured on different splits ({0}).", parts),
  dataDiffer: (parts: string) => t("Runs are measured on different data files ({0}).", parts),
  samplesDiffer: (parts: string) => t("Runs are measured on different samples ({0}).", parts),
  seedsDiffer: (parts: string) => t("Directions were drawn with different seeds ({0}).", parts),
  curvatureDiffers: (parts: string) => t("Eigenvalues and traces are of different parameters or samples ({0}).", parts),
  checkFailed: (name: string, message: string) => t("{0}: {1}", name, message),
  incomplete: (name: string, provenance: string) => t("{0}: {1}.", name, provenance),
  seed: (seed: number) => t("seed {0}", seed),
  named: (name: string, value: string) => t("{0}: {1}", name, value),
  kinds: {
    random: t("random"),
    to: t("towards a checkpoint"),
    between: t("between checkpoints"),
    file: t("from a file"),
    hessian: t("Hessian eigenvectors"),
    pca: t("principal directions"),
  },
  normalisations: {
    filter: t("by filter"),
    layer: t("by layer"),
    weight: t("by weight"),
    dfilter: t("unit filters"),
    dlayer: t("unit layers"),
    none: t("none"),
  },
  batchNorm: { keep: t("kept"), interpolate: t("interpolated"), recompute: t("recomputed") },
  sampleSet: (samples: number, how: string) => t("{0} samples, {1}", formatCount(samples), how),
  stratified: (seed: number) => t("stratified with seed {0}", seed),
  firstInFile: t("the first of the file"),
  curvatureOf: (parameters: "kernels" | "all", samples: number) =>
    parameters === "all"
      ? t("all parameters, {0} samples", formatCount(samples))
      : t("kernels, {0} samples", formatCount(samples)),

  // Difference
  samePlane: t(
    "Both runs are of the same weights and directions: the difference is taken point by point in one plane.",
  ),
  sameDraw: t(
    "Both runs use the same random draw, scaled to each model's own weights: the difference is taken at equal α and β, not at equal weights.",
  ),
  noDifference: (reason: string) => t("There is no difference map: {0}.", reason),
  parametersDiffer: t("the models have different numbers of parameters"),
  architecturesDiffer: t("the models have different architectures"),
  judgedByCounts: t(
    "That the architectures are the same is judged by numbers of parameters and tensors alone: one of the runs was made by an earlier version.",
  ),
  directionsDiffer: t("the directions are not the same"),
  weightsDiffer: t("such directions belong to one set of weights, and the runs have different ones"),
  gridsDiffer: t("the grids have no 2 × 2 points in common"),
  onCommonPoints: (grid: string) => t("The difference is known at the {0} points that both grids have.", grid),

  // Table
  tableLabel: t("Measures of the compared runs"),
  measure: t("Quantity"),
  notRun: t("not run"),
  measures: {
    loss: t("Loss at θ*"),
    accuracy: t("Accuracy at θ*"),
    largest: t("Largest loss in the window"),
    radius: t("Radius at twice the loss of θ*"),
    lossDifference: t("Difference of losses at θ*"),
    accuracyDifference: t("Difference of accuracies at θ*"),
    largestDifference: t("Largest difference of losses in the window"),
    eigenvalue: t("Largest Hessian eigenvalue"),
    trace: t("Hessian trace"),
    sharpness: t("ε-sharpness"),
    parameters: t("Parameters"),
    samples: t("Samples"),
    grid: t("Grid"),
    normalisation: t("Normalisation"),
    seed: t("Seed of the directions"),
    engine: t("Engine"),
  },
  plusMinus: (value: string, error: string) => t("{0} ± {1}", value, error),
  plusMinusPercent: (value: string, error: string) => t("{0} ± {1} %", value, error),
  plusMinusPoints: (value: string, error: string) => t("{0} ± {1} points", value, error),
  beyondGrid: (reach: string) => t("beyond the grid (> {0})", reach),
  atMost: (most: string) => t("at most {0}", most),
  sharpnessOf: (value: string, epsilon: string) => t("{0} % (ε {1})", value, epsilon),
  unconverged: (value: string) => t("≈ {0}, not converged", value),
  differencesAre: (name: string) => t("Differences are {0}.", name),
  lowest: t("Lowest value in bold."),
  comparable: t("Directions are filter-normalised, so distances compare."),
  countsDiffer: t("Sample counts differ."),

  // Words for assistive technology
  figureKeys: t(
    "Arrow keys move the cursor in all maps, Shift moves ten steps, Home goes to θ*, Enter pins, plus and minus zoom, 0 resets.",
  ),
  surfaceKeys: t("Arrow keys turn all surfaces, 0 turns them back."),
  summary: (count: number, metric: string, range: string, values: string) =>
    t("{0} contour maps of {1} side by side over {2}. At the trained weights: {3}.", count, metric, range, values),
  summarySame: t("All maps have the same levels and colours."),
  summaryOwn: t("Each map has levels and colours of its own."),
  valueOf: (name: string, value: string) => t("{0} {1}", name, value),
  added: (name: string) => t("{0} added", name),
  removed: (name: string) => t("{0} removed", name),
  picture: t("comparison"),
  captionOf: (name: string, caption: string) => t("{0}: {1}", name, caption),
} as const;

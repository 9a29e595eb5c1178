import { formatCount } from "../charts/format";
import type { Quantity } from "../state/curvature";
import { t } from "./l10n";

/** Texts of the Curvature view. */

const titles: Readonly<Record<Quantity, string>> = {
  ratio: t("|λ min / λ max|"),
  min: t("λ min"),
  max: t("λ max"),
};

export const curvatureStrings = {
  quantityLabel: t("Quantity"),
  titles,
  quantities: {
    ratio: t("|λ min / λ max|"),
    min: t("λ min, the smallest eigenvalue"),
    max: t("λ max, the largest eigenvalue"),
  } satisfies Record<Quantity, string>,
  lossContours: t("Loss contours"),
  measureAgain: t("Measure with other settings"),
  measure: t("Measure curvature"),
  cancel: t("Cancel"),

  // What is measured
  sampleAll: (samples: number, split: string) => t("all {0} samples of {1}", formatCount(samples), split),
  sampleSome: (samples: number, available: number, split: string) =>
    t("{0} of the {1} samples of {2}", formatCount(samples), formatCount(available), split),
  kernelsOf: (count: number) => t("{0} weights (biases and normalisation left out)", formatCount(count)),
  kernelsOnly: t("the weights (biases and normalisation left out)"),
  allOf: (count: number) => t("all {0} parameters", formatCount(count)),
  allOnly: t("all parameters"),
  subject: (samples: string, parameters: string) =>
    t("Hessian of the mean loss on {0}, over {1}.", samples, parameters),
  computedOf: (count: number, total: number) => t("{0} of {1} points computed", formatCount(count), formatCount(total)),

  // Words under the map
  nonConvex: (count: number, of: number, share: string) =>
    t(
      "Outlined: λ min lies below −1 % of λ max at {0} of {1} points ({2}), so the loss is not convex there.",
      formatCount(count),
      formatCount(of),
      share,
    ),
  nowhereNonConvex: (of: number) =>
    t("λ min stays above −1 % of λ max at all {0} points that are computed; nothing is outlined.", formatCount(of)),
  nonConvexNote: t(
    "Negative curvature proves that the loss is not convex, in directions that need not lie in this plane; a map without any proves nothing.",
  ),
  unconverged: (count: number, tolerance: string) =>
    count === 1
      ? t("1 point is marked in its corner: its residual is above {0}, so its eigenvalues are uncertain.", tolerance)
      : t(
          "{0} points are marked in their corner: their residual is above {1}, so their eigenvalues are uncertain.",
          formatCount(count),
          tolerance,
        ),
  notFinite: (count: number) =>
    count === 1
      ? t("1 point is hatched: its curvature is not a finite number.")
      : t("{0} points are hatched: their curvature is not a finite number.", formatCount(count)),
  capped: t("Above the bar λ min outweighs λ max."),
  centreOnly: t("Only the trained weights θ* are measured. Measure more points to see a map."),

  // Read-out
  alpha: t("α"),
  beta: t("β"),
  ratio: t("ratio"),
  samples: t("Samples"),
  products: t("Products"),
  residual: t("Residual"),
  residuals: (max: string, min: string) => t("{0} (λ max), {1} (λ min)", max, min),
  symmetry: t("Symmetry error"),
  place: t("At"),
  atCentre: t("θ*"),
  mapGrid: (columns: number, rows: number, range: string) =>
    t("Curvature at {0} × {1} points, {2}", columns, rows, range),
  densityTitle: t("Spectral density at θ*"),
  notComputed: t("not computed"),
  uncertain: t("residual above the tolerance"),
  nonConvexHere: t("not convex"),
  pinned: t("Pinned; Escape frees it"),
  productsHint: t("Hessian-vector products, which are the iterations of Lanczos's method"),
  residualHint: t("‖Hv − λv‖ / |λ|, for λ max and λ min"),
  symmetryHint: t("Largest |u·Hv − v·Hu| relative to ‖Hv‖; exact second derivatives give rounding only"),

  // For assistive technology
  mapKeys: t(
    "Arrow keys move to other points, Home goes to the trained weights, Enter pins, Escape frees, Control C copies the image.",
  ),
  summary: (facts: { quantity: string; columns: number; rows: number; computed: number; total: number }) =>
    t(
      "Map of {0} on {1} × {2} points of the plane; {3} of {4} are computed.",
      facts.quantity,
      facts.columns,
      facts.rows,
      facts.computed,
      facts.total,
    ),
  summaryCentre: (max: string, min: string) => t("At the trained weights λ max is {0} and λ min {1}.", max, min),
  summaryRange: (low: string, high: string) => t("The values go from {0} to {1}.", low, high),
  summaryShare: (share: string) => t("λ min lies below −1 % of λ max at {0} of the points.", share),

  // Axes and bars
  colourBarLog: (title: string) => t("{0}, log", title),
  alphaAxis: t("α (direction 1)"),
  betaAxis: t("β (direction 2)"),

  // Spectrum
  spectrum: t("Spectrum at the trained weights"),
  eigenvalueAxis: t("eigenvalue of the Hessian"),
  densityAxis: t("density"),
  densityLabel: (least: string, most: string, samples: number) =>
    t(
      "Density of the Hessian’s eigenvalues on a logarithmic axis, from {0} to {1}, from {2} starting vectors.",
      least,
      most,
      samples,
    ),
  densityMethod: (vectors: number, values: number, width: string) =>
    vectors === 1
      ? t(
          "Stochastic Lanczos quadrature with 1 starting vector and {0} Ritz values; each is drawn as a Gaussian of width σ = {1}.",
          formatCount(values),
          width,
        )
      : t(
          "Stochastic Lanczos quadrature with {0} starting vectors and {1} Ritz values in all; each is drawn as a Gaussian of width σ = {2}.",
          formatCount(vectors),
          formatCount(values),
          width,
        ),
  densityNotFinite: t("The spectral density is not finite: a product with the Hessian overflowed."),
  negativeMass: (below: string, beyond: string) =>
    t("{0} of the eigenvalues are negative, {1} lie below −1 % of λ max (estimated).", below, beyond),
  noNegativeMass: t("No negative eigenvalue carries weight in this estimate."),
  withError: (value: string, error: string) => t("{0} ± {1}", value, error),
  traceName: t("Trace"),
  traceProbes: (probes: number) =>
    probes === 1
      ? t("With 1 probe its error is not known")
      : t("± is the standard error of {0} Rademacher probes", formatCount(probes)),
  traceMeaning: (mean: string) =>
    t("Sum of all eigenvalues (Hutchinson’s estimate); the mean eigenvalue is {0}.", mean),
  traceMeaningAlone: t("Sum of all eigenvalues (Hutchinson’s estimate)."),
  maxName: t("λ max"),
  maxMeaning: t("Curvature of the steepest direction: the sharpness that the size of a gradient step must respect."),
  minName: t("λ min"),
  minMeaning: t("The most negative curvature: below zero the trained weights are no minimum of this loss."),
  minMeaningPositive: t("The smallest curvature: no direction bends downwards."),
  ritzNote: t("The ticks are its smallest and largest Ritz value."),
  sharpnessName: t("ε-sharpness"),
  sharpnessValue: (value: string) => t("{0} %", value),
  sharpnessMeaning: (epsilon: string, centre: string, largest: string) =>
    t(
      "Within {0} of each filter’s norm the loss rises from {1} to {2} at most, as far as a search has found: a lower bound (Keskar et al. 2017).",
      epsilon,
      centre,
      largest,
    ),

  // Empty and the form
  emptyTitle: t("How curved is the loss, and is it really convex?"),
  emptyText: t(
    "A contour shows two directions of very many. The largest and the smallest eigenvalue of the Hessian tell the curvature over all of them: where the smallest is clearly negative, the loss is not convex however round the contour looks.",
  ),
  emptyNeeds: t(
    "It needs exact second derivatives of this model on some samples, at each point of a coarse grid over the same plane. The run is made again with them; you can go back to this one.",
  ),
  waiting: t("The first eigenvalues are being computed; points appear here as they are done."),
  ended: t("The run ended before any eigenvalue was computed."),
  mapSize: t("Map"),
  mapPoints: (points: number) => (points === 1 ? t("θ* only") : t("{0} × {0}", points)),
  samplesField: t("Samples"),
  densityField: t("Spectral density"),
  traceField: t("Trace"),
  parametersField: t("Parameters"),
  kernels: t("Weights only"),
  allParameters: t("All parameters"),
  sharpnessField: t("ε-sharpness"),
  none: t("None"),
  vectors: (count: number) => (count === 1 ? t("1 vector") : t("{0} vectors", count)),
  probes: (count: number) => t("{0} probes", count),
  epsilon: (value: string) => t("ε = {0}", value),
  allSamples: (count: number) => t("All {0}", formatCount(count)),
  foreseeing: t("Working out the cost…"),
  cost: (evaluations: number, products: number) =>
    t(
      "{0} evaluations of the loss and up to about {1} products with the Hessian",
      formatCount(evaluations),
      formatCount(products),
    ),
  costProducts: (products: number) =>
    t(
      "Up to about {0} products with the Hessian, and no evaluation of the loss, which is measured already",
      formatCount(products),
    ),
  costTime: (cost: string, time: string) => t("{0}; about {1}.", cost, time),
  costUnknownTime: (cost: string) => t("{0}. How long that takes shows once it runs.", cost),
  start: t("Measure curvature"),

  // Table
  tableCaption: (subject: string) => t("Extreme eigenvalues of the Hessian at each computed point. {0}", subject),
  tableRegion: t("Values of the curvature map"),
  columnMax: t("λ max"),
  columnMin: t("λ min"),
  columnRatio: t("|λ min / λ max|"),
  columnResidualMax: t("Residual of λ max"),
  columnResidualMin: t("Residual of λ min"),
} as const;

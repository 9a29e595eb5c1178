import { formatCount } from "../charts/format";
import { t } from "./l10n";

/** "How to read this": what the pictures of a run mean and what they cannot say. */
export const guideStrings = {
  title: t("How to read this"),
  hint: t("What the axes are, what may be compared, what cannot be seen"),

  axes: t("The axes"),
  randomAxes: (parameters: number) =>
    t(
      "The model has {0} weights, so its loss is a landscape over as many dimensions. This picture is one plane through it: the trained weights θ* in the middle, α and β steps along two random directions. At (α, β) the model has the weights θ* + α·δ + β·η; nothing is trained there.",
      formatCount(parameters),
    ),
  pathAxes: (parameters: number) =>
    t(
      "The model has {0} weights, so its loss is a landscape over as many dimensions. This picture is one plane through it: the trained weights θ* at (0, 0), and the two directions along which the checkpoints of the training differ most (PCA). Nothing is trained here; each point is the model with other weights.",
      formatCount(parameters),
    ),
  hessianAxes: (parameters: number) =>
    t(
      "The model has {0} weights. This picture is the plane through the trained weights θ* along two eigenvectors of the Hessian, chosen because the loss is most curved there; an average direction is far flatter.",
      formatCount(parameters),
    ),
  modelAxes: (parameters: number) =>
    t(
      "The model has {0} weights. This picture leads from the trained weights θ* towards other models: one step along the axis is all the way there. Every point between is a mixture of their weights, which was never trained.",
      formatCount(parameters),
    ),
  fileAxes: (parameters: number) =>
    t(
      "The model has {0} weights. This picture is the plane through the trained weights θ* along two directions that were read from a file.",
      formatCount(parameters),
    ),
  lineAxes: (parameters: number) =>
    t(
      "The model has {0} weights. A line shows the loss along one direction through them: θ* at 0, and nothing of what lies to either side.",
      formatCount(parameters),
    ),

  contours: t("The contours"),
  contoursText: (samples: number, split: string) =>
    t(
      "A contour joins places of equal loss, measured on {0} samples of {1} with the weights at each place. Contours close together mean a steep loss, far apart a flat one. On a logarithmic scale equal distances are equal ratios: look at the bar before calling something a cliff.",
      formatCount(samples),
      split,
    ),

  scale: t("What may be compared"),
  filterScale: t(
    "The directions are filter-normalised: each filter of δ and η has the norm of the filter that it moves. A step of 0.1 then changes every filter by a tenth of itself, so that the width of a valley can be compared with that of another network, which raw directions do not allow: a ReLU network with larger weights computes the same function and would look flatter. It does not make pictures of different losses, data or sample counts comparable.",
  ),
  ownScale: t(
    "The directions have the model’s own norms, layer by layer or weight by weight. Widths can be compared only between pictures that were normalised alike, and less well than with filter normalisation.",
  ),
  noScale: t(
    "The directions are not scaled to the filters, so the width of what you see depends on how large the weights happen to be. Compare nothing with another network here.",
  ),
  learnedScale: t(
    "The directions come from the weights themselves and are not normalised. Distances are those in weight space; widths cannot be compared with pictures of other networks.",
  ),

  slice: t("What a plane cannot tell"),
  sliceText: t(
    "Two directions of very many. A ridge, a second valley or an escape may lie just beside the plane. Negative curvature that shows here is real; a round bowl here does not prove that the loss is convex. A path through random directions looks short and straight whatever the training did.",
  ),

  path: t("What the plane of a path hides"),
  pathText: t(
    "The checkpoints lie off the plane and are projected onto it. The map shows the loss beneath their projections, with the batch-norm statistics of θ* unless they are measured anew; the loss of a checkpoint itself can be quite different. Even a pure random walk looks like a smooth arc in such a plane, with about 61 % of the variance on its first axis: compare the shares on the axes with that.",
  ),

  curvature: t("The outline on the curvature map"),
  curvatureText: t(
    "Each cell has the largest and smallest eigenvalue of the full Hessian at that place, over all weights and not only this plane. Outlined are the cells where the smallest is negative beyond 1 % of the largest: there the loss curves downwards in some direction, seen or not. Cells outside the outline are close to convex in every direction; between the points nothing was computed.",
  ),

  source: t("The method and its pitfalls:"),
  paper: t(
    "H. Li, Z. Xu, G. Taylor, C. Studer and T. Goldstein, “Visualizing the Loss Landscape of Neural Nets”, NeurIPS 2018, arXiv:1712.09913.",
  ),
} as const;

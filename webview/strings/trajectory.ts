import type { Metric } from "../state/field";
import { t } from "./l10n";

/** Texts of the path of training. */
export const trajectoryStrings = {
  // Map
  initial: t("init"),
  range: (from: string, to: string) => t("{0} to {1}", from, to),
  enlarged: (from: string, to: string) => t("Checkpoints {0} to {1}, enlarged", from, to),
  principalAxis: (name: string, share: string) => t("{0}   {1} of variance", name, share),
  component: (number: number) => t("PC {0}", number),
  keys: t(
    "Left and right arrow keys move along the path, Home and End go to its ends, Enter opens what can be done with a checkpoint, Space plays.",
  ),
  widened: t("The path leaves the ground that was measured; what is blank around it was not measured."),
  explained: (both: string, rows: number, walk: string, walkFirst: string, walkSecond: string) =>
    t(
      "The plane holds {0} of the variance; a random walk of {1} points gives {2} ({3} and {4}).",
      both,
      rows,
      walk,
      walkFirst,
      walkSecond,
    ),
  unclear: t("That is not clearly more than chance, so the shape of the path may be chance."),
  colourNote: t(
    "Points have the colour of their own loss: where one differs from the ground, the plane does not pass through that checkpoint.",
  ),

  // Charts
  checkpoint: t("Checkpoint"),
  projection: t("Its projection on the plane"),
  drop: t("Learning-rate drop"),
  rate: (rate: string) => t("LR {0}", rate),
  offPlane: t("Off the plane"),
  offPlaneAxis: t("Off plane"),
  offPlaneDistance: t("distance"),
  offPlaneShare: t("share of that from θ*"),
  percent: (value: string) => t("{0} %", value),
  metric: (metric: Metric) => ({ loss: t("Loss"), accuracy: t("Accuracy"), error: t("Error rate") })[metric],
  chartLabel: (metric: string) => t("{0} and distance from the plane by epoch", metric),

  // Slider
  epochSlider: t("Epoch"),
  play: t("Play"),
  pause: t("Pause"),
  sliderText: (position: string, last: string, metric: string, value: string) =>
    t("Epoch {0} of {1}, {2} {3}", position, last, metric, value),

  // Read-out
  epoch: t("Epoch"),
  checkpointNumber: t("Checkpoint"),
  ofLast: (position: string, last: string) => t("{0} of {1}", position, last),
  learningRate: t("Learning rate"),
  inPlane: t("In plane"),
  difference: (value: string) => t("({0})", value),
  place: (isPrincipal: boolean) => (isPrincipal ? t("PC") : t("Place")),
  pair: (x: string, y: string) => t("{0}, {1}", x, y),
  offPlaneValue: (distance: string, share: string) => t("{0} ({1} of the distance)", distance, share),
  accuracy: t("Accuracy"),
  notMeasured: t("not measured yet"),

  // Checkpoint's actions
  actionsOf: (name: string) => t("Actions for {0}", name),
  showFile: t("Show file"),
  centreHere: t("Centre here"),
  openLandscape: t("Open its landscape"),
  closeActions: t("Close"),

  // Added while training goes on
  added: (count: number) =>
    count === 1
      ? t("1 checkpoint was added since the plane was made.")
      : t("{0} checkpoints were added since the plane was made.", count),
  fitAnew: t("Fit the plane anew"),

  // Tools
  plane: t("Plane"),
  planes: { path: t("PCA of checkpoints"), random: t("Random directions") },

  // Table
  tableCaption: (provenance: string) => t("Checkpoints in the plane. {0}.", provenance),
  tableRegion: t("Checkpoints"),
  columns: {
    name: t("File"),
    epoch: t("Epoch"),
    rate: t("LR"),
    inPlane: t("In plane"),
    accuracy: t("Accuracy"),
    x: t("x"),
    y: t("y"),
    offPlane: t("Off plane"),
    share: t("Share"),
  },

  // Sentence
  summary: (parts: {
    readonly count: number;
    readonly first: string;
    readonly last: string;
    readonly metric: string;
  }) =>
    t("Path of {0} checkpoints in the plane, from {1} {2} to {3}.", parts.count, parts.metric, parts.first, parts.last),
  summaryExplained: (both: string, walk: string) =>
    t("The plane holds {0} of the path's variance, a random walk gives {1}.", both, walk),
  summaryOff: (share: string, name: string) =>
    t("Furthest from the plane, by {0} of its distance from θ*, is checkpoint {1}.", share, name),

  // Empty state
  emptyTitle: t("The path that training took"),
  emptyText: t(
    "This view shows how training came to θ*: its checkpoints in the plane that holds most of the path, with the loss of each.",
  ),
  emptyFound: t("There are checkpoints beside the model. Shown in their own plane, the run is measured anew."),
  emptyMissing: t(
    "It needs checkpoints of the training beside the model, such as checkpoints/model_1.pt, model_2.pt, … in any format that holds weights.",
  ),
  emptyHow: t(
    'The command "Insert Checkpoints of Every Epoch" puts what saves them into your training code. Run the training, then open the model again.',
  ),
  follow: t("Follow the training"),
  followHint: t("Adds checkpoints to the path as the training writes them"),
  showPath: t("Show the path of the checkpoints"),
} as const;

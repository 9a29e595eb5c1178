import type { TakenOverFacts } from "../../server/protocol/result";
import type { LossSpec } from "../../server/protocol/study";
import { formatCount } from "../charts/format";
import type { Question } from "../protocol/messages";
import { t } from "./l10n";

/** Texts of the panel that are not one view's own, in one place for translation. */

const times = (columns: number, rows: number) => `${columns} × ${rows}`;
const grid = ([columns, rows]: readonly [number, number]) => times(columns, rows);

export const strings = {
  panel: t("Loss landscape"),

  // Views
  viewsLabel: t("Views"),
  viewWarnings: (count: number) => (count === 1 ? t("1 warning") : t("{0} warnings", count)),
  views: {
    contour: t("Contour"),
    surface: t("Surface"),
    lines: t("Lines"),
    trajectory: t("Trajectory"),
    curvature: t("Curvature"),
    weights: t("Weights"),
    compare: t("Compare"),
    trust: t("Trust"),
  },

  // Header
  loss: t("Loss"),
  accuracy: t("Accuracy"),
  data: t("Data"),
  samples: (used: number, available: number) =>
    used < available
      ? t("{0} of {1} samples", formatCount(used), formatCount(available))
      : used === 1
        ? t("1 sample")
        : t("{0} samples", formatCount(used)),
  dataFact: (name: string, split: string, samples: string) =>
    split === "" || name.replace(/\..*$/, "") === split ? `${name}, ${samples}` : `${name} ${split}, ${samples}`,
  plusMinus: (value: string, error: string) => `${value} ± ${error} %`,
  plusMinusHint: t("Standard error of the accuracy over the samples"),
  engineHint: (label: string, version: string, device: string, why: string) =>
    t("{0} {1} on {2}: {3}. Opens the report of all engines.", label, version, device, why),
  engineButton: (label: string) => t("Engine: {0}", label),
  runAgain: t("Run again"),
  more: t("More actions"),
  copyPoints: t("Copy measured points as CSV"),
  revealModel: t("Show model file"),
  revealRun: t("Show run file"),
  showEngines: t("Show engines"),
  showLog: t("Show log"),

  // Lines under the header
  workerLost: t("The worker stopped and is being started again. What was measured is kept."),
  cancelled: (measured: number, total: number) =>
    t("Cancelled at {0} of {1} points. They are kept.", formatCount(measured), formatCount(total)),
  resume: t("Resume"),

  // Progress
  run: t("This run"),
  measuring: (level: readonly [number, number]) => t("Refining to {0}", grid(level)),
  firstPicture: t("Measuring the first picture"),
  points: (measured: number, total: number) => t("{0} of {1} points", formatCount(measured), formatCount(total)),
  left: (duration: string) => t("{0} left", duration),
  paused: t("Paused"),
  pause: t("Pause run"),
  goOn: t("Resume run"),
  cancel: t("Cancel run"),
  preparing: t("Preparing"),
  spokenProgress: (percent: number, measured: number, total: number) =>
    t("{0} % measured, {1} of {2} points", percent, formatCount(measured), formatCount(total)),

  // Tools
  metricLabel: t("Metric"),
  metric: (metric: "loss" | "accuracy" | "error") =>
    ({ loss: t("Loss"), accuracy: t("Accuracy"), error: t("Error rate") })[metric],
  profiles: t("Profiles"),
  resetZoom: t("Reset zoom"),
  copyImage: t("Copy image"),
  copied: t("Image copied"),
  copyFailed: (reason: string) => t("The image could not be copied: {0}", reason),
  displayOptions: t("Display options"),
  measuredPoints: t("Measured points"),
  colourMap: t("Colours"),
  colours: { fathom: "Fathom", viridis: "Viridis", cividis: "Cividis", magma: "Magma", grey: t("Grey") },
  showAsTable: t("Show as table"),

  // Figure
  alphaAxis: t("α   (direction 1)"),
  betaAxis: t("β   (direction 2)"),
  centreMark: (value: string) => `θ*  ${value}`,
  throughCursor: t("through cursor"),
  throughCentre: t("through θ*"),
  profileTick: (value: string) => t("loss {0}", value),
  percent: (value: string) => `${value} %`,
  notFinite: t("not finite"),
  emptyFigure: t("Contour map, not measured yet"),

  // Read-out
  alpha: "α",
  beta: "β",
  approximately: (value: string) => `≈ ${value}`,
  interpolated: t("interpolated"),
  preliminary: (samples: number, of: number) =>
    t("preliminary · {0} of {1} samples", formatCount(samples), formatCount(of)),
  preliminaryError: (samples: number, of: number, percent: string) =>
    t("preliminary · {0} of {1} samples · ±{2} %", formatCount(samples), formatCount(of), percent),
  spokenPreliminary: (samples: number, of: number) =>
    t("Preliminary picture from {0} of {1} samples", formatCount(samples), formatCount(of)),
  spokenFinal: t("The picture is made from all samples now."),
  notMeasured: t("not measured"),
  pinned: t("Pinned. Escape frees the cursor."),
  spokenReading: (parts: readonly string[]) => parts.join(", "),
  allMeasured: (columns: number, rows: number) => t("{0} measured", times(columns, rows)),
  drawnAt: (from: readonly [number, number], columns: number, rows: number) =>
    t("{0} measured, drawn at {1}", grid(from), times(columns, rows)),
  restInterpolated: (measured: number, total: number) =>
    t("{0} of {1} measured, the rest interpolated", formatCount(measured), formatCount(total)),
  someMeasured: (measured: number, total: number) =>
    t("{0} of {1} measured", formatCount(measured), formatCount(total)),

  // Run settings
  runSettings: t("Run settings"),
  settingsSummary: (points: string, range: string, directions: string) =>
    t("{0} over {1}, {2}", points, range, directions),
  plusMinusRange: (half: string) => `±${half}`,
  ranges: (x: readonly [string, string], y: readonly [string, string]) =>
    t("α {0} to {1}, β {2} to {3}", x[0], x[1], y[0], y[1]),
  range: (from: string, to: string) => t("{0} to {1}", from, to),
  gridPoints: times,
  settings: {
    model: t("Model"),
    weights: t("Weights"),
    format: t("Format"),
    parameters: t("Parameters"),
    data: t("Data"),
    samples: t("Samples"),
    preprocessing: t("Preprocessing"),
    loss: t("Loss"),
    directions: t("Directions"),
    kept: t("Kept fixed"),
    angle: t("Cosine of the directions"),
    grid: t("Grid"),
    engine: t("Engine"),
    evaluators: t("Evaluators"),
    takenOver: t("Taken over"),
    started: t("Started"),
    run: t("Run file"),
  },
  lossNames: {
    crossEntropy: t("Cross-entropy"),
    sequenceCrossEntropy: t("Cross-entropy of sequences"),
    binaryCrossEntropy: t("Binary cross-entropy"),
    meanSquaredError: t("Mean squared error"),
    meanAbsoluteError: t("Mean absolute error"),
    huber: t("Huber"),
    kullbackLeibler: t("Kullback–Leibler divergence"),
  },
  lossText: ({ name, fromLogits, labelSmoothing, weightDecay }: LossSpec): string =>
    [
      strings.lossNames[name],
      ...(fromLogits === undefined ? [] : [fromLogits ? t("of logits") : t("of probabilities")]),
      ...(labelSmoothing ? [t("labels smoothed by {0}", labelSmoothing)] : []),
      ...(weightDecay ? [t("weight decay {0}", weightDecay)] : []),
    ].join(", "),
  parameterCount: (scalars: number, tensors: number) =>
    t("{0} in {1} tensors", formatCount(scalars), formatCount(tensors)),
  sampling: (samples: string, how: "stratified" | "first", seed: number) =>
    how === "stratified" ? t("{0}, stratified, seed {1}", samples, seed) : t("{0}, the first in the file", samples),
  noPreprocessing: t("None"),
  ignored: { "bias,norm": t("Biases and normalisation weights"), none: t("Nothing") },
  cosine: (value: string, expected: string) => t("{0} (about ±{1} expected)", value, expected),
  takenOver: ({ points, run, others = [] }: TakenOverFacts) =>
    t("{0} points of the same plane from {1}", formatCount(points), [run, ...others].join(", ")),
  evaluatorCount: (evaluators: number, threads: number, batch: number) => {
    const size = formatCount(batch);
    if (threads > 1) {
      return evaluators === 1
        ? t("1 process of {0} threads, batches of {1}", threads, size)
        : t("{0} processes of {1} threads, batches of {2}", evaluators, threads, size);
    }
    return evaluators === 1
      ? t("1 process, batches of {0}", size)
      : t("{0} processes, batches of {1}", evaluators, size);
  },

  // Lines
  linesOf: (count: number, points: number) =>
    count === 1
      ? t("1 line of {0} points", formatCount(points))
      : t("{0} lines of {1} points", formatCount(count), formatCount(points)),

  // Checks
  checkLevels: { warning: "Warning", error: "Error" },

  // States
  problemIcon: t("Error"),
  tryAgain: t("Try again"),
  remedies: {
    "install-tensorflow": t("Install native TensorFlow…"),
    "install-webgpu": t("Install WebGPU…"),
    "restart-worker": t("Restart worker"),
  },
  chooseData: t("Choose data"),
  showFile: t("Show file"),
  copySnippet: t("Copy export call"),
  offerTitle: t("An unfinished run of this study exists"),
  offerText: (measured: number, total: number) =>
    t(
      "{0} of {1} points are measured. Resuming keeps them and measures the rest.",
      formatCount(measured),
      formatCount(total),
    ),
  startOver: t("Start over"),
  startOverHint: t("Starting over sets the earlier run aside; its file is not deleted."),
  questions: {
    "choose-data": {
      title: t("Which data should the loss be measured on?"),
      browse: t("Choose a data file…"),
      browseFolder: t("Choose a folder…"),
    },
    "choose-model": { title: t("Which model do these weights belong to?"), browse: t("Choose a model file…") },
  } as Readonly<Record<Question, { title: string; browse: string; browseFolder?: string }>>,
  useFile: t("Use"),
  useFileLabel: (name: string) => t("Use {0}", name),
  found: t("Found and inferred"),
  foundSummary: (notices: readonly string[]) =>
    notices.length > 1 ? t("{0} And {1} more.", notices[0] ?? "", formatCount(notices.length - 1)) : (notices[0] ?? ""),
  planes: { path: t("Show the path of the checkpoints"), random: t("Show random directions") },
  chooseOtherData: t("Choose other data…"),
  saveAsStudy: t("Save as study"),

  // Table
  tableCorner: "β \\ α",
  cellTitle: (loss: string, accuracy: string, measured: boolean) =>
    measured
      ? t("loss {0}, accuracy {1} %, measured", loss, accuracy)
      : t("loss {0}, accuracy {1} %, interpolated", loss, accuracy),
  tableRegion: t("Grid values"),

  // Copied picture and points
  caption: (parts: {
    readonly model: string;
    readonly data: string;
    readonly grid: string;
    readonly directions: string;
    readonly engine: string;
  }) => t("{0} on {1}. {2}. {3}. {4}.", parts.model, parts.data, parts.grid, parts.directions, parts.engine),
} as const;

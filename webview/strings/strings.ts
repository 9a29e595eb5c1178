import type { LossSpec } from "../../server/protocol/study";
import { formatCount } from "../charts/format";
import type { Question } from "../protocol/messages";

/** Texts of the panel that are not one view's own, in one place for translation. */

const times = (columns: number, rows: number) => `${columns} × ${rows}`;
const grid = ([columns, rows]: readonly [number, number]) => times(columns, rows);

export const strings = {
  panel: "Loss landscape",

  // Views
  viewsLabel: "Views",
  viewWarnings: (count: number) => (count === 1 ? "1 warning" : `${count} warnings`),
  views: {
    contour: "Contour",
    surface: "Surface",
    lines: "Lines",
    trajectory: "Trajectory",
    curvature: "Curvature",
    weights: "Weights",
    compare: "Compare",
    trust: "Trust",
  },

  // Header
  loss: "Loss",
  accuracy: "Accuracy",
  data: "Data",
  samples: (used: number, available: number) =>
    used < available
      ? `${formatCount(used)} of ${formatCount(available)} samples`
      : `${formatCount(used)} ${used === 1 ? "sample" : "samples"}`,
  dataFact: (name: string, split: string, samples: string) =>
    split === "" || name.replace(/\..*$/, "") === split ? `${name}, ${samples}` : `${name} ${split}, ${samples}`,
  plusMinus: (value: string, error: string) => `${value} ± ${error} %`,
  plusMinusHint: "Standard error of the accuracy over the samples",
  engineHint: (label: string, version: string, device: string, why: string) =>
    `${label} ${version} on ${device}: ${why}. Opens the report of all engines.`,
  engineButton: (label: string) => `Engine: ${label}`,
  runAgain: "Run again",
  more: "More actions",
  copyPoints: "Copy measured points as CSV",
  revealModel: "Show model file",
  revealRun: "Show run file",
  showEngines: "Show engines",
  showLog: "Show log",

  // Lines under the header
  workerLost: "The worker stopped and is being started again. What was measured is kept.",
  cancelled: (measured: number, total: number) =>
    `Cancelled at ${formatCount(measured)} of ${formatCount(total)} points. They are kept.`,
  resume: "Resume",

  // Progress
  run: "Run",
  measuring: (level: readonly [number, number]) => `Refining to ${grid(level)}`,
  firstPicture: "Measuring the first picture",
  points: (measured: number, total: number) => `${formatCount(measured)} of ${formatCount(total)} points`,
  left: (duration: string) => `${duration} left`,
  paused: "Paused",
  pause: "Pause run",
  goOn: "Resume run",
  cancel: "Cancel run",
  preparing: "Preparing",
  spokenProgress: (percent: number, measured: number, total: number) =>
    `${percent} % measured, ${formatCount(measured)} of ${formatCount(total)} points`,

  // Tools
  metricLabel: "Metric",
  metric: (metric: "loss" | "accuracy" | "error") =>
    ({ loss: "Loss", accuracy: "Accuracy", error: "Error rate" })[metric],
  profiles: "Profiles",
  resetZoom: "Reset zoom",
  copyImage: "Copy image",
  copied: "Image copied",
  copyFailed: (reason: string) => `The image could not be copied: ${reason}`,
  displayOptions: "Display options",
  measuredPoints: "Measured points",
  colourMap: "Colours",
  colours: { fathom: "Fathom", viridis: "Viridis", cividis: "Cividis", magma: "Magma", grey: "Grey" },
  showAsTable: "Show as table",

  // Figure
  alphaAxis: "α   (direction 1)",
  betaAxis: "β   (direction 2)",
  centreMark: (value: string) => `θ*  ${value}`,
  throughCursor: "through cursor",
  throughCentre: "through θ*",
  profileTick: (value: string) => `loss ${value}`,
  percent: (value: string) => `${value} %`,
  notFinite: "not finite",
  emptyFigure: "Contour map, not measured yet",

  // Read-out
  alpha: "α",
  beta: "β",
  approximately: (value: string) => `≈ ${value}`,
  interpolated: "interpolated",
  notMeasured: "not measured",
  pinned: "Pinned. Escape frees the cursor.",
  spokenReading: (parts: readonly string[]) => parts.join(", "),
  allMeasured: (columns: number, rows: number) => `${times(columns, rows)} measured`,
  drawnAt: (from: readonly [number, number], columns: number, rows: number) =>
    `${grid(from)} measured, drawn at ${times(columns, rows)}`,
  restInterpolated: (measured: number, total: number) =>
    `${formatCount(measured)} of ${formatCount(total)} measured, the rest interpolated`,
  someMeasured: (measured: number, total: number) => `${formatCount(measured)} of ${formatCount(total)} measured`,

  // Run settings
  runSettings: "Run settings",
  settingsSummary: (points: string, range: string, directions: string) => `${points} over ${range}, ${directions}`,
  plusMinusRange: (half: string) => `±${half}`,
  ranges: (x: readonly [string, string], y: readonly [string, string]) => `α ${x[0]} to ${x[1]}, β ${y[0]} to ${y[1]}`,
  gridPoints: times,
  settings: {
    model: "Model",
    weights: "Weights",
    format: "Format",
    parameters: "Parameters",
    data: "Data",
    samples: "Samples",
    preprocessing: "Preprocessing",
    loss: "Loss",
    directions: "Directions",
    kept: "Kept fixed",
    angle: "Cosine of the directions",
    grid: "Grid",
    engine: "Engine",
    evaluators: "Evaluators",
    started: "Started",
    run: "Run file",
  },
  lossNames: {
    crossEntropy: "Cross-entropy",
    sequenceCrossEntropy: "Cross-entropy of sequences",
    binaryCrossEntropy: "Binary cross-entropy",
    meanSquaredError: "Mean squared error",
    meanAbsoluteError: "Mean absolute error",
    huber: "Huber",
    kullbackLeibler: "Kullback–Leibler divergence",
  },
  lossText: ({ name, fromLogits, labelSmoothing, weightDecay }: LossSpec): string =>
    [
      strings.lossNames[name],
      ...(fromLogits === undefined ? [] : [fromLogits ? "of logits" : "of probabilities"]),
      ...(labelSmoothing ? [`labels smoothed by ${labelSmoothing}`] : []),
      ...(weightDecay ? [`weight decay ${weightDecay}`] : []),
    ].join(", "),
  parameterCount: (scalars: number, tensors: number) => `${formatCount(scalars)} in ${formatCount(tensors)} tensors`,
  sampling: (samples: string, how: "stratified" | "first", seed: number) =>
    how === "stratified" ? `${samples}, stratified, seed ${seed}` : `${samples}, the first in the file`,
  noPreprocessing: "None",
  ignored: { "bias,norm": "Biases and normalisation weights", none: "Nothing" },
  cosine: (value: string, expected: string) => `${value} (about ±${expected} expected)`,
  evaluatorCount: (evaluators: number, batch: number) =>
    `${evaluators} ${evaluators === 1 ? "process" : "processes"}, batches of ${formatCount(batch)}`,

  // Lines
  linesOf: (count: number, points: number) =>
    `${count === 1 ? "1 line" : `${formatCount(count)} lines`} of ${formatCount(points)} points`,

  // Checks
  checkLevels: { warning: "Warning", error: "Error" },

  // States
  problemIcon: "Error",
  tryAgain: "Try again",
  chooseData: "Choose data",
  showFile: "Show file",
  copySnippet: "Copy export call",
  offerTitle: "An unfinished run of this study exists",
  offerText: (measured: number, total: number) =>
    `${formatCount(measured)} of ${formatCount(total)} points are measured. Resuming keeps them and measures the rest.`,
  startOver: "Start over",
  startOverHint: "Starting over sets the earlier run aside; its file is not deleted.",
  questions: {
    "choose-data": {
      title: "Which data should the loss be measured on?",
      browse: "Choose a data file…",
      browseFolder: "Choose a folder…",
    },
    "choose-model": { title: "Which model do these weights belong to?", browse: "Choose a model file…" },
  } as Readonly<Record<Question, { title: string; browse: string; browseFolder?: string }>>,
  useFile: "Use",
  useFileLabel: (name: string) => `Use ${name}`,
  found: "Found and inferred",
  foundSummary: (notices: readonly string[]) =>
    notices.length > 1 ? `${notices[0] ?? ""} And ${formatCount(notices.length - 1)} more.` : (notices[0] ?? ""),
  planes: { path: "Show the path of the checkpoints", random: "Show random directions" },
  chooseOtherData: "Choose other data…",
  saveAsStudy: "Save as study",

  // Table
  tableCorner: "β \\ α",
  cellTitle: (loss: string, accuracy: string, measured: boolean) =>
    `loss ${loss}, accuracy ${accuracy} %, ${measured ? "measured" : "interpolated"}`,
  tableRegion: "Grid values",

  // Copied picture and points
  caption: (parts: {
    readonly model: string;
    readonly data: string;
    readonly grid: string;
    readonly directions: string;
    readonly engine: string;
  }) => `${parts.model} on ${parts.data}. ${parts.grid}. ${parts.directions}. ${parts.engine}.`,
} as const;

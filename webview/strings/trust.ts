import { formatCount } from "../charts/format";
import { t } from "./l10n";

/** Texts of the Trust view. */

/** How a check is called: as it should be, and as it is when it has not passed. */
const titles: Readonly<Record<string, readonly [passed: string, failed: string]>> = {
  centre: [t("Centre matches the model"), t("Centre differs from the model")],
  restored: [t("Weights are restored"), t("Weights were not restored")],
  lowest: [t("Trained weights are the lowest point"), t("A point lies below the trained weights")],
  finite: [t("Every loss is a finite number"), t("Some losses are not finite numbers")],
  sampling: [t("Sampling error is small"), t("Sampling error is large")],
  chance: [t("Model is better than guessing"), t("Model is no better than guessing")],
  "norm-ratio": [t("Directions have the norms of the filters"), t("Directions are not scaled to the filters")],
  cosine: [t("Directions are independent"), t("Directions lean on each other")],
  "batch-norm": [t("Batch-norm statistics fit the weights"), t("Batch-norm statistics do not fit the weights")],
  refinement: [t("Interpolation keeps to its tolerance"), t("Interpolation misses its tolerance")],
  "off-plane": [t("Path stays near the plane"), t("Path leaves the plane")],
  "path-loss": [t("Loss in the plane is that of the path"), t("Loss in the plane differs from the true loss")],
  "explained-variance": [t("Plane holds the path"), t("Plane holds no more of the path than chance")],
  "centre-convexity": [t("Nearly convex at the trained weights"), t("Not convex at the trained weights")],
  "away-convexity": [t("Nearly convex away from the trained weights"), t("Not convex away from the trained weights")],
  convexity: [t("Negative curvature"), t("Negative curvature")],
  "curvature-residual": [t("Eigenvalues are converged"), t("Eigenvalues are not converged")],
  symmetry: [t("Second derivatives are symmetric"), t("Second derivatives are not symmetric")],
  "curvature-finite": [t("Curvature is finite"), t("Curvature is not finite everywhere")],
  evaluators: [t("Evaluators agree"), t("Evaluators differ or were lost")],
  continued: [t("Resumed run fits together"), t("Resumed run differs")],
  journal: [t("Earlier results could be read"), t("Earlier results could not be read")],
  "second-pair": [t("Second pair of directions"), t("Second pair of directions differs")],
};

export const trustStrings = {
  title: (name: string, hasFailed: boolean) => titles[name]?.[hasFailed ? 1 : 0] ?? name,
  known: Object.keys(titles),
  levels: { ok: t("Passed"), warning: t("Warning"), error: t("Error"), "not-run": t("Not run") },

  // Verdict
  passed: (passed: number, total: number) => t("{0} of {1} checks passed", passed, total),
  warnings: (count: number) => (count === 1 ? t("1 warning") : t("{0} warnings", count)),
  errors: (count: number) => (count === 1 ? t("1 error") : t("{0} errors", count)),
  noChecks: t("No checks yet"),
  pending: t("These are the checks made before the first point; the others follow when the run is done."),
  unfinished: t("The run did not finish, so the checks of its end are missing."),
  allWell: t(
    "The picture is the loss of this model in this plane, to the precision shown; other directions may look different.",
  ),
  sound: t("What is measured is the loss of this model in this plane."),
  but: (parts: string) => t("Mind: {0}.", parts),
  wrong: (parts: string) => t("Do not rely on this picture: {0}.", parts),

  // What follows from a check that has not passed
  consequences: {
    centre: t("its centre is not the loss of the model"),
    restored: t("the weights changed while it was measured"),
    lowest: t("θ* is not the lowest point of this plane"),
    finite: t("beyond the hatched points nothing is known"),
    sampling: t("structure finer than the sampling error may be chance"),
    chance: t("the model does no better than guessing, so its surroundings say little"),
    "norm-ratio": t("do not compare its scale with that of another model"),
    cosine: t("the shape is skewed by directions that lean on each other"),
    "batch-norm": t("away from θ* the batch-norm statistics do not fit the weights"),
    refinement: t("fine structure may be missing between measured points"),
    "off-plane": t("the path runs far off the plane in places"),
    "path-loss": t("read the losses of the path from its checkpoints, not from the map below them"),
    "explained-variance": t("the shape of the path may be chance"),
    "centre-convexity": t("θ* curves downwards in directions that are not shown"),
    "away-convexity": t("away from θ* a convex look deceives"),
    "curvature-residual": t("some eigenvalues are uncertain"),
    symmetry: t("the curvature is wrong"),
    "curvature-finite": t("some of the curvature is not finite"),
    evaluators: t("the evaluators did not give quite the same numbers"),
    continued: t("its sessions differ in their numbers"),
    journal: t("earlier results were set aside"),
    "second-pair": t("another pair of directions gives another width of the valley"),
  } as Readonly<Record<string, string>>,

  // Table
  caption: t("Checks of this run"),
  stateColumn: t("Result"),
  checkColumn: t("Check"),
  valueColumn: t("Value"),
  limitColumn: t("Limit"),
  limit: (limit: string) => t("limit {0}", limit),
  atMost: (limit: string) => t("≤ {0}", limit),
  below: (limit: string) => t("< {0}", limit),
  above: (limit: string) => t("> {0}", limit),
  relativeDifference: t("relative difference"),
  difference: t("difference"),
  ofPoints: (count: number) => (count === 1 ? t("of 1 point") : t("of {0} points", formatCount(count))),
  ofSpacing: t("of the contour spacing"),
  lossAtCentre: t("loss at θ*"),
  largestDeviation: t("largest deviation"),
  absoluteCosine: t("|cosine|"),
  statisticsKept: t("statistics kept"),
  largestError: t("largest test error"),
  ofDistance: t("of its distance"),
  atCheckpoint: (name: string) => t("at {0}", name),
  ofVariance: t("of the variance"),
  ratio: (min: string, max: string) => t("{0} / {1}", min, max),
  ofEigenvalues: t("λ min / λ max"),
  largestResidual: t("largest residual"),
  largestAsymmetry: t("largest difference"),
  setAside: t("set aside"),
  ofRadius: t("difference in radius"),

  // Not run
  run: t("Run"),
  runLabel: (title: string) => t("Run: {0}", title),
  about: (time: string) => t("about {0}", time),
  centreNotRun: t("Most negative against most positive eigenvalue of the Hessian at θ*."),
  awayNotRun: t("The same at 5 × 5 points of the plane: whether a convex look holds in all directions."),
  pairNotRun: t(
    "Measures the plane again on a coarse grid with another seed, and compares how far the valley reaches.",
  ),
  pairRunning: t("Looking for a run with another seed…"),
  runAll: t("Run all checks"),
  runAllCost: (runs: number, cost: string) => (runs === 1 ? t("1 run: {0}", cost) : t("{0} runs: {1}", runs, cost)),
  checking: (run: number, runs: number, share: number | undefined) =>
    share === undefined ? t("Run {0} of {1}", run, runs) : t("Run {0} of {1}, {2} % measured", run, runs, share),
  checkingSoon: t("Waiting for its turn"),
  byAnotherRun: t("Measured by a run of its own in the same plane."),
  moreSamples: (samples: number) => t("Measure with {0} samples", formatCount(samples)),
  runsAgain: t("Each of these makes a run of its own; you can go back to this one."),

  // Second pair
  pairOk: (factor: number) =>
    t(
      "Along another pair of random directions the loss grows to {0} times that of θ* at about the same radius.",
      factor,
    ),
  pairWarning: (factor: number) =>
    t(
      "Along another pair of random directions the loss grows to {0} times that of θ* at another radius, so the width of the valley depends on the directions.",
      factor,
    ),
  pairRadii: (here: string, seed: string, there: string, otherSeed: string) =>
    t("{0} (seed {1}), {2} (seed {3})", here, seed, there, otherSeed),
  pairFigure: (factor: number, radii: string) =>
    t("Where the loss is {0} times that of θ*, in every direction of both planes. Mean radius: {1}.", factor, radii),
  pairSeed: (seed: string) => t("seed {0}", seed),

  // Evidence
  evidence: t("Evidence"),
  showMap: t("Show on the map"),
  showCurvature: t("Show the curvature"),
  showTrajectory: t("Show the path"),
  checkpointKey: t("Checkpoint"),
  planeKey: t("In the plane"),
  overLimitKey: t("Over the limit"),
  epochAxis: t("epoch"),
  checkpointAxis: t("checkpoint"),
  lossAxis: t("loss"),
  lossLogAxis: t("loss, log"),
  offPlaneAxis: t("off the plane"),
  pathLossFigure: (over: number, total: number) =>
    t("Loss of each checkpoint and loss in the plane at its place; {0} of {1} differ by more than 10 %.", over, total),
  offPlaneFigure: (over: number, total: number) =>
    t(
      "Distance of each checkpoint from the plane as a share of its distance from θ*; {0} of {1} are above 50 %.",
      over,
      total,
    ),
  samplingFigure: t("Share of the points at which the sampling error is below a given part of the contour spacing."),
  samplingAxis: t("sampling error / contour spacing"),
  samplingShare: t("share of points"),
  lowestCaption: t("Lowest measured points"),
  alpha: t("α"),
  beta: t("β"),
  loss: t("Loss"),
  belowCentre: t("Below θ* by"),
  notFinitePlaces: t("Points whose loss is not finite"),
  negativePlaces: t("Points with the most negative curvature"),
  unconvergedPlaces: t("Points whose residual is above the tolerance"),
  lambdaMin: t("λ min"),
  lambdaMax: t("λ max"),
  ratioColumn: t("−λ min / λ max"),
  residual: t("Residual"),
  andMore: (count: number) => t("and {0} more", formatCount(count)),
} as const;

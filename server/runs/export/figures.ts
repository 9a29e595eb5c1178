import { doublingRadius, radiusFactor } from "../../drawing/radius";
import { averageDensity } from "../../landscape/curvature/density";
import { negativeCurvatureShare } from "../../landscape/curvature/sharpness";
import { meanTrace } from "../../landscape/curvature/trace";
import { fromJsonNumber, toJsonNumber } from "../../protocol/numbers";
import type {
  CurvatureFigure,
  JsonNumber,
  LineFigure,
  Point,
  RadiusFigure,
  RunFigures,
  RunSnapshot,
  SharpnessFigures,
  SplitValues,
  SurfaceFigure,
  TrajectoryFigure,
} from "../../protocol/result";
import { curvatureAxes } from "../extras";

/**
 * Everything that a run has to show, finished or not. A point that is not measured has its estimate and `measured` 0;
 * before there is an estimate its values are "NaN".
 */
export function figuresOf(snapshot: RunSnapshot): RunFigures {
  const surfaces = splitsOf(snapshot).map((split, k) => surfaceOf(snapshot, split, k));
  const isLines = snapshot.header.study.grid.lines === true;
  const trajectory = trajectoryOf(snapshot);
  const curvature = curvatureOf(snapshot);
  const sharpness = sharpnessOf(snapshot, isLines ? undefined : surfaces[0], curvature);
  return {
    surfaces: isLines ? [] : surfaces,
    lines: isLines ? surfaces.flatMap(linesOf) : [],
    ...(trajectory ? { trajectory } : {}),
    ...(curvature ? { curvature } : {}),
    ...(sharpness ? { sharpness } : {}),
  };
}

interface SplitName {
  readonly split: string;
  readonly samples: number;
}

function splitsOf({ header }: RunSnapshot): readonly SplitName[] {
  return [header.data, ...(header.splits ?? []).map(({ data }) => data)];
}

function surfaceOf(snapshot: RunSnapshot, { split, samples }: SplitName, k: number): SurfaceFigure {
  const { header, estimate, furtherEstimates } = snapshot;
  const { x, y } = header;
  const points = new Map(snapshot.points.map((point) => [point.index, point]));
  const table = <T>(cell: (index: number) => T): T[][] =>
    y.map((_, row) => x.map((_, column) => cell(row * x.length + column)));
  const measured = (index: number): SplitValues | undefined => valuesOf(points.get(index), k);
  const estimated = k === 0 ? estimate : furtherEstimates?.[k - 1];
  return {
    split,
    samples,
    x,
    y,
    loss: table<JsonNumber>((index) => measured(index)?.loss ?? estimated?.loss[index] ?? "NaN"),
    accuracy: table<JsonNumber>((index) => measured(index)?.accuracy ?? estimated?.accuracy[index] ?? "NaN"),
    lossError: table<JsonNumber>((index) => measured(index)?.lossError ?? "NaN"),
    measured: table((index) => (points.has(index) ? 1 : 0)),
  };
}

function valuesOf(point: Point | undefined, k: number): SplitValues | undefined {
  return k === 0 ? point : point?.further?.[k - 1];
}

/** Every row of a grid of lines is a line. */
function linesOf({ split, samples, x, y, loss, accuracy, lossError, measured }: SurfaceFigure): LineFigure[] {
  return y.map((_, member) => ({
    split,
    samples,
    member,
    x,
    loss: loss[member]!,
    accuracy: accuracy[member]!,
    lossError: lossError[member]!,
    measured: measured[member]!,
  }));
}

function trajectoryOf(snapshot: RunSnapshot): TrajectoryFigure | undefined {
  const { trajectory } = snapshot.header;
  if (!trajectory) return undefined;
  const names = splitsOf(snapshot).map(({ split }) => split);
  const values = new Map(snapshot.extras?.checkpoints.map((each) => [each.checkpoint, each]));
  return {
    ...trajectory,
    checkpoints: trajectory.checkpoints.map((facts, k) => {
      const found = values.get(k);
      if (!found) return facts;
      const [own, inPlane] = [found.own[0]!, found.inPlane[0]!];
      return {
        ...facts,
        loss: own.loss,
        accuracy: own.accuracy,
        planeLoss: inPlane.loss,
        planeAccuracy: inPlane.accuracy,
        splits: Object.fromEntries(names.map((name, n) => [name, { own: found.own[n]!, inPlane: found.inPlane[n]! }])),
      };
    }),
  };
}

function curvatureOf({ header, extras }: RunSnapshot): CurvatureFigure | undefined {
  const { curvature } = header.study;
  if (!curvature || !extras) return undefined;
  const { x, y } = curvatureAxes(header.study);
  const points = new Map(extras.curvature.map((point) => [point.index, point]));
  const table = (value: (index: number) => JsonNumber | undefined): JsonNumber[][] =>
    y.map((_, row) => x.map((_, column) => value(row * x.length + column) ?? "NaN"));
  const { traceSamples = [], densities = [] } = extras.centreCurvature ?? {};
  return {
    x,
    y,
    max: table((index) => points.get(index)?.max),
    min: table((index) => points.get(index)?.min),
    ratio: table((index) => {
      const point = points.get(index);
      return point && toJsonNumber(Math.abs(fromJsonNumber(point.min) / fromJsonNumber(point.max)));
    }),
    residual: table((index) => {
      const point = points.get(index);
      return point && toJsonNumber(Math.max(...point.residual.map(fromJsonNumber)));
    }),
    samples: curvature.samples,
    parameters: curvature.parameters,
    ...(traceSamples.length > 0 ? { trace: meanTrace(traceSamples) } : {}),
    ...(densities.length > 0 ? { density: averageDensity(densities) } : {}),
  };
}

/** Figures of flatness, as far as the run has what they are made from. */
function sharpnessOf(
  { header, extras }: RunSnapshot,
  surface: SurfaceFigure | undefined,
  curvature: CurvatureFigure | undefined,
): SharpnessFigures | undefined {
  const largest = curvature && extras?.curvature.find(({ index }) => index === centreOf(curvature))?.max;
  const negativeShare =
    curvature && curvature.x.length * curvature.y.length > 1 ? negativeCurvatureShare(curvature) : NaN;
  const radius = surface && radiusOf(surface, header.centre.loss);
  const figures: SharpnessFigures = {
    ...(extras?.sharpness ? { epsilon: extras.sharpness } : {}),
    ...(largest === undefined ? {} : { largestEigenvalue: largest }),
    ...(curvature?.trace ? { trace: curvature.trace.value } : {}),
    ...(radius ? { radius } : {}),
    // Of no point at all there is no share.
    ...(Number.isNaN(negativeShare) ? {} : { negativeShare }),
  };
  return Object.keys(figures).length > 0 ? figures : undefined;
}

/** Undefined while points have neither a value nor an estimate, and where there is no radius. */
function radiusOf({ x, y, loss, measured }: SurfaceFigure, centre: JsonNumber): RadiusFigure | undefined {
  const isMeasured = measured.flat();
  const values = loss.flat().map(fromJsonNumber);
  if (values.some((value, index) => Number.isNaN(value) && isMeasured[index] === 0)) return undefined;
  const radius = doublingRadius({ x, y, values }, fromJsonNumber(centre));
  if (!radius) return undefined;
  const [from, to, points] =
    radius.kind === "found" ? [radius.from, radius.to, radius.points] : [radius.reach, Infinity, isMeasured.keys()];
  const isExact = Array.from(points).every((index) => isMeasured[index] === 1);
  return { factor: radiusFactor, from, to: toJsonNumber(to), measured: isExact ? 1 : 0 };
}

/** Index of the model itself in a curvature map; undefined when the map does not contain it. */
function centreOf({ x, y }: CurvatureFigure): number | undefined {
  const [column, row] = [x.indexOf(0), y.indexOf(0)];
  return column < 0 || row < 0 ? undefined : row * x.length + column;
}

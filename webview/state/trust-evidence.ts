import type { RunData } from "./model";

/** A measured point and its loss. */
export interface PlacedLoss {
  readonly index: number;
  readonly alpha: number;
  readonly beta: number;
  readonly loss: number;
}

/** Below this share of the loss a difference is rounding of the engine. */
const rounding = 1e-6;

function measuredLosses({ header, measured }: RunData): readonly PlacedLoss[] {
  const { x, y } = header;
  const points: PlacedLoss[] = [];
  measured.known.forEach((known, index) => {
    if (known === 0) return;
    const [alpha, beta] = [x[index % x.length]!, y[Math.floor(index / x.length)]!];
    points.push({ index, alpha, beta, loss: measured.loss[index]! });
  });
  return points;
}

/** Measured points whose loss is below that of the trained weights, the lowest first. */
export function lowestPoints(run: RunData): readonly PlacedLoss[] {
  const centre = Number(run.header.centre.loss);
  return measuredLosses(run)
    .filter(({ loss }) => loss < centre - rounding * Math.abs(centre))
    .sort((a, b) => a.loss - b.loss);
}

/** Measured points whose loss is not a finite number. */
export function notFinitePoints(run: RunData): readonly PlacedLoss[] {
  return measuredLosses(run).filter(({ loss }) => !Number.isFinite(loss));
}

/**
 * The loss's standard error divided by the distance of neighbouring contours, at every measured point: a sixteenth of the
 * range of losses, or a fifth of the loss where the largest is more than 20 times the smallest and contours are
 * logarithmic. Its median is what the check of the sampling error looks at.
 */
export function samplingRatios({ measured }: RunData): readonly number[] {
  const points: { readonly loss: number; readonly error: number }[] = [];
  measured.known.forEach((known, index) => {
    const [loss, error] = [measured.loss[index]!, measured.lossError[index]!];
    if (known === 1 && Number.isFinite(loss) && Number.isFinite(error)) points.push({ loss, error });
  });
  const low = points.reduce((least, { loss }) => Math.min(least, loss), Infinity);
  const high = points.reduce((most, { loss }) => Math.max(most, loss), -Infinity);
  const isLog = high > 20 * low;
  return points.map(({ loss, error }) => (error === 0 ? 0 : error / (isLog ? loss / 5 : (high - low) / 16)));
}

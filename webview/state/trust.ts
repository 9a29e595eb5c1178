import type { StudyChange } from "../../server/protocol/requests";
import type { Check } from "../../server/protocol/result";
import { formatAccuracy, formatCount, formatLoss, formatTick } from "../charts/format";
import { trustStrings as strings } from "../strings/trust";
import { curvatureMapOf } from "./curvature";
import type { CurvatureCell } from "./curvature";
import type { CheckRun } from "../protocol/messages";
import { isSurface } from "./kind";
import type { RunData } from "./model";
import { toNumber } from "./numbers";
import type { PairComparison } from "./second-pair";
import { pairFactor, pairLimit } from "./second-pair";
import { measuredSplits } from "./runForm";

/** One line of the table of checks. */
export interface TrustRow {
  readonly name: string;
  readonly level: Check["level"] | "not-run";
  readonly title: string;
  /** One plain sentence. */
  readonly message: string;
  /** The number as it is written, and its unit or meaning below it. */
  readonly value: string;
  readonly meaning: string;
  /** What the value may be; empty where there is no limit. */
  readonly limit: string;
  /** In full precision. */
  readonly exact?: number;
  /** What makes a check that was not run. */
  readonly change?: StudyChange;
  /** The run that it was made by, where that is another one than the one that is shown. */
  readonly by?: RunData;
}

/** Counts and what follows from them. */
export interface Verdict {
  readonly headline: string;
  readonly sentence: string;
}

/** Samples for a quick look at the curvature. */
const quickSamples = 128;

/** Rows and columns of the coarse map that is enough for a check, and of the surface with other directions. */
const quickMap = 5;
const coarseGrid = 17;
/** The fewest rows and columns that a surface has. */
const coarsest = 3;

interface Written {
  readonly value: string;
  readonly meaning: string;
  readonly limit: string;
}

/** Checks that follow from the curvature of the plane. */
const curvatureChecks: readonly string[] = ["centre-convexity", "away-convexity"];

/** What other runs tell of the plane of a run. */
export interface OtherRuns {
  /** Another plane of the same model. */
  readonly pair?: PairComparison;
  /** A run of the same plane with its curvature. */
  readonly curved?: RunData;
}

/**
 * The checks of a run in the order of the table, then those that could be made.
 * @param others runs that tell of checks which this one has not made.
 */
export function trustRows(
  run: RunData,
  { pair, curved }: OtherRuns = {},
  canDifferentiate = true,
): readonly TrustRow[] {
  const order = (name: string): number => {
    const at = strings.known.indexOf(name);
    return at < 0 ? strings.known.length : at;
  };
  const has = (name: string): boolean => run.checks.some((check) => check.name === name);
  const borrowed = (curved?.checks ?? []).filter(({ name }) => curvatureChecks.includes(name) && !has(name));
  const made = [
    ...run.checks.map((check) => rowOf(run, check)),
    ...borrowed.map((check): TrustRow => {
      const row = rowOf(curved!, check);
      return { ...row, message: `${row.message} ${strings.byAnotherRun}`, by: curved! };
    }),
  ].sort((a, b) => order(a.name) - order(b.name));
  // A map that has not told of θ* has no point there, and would have none again.
  const isMapped = borrowed.some(({ name }) => name === "away-convexity");
  const isTold = (name: string): boolean =>
    borrowed.some((check) => check.name === name) || (isMapped && curvatureChecks.includes(name));
  const missing = notRun(run, pair !== undefined, canDifferentiate);
  return [...made, ...(pair ? [pairRow(pair)] : []), ...missing.filter(({ name }) => !isTold(name))];
}

/**
 * The runs that make all checks which were not run, each as cheaply as it can be: one for the curvature, on no more points
 * of the loss than of the curvature, and one for the second pair of directions, both of the first split alone.
 */
export function checkRuns(run: RunData, rows: readonly TrustRow[]): readonly CheckRun[] {
  const missing = rows.filter(({ level }) => level === "not-run");
  const { study } = run.header;
  const splits = study.splits?.length ? { splits: measuredSplits(study).slice(0, 1) } : {};
  const curved = missing.filter(({ name }) => curvatureChecks.includes(name));
  // The largest map has what the others ask for.
  const { change } = curved.at(-1) ?? {};
  const size = change?.curvature?.points?.[0] ?? 1;
  const points = Math.max(coarsest, size);
  return [
    ...(change
      ? [
          {
            checks: curved.map(({ name }) => name),
            change: { ...change, ...splits, grid: { points: [points, points] as const, refine: 0 } },
          },
        ]
      : []),
    ...missing
      .filter(({ name }) => name === "second-pair")
      .map(({ name, change: other }) => ({ checks: [name], change: { ...other!, ...splits } })),
  ];
}

/** Whether a finished run tells of the curvature in the plane of another one, at the same weights and on the same data. */
export function tellsCurvature(other: RunData, of: RunData): boolean {
  const facts = ({ header }: RunData) => {
    const { model, data, loss, directions, grid, batchNorm, preprocess } = header.study;
    return [model, data, loss, directions, grid.x, grid.y, batchNorm, preprocess, header.centre.loss];
  };
  return (
    other.status === "done" &&
    isSurface(other) &&
    other.checks.some(({ name }) => curvatureChecks.includes(name)) &&
    JSON.stringify(facts(other)) === JSON.stringify(facts(of))
  );
}

/** The same run with four times the samples, which halves the sampling error; undefined where there are no more. */
export function withMoreSamples({ header }: RunData): StudyChange | undefined {
  const { samples, available } = header.data;
  return samples < available ? { samples: Math.min(available, 4 * samples) } : undefined;
}

function rowOf(run: RunData, check: Check): TrustRow {
  const { name, level, message } = check;
  return {
    name,
    level,
    title: strings.title(name, level !== "ok"),
    message,
    exact: toNumber(check.value),
    ...written(run, check),
  };
}

/** Value, meaning and limit of a check as people read them. */
function written(run: RunData, check: Check): Written {
  const [value, expected] = [toNumber(check.value), toNumber(check.expected)];
  const plain = number(value);
  switch (check.name) {
    case "centre":
      return {
        value: number(relative(value, expected)),
        meaning: strings.relativeDifference,
        limit: strings.atMost("10⁻⁶"),
      };
    case "restored":
    case "continued":
      return { value: number(relative(value, expected)), meaning: strings.relativeDifference, limit: "0" };
    case "evaluators":
      return { value: plain, meaning: strings.relativeDifference, limit: "0" };
    case "lowest":
    case "finite":
      return { value: formatCount(value), meaning: strings.ofPoints(run.measured.count), limit: "0" };
    case "sampling":
      return { value: plain, meaning: strings.ofSpacing, limit: strings.atMost(formatTick(expected)) };
    case "chance":
      return { value: plain, meaning: strings.lossAtCentre, limit: strings.below(formatLoss(0.95 * expected)) };
    case "norm-ratio":
      return { value: plain, meaning: strings.largestDeviation, limit: strings.atMost("10⁻⁶") };
    case "cosine": {
      const limit = expected > 0 ? 5 * expected : 0.5;
      return {
        value: number(Math.abs(value)),
        meaning: strings.absoluteCosine,
        limit: strings.atMost(formatLoss(limit)),
      };
    }
    case "batch-norm":
      return { value: formatCount(value), meaning: strings.statisticsKept, limit: "0" };
    case "refinement":
      return { value: percent(value), meaning: strings.largestError, limit: strings.atMost(percentLimit(expected)) };
    case "off-plane":
      return { value: percent(value), meaning: strings.ofDistance, limit: strings.atMost(percentLimit(expected)) };
    case "path-loss": {
      const worst = worstCheckpoint(run);
      const meaning = worst === undefined ? strings.relativeDifference : strings.atCheckpoint(worst);
      return { value: percent(value), meaning, limit: strings.atMost(percentLimit(expected)) };
    }
    case "explained-variance":
      return { value: percent(value), meaning: strings.ofVariance, limit: strings.above(percentLimit(expected)) };
    case "centre-convexity":
    case "away-convexity": {
      const cell = check.name === "centre-convexity" ? curvatureMapOf(run)?.centre : mostNegative(run)[0];
      const meaning = cell ? strings.ratio(formatLoss(cell.min), formatLoss(cell.max)) : strings.ofEigenvalues;
      return { value: plain, meaning, limit: strings.atMost(formatTick(expected)) };
    }
    case "convexity":
      return { value: formatCount(value), meaning: strings.ofPoints(run.extras?.curvature.length ?? 0), limit: "" };
    case "curvature-finite":
      return { value: formatCount(value), meaning: strings.ofPoints(run.extras?.curvature.length ?? 0), limit: "0" };
    case "curvature-residual":
      return { value: plain, meaning: strings.largestResidual, limit: strings.atMost(formatTick(expected)) };
    case "symmetry":
      return { value: plain, meaning: strings.largestAsymmetry, limit: strings.atMost("10⁻⁵") };
    case "journal":
      return { value: formatCount(value), meaning: strings.setAside, limit: "0" };
    default:
      return { value: plain, meaning: "", limit: number(expected) };
  }
}

const number = (value: number): string => (value === 0 ? "0" : formatLoss(value));
/** Without needless zeros. */
const percentLimit = (share: number): string => `${formatTick(Number((100 * share).toPrecision(3)))}\u00a0%`;
const percent = (share: number): string => formatAccuracy(100 * share);

/** 0 for equal numbers, infinities and NaN among them. */
function relative(value: number, expected: number): number {
  return Object.is(value, expected) ? 0 : Math.abs(value - expected) / Math.abs(expected);
}

/** A checkpoint with its own loss and that of the plane at its place, of the first split. */
export interface PathLoss {
  readonly checkpoint: number;
  readonly name: string;
  readonly epoch?: number;
  readonly own: number;
  readonly inPlane: number;
  /** |own − inPlane| / max(own, inPlane); infinite where only one is finite. */
  readonly difference: number;
}

/** The measured checkpoints of a run's path, in its order. */
export function pathLosses({ header, extras }: RunData): readonly PathLoss[] {
  const facts = header.trajectory?.checkpoints ?? [];
  return (extras?.checkpoints ?? []).flatMap(({ checkpoint, own, inPlane }) => {
    const fact = facts[checkpoint];
    if (!fact || !own[0] || !inPlane[0]) return [];
    const [a, b] = [toNumber(own[0].loss), toNumber(inPlane[0].loss)];
    const isSame = Object.is(a, b);
    const isFinite = Number.isFinite(a) && Number.isFinite(b);
    const difference = isSame ? 0 : isFinite ? Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b)) : Infinity;
    return [{ checkpoint, name: fact.name, epoch: fact.epoch, own: a, inPlane: b, difference }];
  });
}

function worstCheckpoint(run: RunData): string | undefined {
  const losses = pathLosses(run);
  return losses.reduce<PathLoss | undefined>(
    (most, each) => (most === undefined || each.difference > most.difference ? each : most),
    undefined,
  )?.name;
}

/** −λmin/λmax; infinite where no eigenvalue is positive. */
export function negativeRatio({ max, min }: CurvatureCell): number {
  return min >= 0 ? 0 : max > 0 ? -min / max : Infinity;
}

/** The points away from the trained weights, the most negative ratio first. */
export function mostNegative(run: RunData): readonly CurvatureCell[] {
  const map = curvatureMapOf(run);
  const away = map?.computed.filter((cell) => cell !== map.centre && cell.state !== "not-finite") ?? [];
  return [...away].sort((a, b) => negativeRatio(b) - negativeRatio(a));
}

function pairRow(pair: PairComparison): TrustRow {
  const isOk = pair.difference <= pairLimit;
  return {
    name: "second-pair",
    level: isOk ? "ok" : "warning",
    title: strings.title("second-pair", !isOk),
    message: isOk ? strings.pairOk(pairFactor) : strings.pairWarning(pairFactor),
    value: percent(pair.difference),
    meaning: strings.ofRadius,
    limit: strings.atMost(percentLimit(pairLimit)),
    exact: pair.difference,
  };
}

/** Checks that need more computing, of a finished run of a plane. */
function notRun(run: RunData, hasPair: boolean, canDifferentiate: boolean): readonly TrustRow[] {
  if (!isSurface(run) || run.status !== "done") return [];
  const { study, data } = run.header;
  const has = (name: string): boolean => run.checks.some((check) => check.name === name);
  const missing = (name: string, message: string, change: StudyChange): TrustRow => ({
    name,
    level: "not-run",
    title: strings.title(name, false),
    message,
    value: "",
    meaning: "",
    limit: "",
    change,
  });
  const quick = (points: number): StudyChange => ({
    curvature: { points: [points, points], samples: Math.min(quickSamples, data.available) },
  });
  // What an earlier version of a run has not asked at its end is not to be had by measuring it again.
  const isMissing = canDifferentiate && study.curvature === undefined;
  const { directions, grid } = study;
  return [
    ...(isMissing && !has("centre-convexity") ? [missing("centre-convexity", strings.centreNotRun, quick(1))] : []),
    ...(isMissing && !has("away-convexity") ? [missing("away-convexity", strings.awayNotRun, quick(quickMap))] : []),
    ...(directions.kind === "random" && !hasPair
      ? [
          missing("second-pair", strings.pairNotRun, {
            seed: directions.seed + 1,
            grid: { points: [Math.min(grid.points[0], coarseGrid), Math.min(grid.points[1], coarseGrid)] },
          }),
        ]
      : []),
  ];
}

/** Counts, and in one sentence what may be relied on: it follows from the checks that have not passed. */
export function verdictOf(run: RunData, rows: readonly TrustRow[]): Verdict {
  const made = rows.filter(({ level }) => level !== "not-run");
  const failed = (level: Check["level"]): readonly TrustRow[] => made.filter((row) => row.level === level);
  const [errors, warnings] = [failed("error"), failed("warning")];
  const consequence = ({ name, message }: TrustRow): string => strings.consequences[name] ?? message.replace(/\.$/, "");
  const listed = (some: readonly TrustRow[]): string => some.map(consequence).join("; ");
  const headline =
    made.length === 0
      ? strings.noChecks
      : [
          strings.passed(failed("ok").length, made.length),
          ...(warnings.length > 0 ? [strings.warnings(warnings.length)] : []),
          ...(errors.length > 0 ? [strings.errors(errors.length)] : []),
        ].join(", ");
  const isActive = run.status === "running" || run.status === "paused";
  const parts = [
    ...(errors.length > 0 ? [strings.wrong(listed(errors))] : []),
    ...(errors.length === 0 && warnings.length > 0 ? [strings.sound] : []),
    ...(warnings.length > 0 ? [strings.but(listed(warnings))] : []),
    ...(errors.length + warnings.length === 0 && run.status === "done" ? [strings.allWell] : []),
    ...(isActive ? [strings.pending] : run.status === "done" ? [] : [strings.unfinished]),
  ];
  return { headline, sentence: parts.join(" ") };
}

import {
  accuracyError,
  accuracyErrorText,
  formatAccuracy,
  formatAgreed,
  formatAround,
  formatCount,
  formatLoss,
  formatTick,
} from "../charts/format";
import { compareStrings } from "../strings/compare";
import { strings } from "../strings/strings";
import { normalisationOf, sameLoss, seedOf, splitOf } from "./comparison";
import type { ComparedSplit, Comparison, Entrant } from "./comparison";
import { curvatureMapOf } from "./curvature";
import { fieldOf, origin } from "./field";
import type { Split } from "./field";
import type { RunData } from "./model";
import { toNumber } from "./numbers";
import { radiusOf } from "./radius";
import { splitsIn } from "./splits";
import type { SplitData } from "./splits";
import type { PlaneWindow } from "./window";

export type MeasureName = keyof typeof compareStrings.measures;

/** One measure of one run. */
export interface MeasureCell {
  readonly text: string;
  /** The number behind the text; absent for words and what was not computed. */
  readonly value?: number;
  readonly lowest: boolean;
}

/** One measure of all runs, in their order. */
export interface Measure {
  readonly name: MeasureName;
  readonly cells: readonly MeasureCell[];
}

interface Given {
  readonly text: string;
  readonly value?: number;
}

const notRun: Given = { text: compareStrings.notRun };

/**
 * The measures of runs that are compared, in the part of the plane that they share. The lowest is marked only where the
 * numbers of all runs mean the same.
 */
export function measuresOf(
  entrants: readonly Entrant[],
  { window }: Comparison,
  split: ComparedSplit,
): readonly Measure[] {
  const runs = entrants.map(({ run }) => run);
  const losses = runs.every((run) => sameLoss(run.header.study.loss, runs[0]!.header.study.loss));
  const specs = runs.flatMap(({ header: { study } }) => (study.curvature ? [study.curvature] : []));
  const curvatures =
    losses && specs.every((spec) => spec.samples === specs[0]!.samples && spec.parameters === specs[0]!.parameters);
  const sharpnesses = runs.flatMap(({ header: { study } }) => (study.sharpness ? [study.sharpness] : []));
  const sharp =
    losses &&
    sharpnesses.every((spec) => spec.epsilon === sharpnesses[0]!.epsilon && spec.samples === sharpnesses[0]!.samples);
  const row = (name: MeasureName, ranked: boolean, of: (run: RunData) => Given): Measure => ({
    name,
    cells: marked(runs.map(of), ranked),
  });
  const taken = (run: RunData) => splitOf(run, split);
  const ofFirst = (tell: (run: RunData) => Given) => (run: RunData) => (taken(run).index === 0 ? tell(run) : notRun);
  const ofSplit: readonly Measure[] = [
    row("loss", losses, (run) => withError(toNumber(taken(run).centre.loss), toNumber(taken(run).centre.lossError))),
    row("accuracy", false, (run) => accuracy(toNumber(taken(run).centre.accuracy), taken(run).data.samples)),
    row("largest", losses, (run) => largest(run, taken(run).index, window)),
    row("radius", false, (run) => radius(run, taken(run).index)),
    row("eigenvalue", curvatures, ofFirst(eigenvalue)),
    row("trace", curvatures, ofFirst(trace)),
    row("sharpness", sharp, ofFirst(sharpness)),
  ];
  // A width and a curvature belong to one split.
  const ofDifference: readonly Measure[] = [
    row("lossDifference", false, (run) => lossDifference(run)),
    row("accuracyDifference", false, (run) => accuracyDifference(run)),
    row("largestDifference", false, (run) => largest(run, "difference", window)),
  ];
  const samples = (run: RunData): Given =>
    split === "difference"
      ? {
          text: compared(run)
            .map(({ name, data }) => compareStrings.named(name, formatCount(data.samples)))
            .join(", "),
        }
      : counted(taken(run).data.samples);
  return [
    ...(split === "difference" ? ofDifference : ofSplit),
    row("parameters", false, ({ header }) => counted(header.model.parameters)),
    row("samples", false, samples),
    row("grid", false, ({ header }) => ({ text: strings.gridPoints(header.x.length, header.y.length) })),
    row("normalisation", false, (run) => ({ text: normalisationOf(run) ?? "–" })),
    row("seed", false, (run) => ({ text: seedOf(run)?.toString() ?? "–" })),
    row("engine", false, ({ header: { engine } }) => ({ text: `${engine.label} ${engine.version}` })),
  ];
}

/** Marks what is lowest as it is written: numbers that read the same are equally low, and of equal ones none is. */
function marked(given: readonly Given[], ranked: boolean): readonly MeasureCell[] {
  const finite = given.filter(({ value }) => value !== undefined && Number.isFinite(value));
  const low = finite.reduce<Given | undefined>(
    (best, each) => (!best || each.value! < best.value! ? each : best),
    undefined,
  );
  const short = (value: number) => formatLoss(value);
  const told = low && finite.some(({ value }) => short(value!) !== short(low.value!));
  return given.map((each) => ({
    ...each,
    lowest:
      ranked &&
      told === true &&
      each.value !== undefined &&
      Number.isFinite(each.value) &&
      short(each.value) === short(low!.value!),
  }));
}

function withError(value: number, error: number): Given {
  const text = formatLoss(value);
  return { value, text: Number.isFinite(error) ? compareStrings.plusMinus(text, errorText(value, error)) : text };
}

/** An error with as many decimals as its value is written with, and one digit of its own at least. */
function errorText(value: number, error: number): string {
  const decimals = /\.(\d+)$/.exec(formatLoss(value))?.[1]?.length ?? 0;
  const text = error.toFixed(decimals);
  return Number(text) === 0 && error > 0 ? error.toPrecision(1) : text;
}

function accuracy(percent: number, samples: number): Given {
  if (Number.isNaN(percent)) return { text: "–" };
  const text = formatAccuracy(percent).replace(/\s%$/, "");
  return { value: percent, text: compareStrings.plusMinusPercent(text, accuracyErrorText(percent, samples)) };
}

/** Both splits of a difference; the first alone of a run that has no other. */
const compared = (run: RunData): readonly SplitData[] => splitsIn(run, "difference");

/** The second split's loss at θ* less the first one's; their samples are others, so their errors add up in squares. */
function lossDifference(run: RunData): Given {
  const [first, second] = compared(run);
  if (!first || !second) return notRun;
  const [a, b] = [first.centre, second.centre];
  return withError(toNumber(b.loss) - toNumber(a.loss), Math.hypot(toNumber(a.lossError), toNumber(b.lossError)));
}

/** The same of the accuracies, in percent points. */
function accuracyDifference(run: RunData): Given {
  const [first, second] = compared(run);
  if (!first || !second) return notRun;
  const [a, b] = [first, second].map(({ centre }) => toNumber(centre.accuracy)) as [number, number];
  if (Number.isNaN(a) || Number.isNaN(b)) return { text: "–" };
  const error = Math.hypot(accuracyError(a, first.data.samples), accuracyError(b, second.data.samples));
  const text = (b - a).toFixed(1).replace("-", "\u2212");
  return { value: b - a, text: compareStrings.plusMinusPoints(text, error.toFixed(1)) };
}

/** How far the loss stays below twice that of θ*: to as many digits as the grid tells, or between which distances. */
function radius(run: RunData, split: number): Given {
  const found = radiusOf(run, split);
  if (!found) return run.status === "done" ? { text: "–" } : notRun;
  if (found.kind === "beyond") return { text: compareStrings.beyondGrid(formatTick(found.reach)) };
  const { from, to } = found;
  const text =
    from === 0
      ? compareStrings.atMost(formatLoss(to))
      : (formatAgreed(from, to) ?? strings.range(...formatAround(from, to)));
  return { text: found.measured ? text : strings.approximately(text) };
}

/** Largest measured loss in a part of the plane, or difference of losses; infinite where the model overflows. */
function largest(run: RunData, split: Split, window: PlaneWindow): Given {
  const field = fieldOf(run, "loss", split);
  const inside = (range: readonly [number, number], at: number) => {
    const near = 1e-9 * (range[1] - range[0]);
    return at >= range[0] - near && at <= range[1] + near;
  };
  let value = -Infinity;
  let known = false;
  for (let index = 0; index < field.values.length; index++) {
    if (field.origins[index] !== origin.measured) continue;
    const [x, y] = [field.x[index % field.columns]!, field.y[Math.floor(index / field.columns)]!];
    if (!inside(window.x, x) || !inside(window.y, y)) continue;
    known = true;
    const own = field.values[index]!;
    if (Number.isNaN(own)) return { value: NaN, text: compareStrings.notFinite };
    value = Math.max(value, own);
  }
  return known ? { value, text: formatLoss(value) } : notRun;
}

/** λmax at the trained weights, where the map has them; of an estimate that has not converged no more than its size. */
function eigenvalue(run: RunData): Given {
  const centre = curvatureMapOf(run)?.centre;
  if (!centre) return notRun;
  const text = formatLoss(centre.max);
  return centre.state === "unconverged" ? { text: compareStrings.unconverged(text) } : { value: centre.max, text };
}

/** Mean of Hutchinson's samples with its standard error. */
function trace({ extras }: RunData): Given {
  const samples = extras?.centreCurvature?.traceSamples ?? [];
  if (samples.length === 0) return notRun;
  const value = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const squares = samples.reduce((sum, sample) => sum + (sample - value) ** 2, 0);
  return withError(value, samples.length > 1 ? Math.sqrt(squares / (samples.length - 1) / samples.length) : NaN);
}

function sharpness({ extras }: RunData): Given {
  if (!extras?.sharpness) return notRun;
  const value = toNumber(extras.sharpness.sharpness);
  return { value, text: compareStrings.sharpnessOf(formatLoss(value), String(extras.sharpness.epsilon)) };
}

function counted(value: number): Given {
  return { value, text: formatCount(value) };
}

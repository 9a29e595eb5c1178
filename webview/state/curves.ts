import { fractionalIndex } from "../../server/drawing/cell";
import { fieldOf, heldSplit, origin, readingAt } from "./field";
import type { Field, Metric, Origin, Split } from "./field";
import { isSurface } from "./kind";
import type { RunData } from "./model";
import { toNumber } from "./numbers";
import { splitName, splitsOf } from "./splits";

/** Values of one metric along a curve; NaN where nothing is known. */
export interface Along {
  readonly values: Float64Array;
  readonly origins: readonly Origin[];
}

/** One split of one run along one direction. */
export interface Curve {
  /** Which run: 0 for the one that is shown, then those beside it. */
  readonly run: number;
  readonly split: Split;
  /** Name of the split, e.g. "test". */
  readonly splitName: string;
  /** Which line of a family; 0 for a single one and for cuts. */
  readonly member: number;
  readonly x: readonly number[];
  readonly loss: Along;
  /** Percent. */
  readonly accuracy: Along;
  /** Standard error of the loss where it was measured, NaN elsewhere. */
  readonly lossError: Float64Array;
}

/** A cut through a surface: along α at a β, or along β at an α. */
export interface Cut {
  readonly along: "alpha" | "beta";
  readonly at: number;
}

/** The splits of a run that are asked for: all, one, or the second less the first. */
function splitsAsked(run: RunData, asked: Split | "all"): readonly { readonly split: Split; readonly name: string }[] {
  const splits: readonly Split[] = asked === "all" ? splitsOf(run).map((_, k) => k) : [heldSplit(run, asked)];
  return splits.map((split) => ({ split, name: splitName(run, split) }));
}

const kept = new WeakMap<RunData, Map<string, readonly Curve[]>>();

/**
 * The curves of a run, split by split: every line of a run of lines, the cut of a surface. The same objects for the same
 * run data, so that drawings can be kept.
 * @param index which run it is among those that are drawn.
 */
export function curvesOf(run: RunData, index: number, asked: Split | "all", cut?: Cut): readonly Curve[] {
  const key = `${index} ${asked} ${cut?.along} ${cut?.at}`;
  const known = kept.get(run) ?? new Map<string, readonly Curve[]>();
  kept.set(run, known);
  const curves =
    known.get(key) ??
    splitsAsked(run, asked).flatMap(({ split, name }) => {
      const fields = { loss: fieldOf(run, "loss", split), accuracy: fieldOf(run, "accuracy", split) };
      const of = { run: index, split, splitName: name };
      const centre = centreOf(run, split, fields);
      if (cut && isSurface(run)) {
        const values = cutThrough(run, split, fields, cut);
        return [{ ...of, member: 0, ...(Math.abs(cut.at) < negligible ? withCentre(values, centre) : values) }];
      }
      return run.header.y.map((_, member) => ({
        ...of,
        member,
        ...withCentre(rowOf(run, split, fields, member), centre),
      }));
    });
  // A slider makes many of them; only the newest are looked at again.
  if (known.size > 40) known.clear();
  known.set(key, curves);
  return curves;
}

type Fields = { readonly loss: Field; readonly accuracy: Field };
type Values = Pick<Curve, "x" | "loss" | "accuracy" | "lossError">;

/** Coordinates closer to zero are zero: grids are made by division. */
const negligible = 1e-12;

interface Centre {
  readonly loss: number;
  readonly accuracy: number;
  readonly lossError: number;
}

/** What was measured at θ*, where the curves of a run lead through it at 0. */
function centreOf(run: RunData, split: Split, { loss, accuracy }: Fields): Centre | undefined {
  if (loss.centre === undefined || accuracy.centre === undefined) return undefined;
  const lossError = split === "difference" ? NaN : toNumber(splitsOf(run)[split]!.centre.lossError);
  return { loss: loss.centre, accuracy: accuracy.centre, lossError };
}

/** The curve with what was measured at θ*, where its grid has no measured point there. */
function withCentre(values: Values, centre: Centre | undefined): Values {
  const { x, loss, accuracy, lossError } = values;
  if (!centre || x.length === 0 || x[0]! > negligible || x.at(-1)! < -negligible) return values;
  const place = x.findIndex((at) => at > -negligible);
  const isNode = x[place]! < negligible;
  if (isNode && loss.origins[place] === origin.measured) return values;
  const into = <T>(list: ArrayLike<T>, value: T): T[] => {
    const all = Array.from(list);
    return [...all.slice(0, place), value, ...all.slice(isNode ? place + 1 : place)];
  };
  const along = (one: Along, value: number): Along => ({
    values: Float64Array.from(into(one.values, value)),
    origins: into(one.origins, origin.measured),
  });
  return {
    x: isNode ? x : into(x, 0),
    loss: along(loss, centre.loss),
    accuracy: along(accuracy, centre.accuracy),
    lossError: Float64Array.from(into(lossError, centre.lossError)),
  };
}

function rowOf(run: RunData, split: Split, fields: Fields, member: number): Values {
  const { columns, x } = fields.loss;
  const from = member * columns;
  const row = ({ values, origins }: Field): Along => ({
    values: values.slice(from, from + columns),
    origins: Array.from({ length: columns }, (_, k) => origins[from + k]!),
  });
  const errors = errorsOf(run, split);
  return {
    x,
    loss: row(fields.loss),
    accuracy: row(fields.accuracy),
    lossError: Float64Array.from({ length: columns }, (_, k) => errors(from + k)),
  };
}

function cutThrough(run: RunData, split: Split, { loss, accuracy }: Fields, { along, at }: Cut): Values {
  const isAlpha = along === "alpha";
  const x = isAlpha ? loss.x : loss.y;
  const read = (field: Field): Along => {
    const readings = x.map((place) => (isAlpha ? readingAt(field, place, at) : readingAt(field, at, place)));
    return { values: Float64Array.from(readings, ({ value }) => value), origins: readings.map((each) => each.origin) };
  };
  const errors = errorsOf(run, split);
  const across = fractionalIndex(isAlpha ? loss.y : loss.x, at);
  const isOnGrid = Math.abs(across - Math.round(across)) < 1e-6;
  const index = (k: number) =>
    isAlpha ? Math.round(across) * loss.columns + k : k * loss.columns + Math.round(across);
  return {
    x,
    loss: read(loss),
    accuracy: read(accuracy),
    lossError: Float64Array.from(x, (_, k) => (isOnGrid ? errors(index(k)) : NaN)),
  };
}

/** Standard error of the loss at a grid point; errors of the two splits of a difference are not independent: none. */
function errorsOf(run: RunData, split: Split): (index: number) => number {
  if (split === "difference") return () => NaN;
  const { lossError, known } = splitsOf(run)[split]!.measured;
  return (index) => (known[index] === 1 ? lossError[index]! : NaN);
}

/** What is drawn of a curve: its loss, or its accuracy as such or as an error rate. */
export type Quantity = Metric;

/** The values of a curve for a quantity. */
export function alongOf(curve: Curve, quantity: Quantity): Along {
  if (quantity === "loss") return curve.loss;
  const { values, origins } = curve.accuracy;
  if (quantity === "accuracy") return curve.accuracy;
  // The difference of two error rates is that of the accuracies turned round.
  const base = curve.split === "difference" ? 0 : 100;
  return { values: values.map((value) => base - value), origins };
}

/** A value of a curve, and where it comes from: between nodes it is interpolated, of positive losses the logarithm. */
export function readCurve(
  curve: Curve,
  quantity: Quantity,
  at: number,
): { readonly value: number; readonly origin: Origin; readonly error: number } {
  const { x } = curve;
  const none = { value: NaN, origin: origin.unknown, error: NaN };
  const { values, origins } = alongOf(curve, quantity);
  const reach = 1e-9 * Math.abs((x.at(-1) ?? 0) - (x[0] ?? 0));
  if (x.length === 0 || at < x[0]! - reach || at > x.at(-1)! + reach) return none;
  const place = fractionalIndex(x, at);
  const node = Math.round(place);
  if (Math.abs(place - node) < 1e-6) {
    return { value: values[node]!, origin: origins[node]!, error: quantity === "loss" ? curve.lossError[node]! : NaN };
  }
  const left = Math.floor(place);
  if (origins[left] === origin.unknown || origins[left + 1] === origin.unknown) return none;
  const share = place - left;
  const [a, b] = [values[left]!, values[left + 1]!];
  const isLog = quantity === "loss" && curve.split !== "difference" && a > 0 && b > 0;
  const value = isLog ? Math.exp(Math.log(a) * (1 - share) + Math.log(b) * share) : a * (1 - share) + b * share;
  return { value, origin: origin.interpolated, error: NaN };
}

/** The lines of a family at each place: extremes, quartiles and median; NaN where a line is not known or not finite. */
export interface FamilyBand {
  readonly x: readonly number[];
  readonly least: Float64Array;
  readonly lower: Float64Array;
  readonly median: Float64Array;
  readonly upper: Float64Array;
  readonly greatest: Float64Array;
  readonly origins: readonly Origin[];
}

/** @param curves lines over the same places. */
export function bandOf(curves: readonly Curve[], quantity: Quantity): FamilyBand {
  const x = curves[0]?.x ?? [];
  const along = curves.map((curve) => alongOf(curve, quantity));
  const columns = x.map((_, k) => {
    const origins = along.map((each) => each.origins[k]!);
    const values = along.map((each) => each.values[k]!).sort((a, b) => a - b);
    const isKnown = !origins.includes(origin.unknown);
    const from = isKnown
      ? origins.includes(origin.interpolated)
        ? origin.interpolated
        : origin.measured
      : origin.unknown;
    return { values, from, isUsable: isKnown && values.every((value) => Number.isFinite(value)) };
  });
  const at = (share: number) =>
    Float64Array.from(columns, ({ values, isUsable }) => (isUsable ? quantile(values, share) : NaN));
  return {
    x,
    least: at(0),
    lower: at(0.25),
    median: at(0.5),
    upper: at(0.75),
    greatest: at(1),
    origins: columns.map(({ from }) => from),
  };
}

/** A quantile of ascending values, linear between them (type 7 of R. J. Hyndman and Y. Fan, 1996). */
export function quantile(ascending: readonly number[], share: number): number {
  const place = share * (ascending.length - 1);
  const left = Math.floor(place);
  const [a, b] = [ascending[left] ?? NaN, ascending[Math.min(left + 1, ascending.length - 1)] ?? NaN];
  return a + (b - a) * (place - left);
}

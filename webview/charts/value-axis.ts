import { axisTicks } from "./layout";
import { levelsOf } from "./levels";
import type { LevelsChoice, Scale } from "./levels";

/** An axis of values, from its low to its high end. */
export interface ValueAxis {
  readonly scale: Scale;
  readonly low: number;
  readonly high: number;
  /** With a number and a rule. */
  readonly ticks: readonly number[];
  /** With a fainter rule only. */
  readonly minor: readonly number[];
  /** Values above the upper end exist. */
  readonly isCut: boolean;
}

/** Share of the axis that stays free at either end. */
const room = 0.05;
/** A linear axis begins at 0 when that takes no more than this share of it. */
const zeroShare = 0.35;

/**
 * The axis for losses; logarithmic by the same policy as the map's levels. Values that are not finite do not count, those
 * above `clip` lie outside.
 */
export function lossAxis(values: ArrayLike<number>, choice: LevelsChoice["scale"], clip?: number): ValueAxis {
  const all = Float64Array.from(values).filter(Number.isFinite);
  const shown = clip === undefined ? all : all.filter((value) => value <= clip);
  const isBelowZero = shown.some((value) => value < 0);
  const wanted = choice === "paper" ? "auto" : choice;
  const scale = isBelowZero ? "linear" : (levelsOf(shown, { scale: wanted, metric: "loss" })?.scale ?? "linear");
  const isCut = shown.length < all.length;
  const usable = (scale === "log" ? shown.filter((value) => value > 0) : shown).sort();
  if (usable.length === 0) return { scale: "linear", low: 0, high: 1, ticks: [0, 0.5, 1], minor: [], isCut };
  const [least, greatest] = [usable[0]!, isCut ? clip! : usable.at(-1)!];
  return { ...(scale === "log" ? logAxis(least, greatest, isCut) : linearAxis(least, greatest, isCut)), isCut };
}

/** The axis for percents: all of 0 to 100, or what the values need. */
export function percentAxis(values: ArrayLike<number>, isWhole: boolean): ValueAxis {
  const usable = Float64Array.from(values).filter(Number.isFinite).sort();
  const inside = usable.length === 0 || (usable[0]! >= 0 && usable.at(-1)! <= 100);
  if (inside && (isWhole || usable.length === 0)) {
    return { scale: "linear", low: 0, high: 100, ticks: [0, 20, 40, 60, 80, 100], minor: [], isCut: false };
  }
  const axis = linearAxis(usable[0]!, usable.at(-1)!, false);
  const held = inside ? { low: Math.max(0, axis.low), high: Math.min(100, axis.high) } : {};
  const fitted = { ...axis, ...held };
  const isShown = (tick: number) => tick >= fitted.low && tick <= fitted.high;
  return { ...fitted, ticks: fitted.ticks.filter(isShown), isCut: false };
}

function linearAxis(least: number, greatest: number, isCut: boolean): Omit<ValueAxis, "isCut"> {
  const span = greatest - least || Math.abs(greatest) || 1;
  const high = isCut ? greatest : greatest + room * span;
  const fromZero = least >= 0 && least < zeroShare * greatest;
  const low = fromZero ? 0 : least - room * span;
  return { scale: "linear", low, high, ticks: axisTicks([low, high], 5), minor: [] };
}

function logAxis(least: number, greatest: number, isCut: boolean): Omit<ValueAxis, "isCut"> {
  const decades = Math.max(Math.log10(greatest / least), 0.05);
  const margin = 10 ** (room * decades);
  const [low, high] = [least / margin, isCut ? greatest : greatest * margin];
  const inside = (steps: readonly number[], every = 1): number[] => {
    const found: number[] = [];
    for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
      if (exponent % every !== 0) continue;
      for (const step of steps) {
        const value = Number(`${step}e${exponent}`);
        if (value >= low && value <= high) found.push(value);
      }
    }
    return found;
  };
  const between = [2, 3, 4, 5, 6, 7, 8, 9];
  if (decades > 6) return { scale: "log", low, high, ticks: inside([1], Math.ceil(decades / 6)), minor: inside([1]) };
  if (decades > 2.2) return { scale: "log", low, high, ticks: inside([1]), minor: inside(between) };
  const ticks = inside(decades > 1.2 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7]);
  if (ticks.length >= 3)
    return { scale: "log", low, high, ticks, minor: inside(between).filter((v) => !ticks.includes(v)) };
  return { scale: "log", low, high, ticks: axisTicks([low, high], 4).filter((tick) => tick > 0), minor: [] };
}

/** Place of a value on an axis: 0 at the low end, 1 at the high end; NaN where it has none. */
export function shareOn(axis: ValueAxis, value: number): number {
  if (!Number.isFinite(value) || (axis.scale === "log" && value <= 0)) return NaN;
  const at = (number: number) => (axis.scale === "log" ? Math.log(number) : number);
  return (at(value) - at(axis.low)) / (at(axis.high) - at(axis.low) || 1);
}

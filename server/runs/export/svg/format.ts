import { fromJsonNumber } from "../../../protocol/numbers";
import type { JsonNumber } from "../../../protocol/result";

/** Numbers as the pictures write them: a real minus sign, thousands separators, powers of ten for what is far from 1. */

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

export function minus(text: string): string {
  return text.replace("-", "\u2212");
}

/** 78042 as `78,042`, the same in every locale. */
export function countText(count: number): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** `1 point`, `2 points`. */
export function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** 10⁻³, or with a factor 2.50 × 10⁶. */
function powerOfTen(value: number, digits: number): string {
  const [factor, exponent] = value.toExponential(digits).split("e") as [string, string];
  const raised = String(Math.abs(Number(exponent))).replace(/\d/g, (digit) => superscripts[Number(digit)]!);
  const power = `10${Number(exponent) < 0 ? "⁻" : ""}${raised}`;
  return Number(factor) === 1 ? power : minus(`${factor} × ${power}`);
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? undefined : value > 0 ? "∞" : "\u2212∞";
}

/** Significant digits: 0.436, 1.14, 18.2, 1,530; powers of ten from a million up and below a thousandth. */
export function valueText(number: JsonNumber, digits = 3): string {
  const value = fromJsonNumber(number);
  const size = Math.abs(value);
  const name = special(value);
  if (name !== undefined) return name;
  if (value !== 0 && (size >= 1e6 || size < 1e-3)) return powerOfTen(value, digits - 1);
  if (size >= 1000) return minus(countText(value));
  if (value === 0) return "0";
  return minus(Number(value.toPrecision(digits)).toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(size)))));
}

/** `84.4 %`; undefined for a loss that has no accuracy. */
export function percentText(percent: JsonNumber): string | undefined {
  const value = fromJsonNumber(percent);
  return Number.isNaN(value) ? undefined : `${minus(value.toFixed(1))}\u00a0%`;
}

/** 10⁻⁴ for axes of many decades, on which plain numbers would take two notations. */
export function decadeText(value: number): string {
  return value === 1 ? "1" : powerOfTen(value, 0);
}

/** A number on an axis or a bar: no trailing zeros. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e5 || size < 1e-4)) {
    return powerOfTen(value, 6).replace(/\.?0+ ×/, " ×");
  }
  return minus(size >= 1000 ? value.toLocaleString("en-US") : String(Number(value.toPrecision(6))));
}

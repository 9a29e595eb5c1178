/** A number with three digits, for sentences. */
export function short(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toPrecision(3))}` : `${value}`;
}

/** The same with a minus sign as it is printed. */
export function signed(value: number): string {
  return short(value).replace("-", "−");
}

/** A share as percent with three digits. */
export function percent(share: number): string {
  return `${short(100 * share)} %`;
}

/** E.g. "1 sample" and "2 samples". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The larger of two, where NaN is larger than all. */
export function worse(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
}

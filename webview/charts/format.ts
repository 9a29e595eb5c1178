/** Numbers as the panel writes them: a real minus sign, thousands separators, three significant digits of loss. */

const count = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const withMinus = (text: string) => text.replace("-", "\u2212");

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "∞";
  if (value === -Infinity) return "\u2212∞";
  return undefined;
}

function powerOfTen(value: number): string {
  const [mantissa, exponent] = value.toExponential(2).split("e") as [string, string];
  const digits = exponent.slice(1).replace(/\d/g, (digit) => superscripts[Number(digit)]!);
  return withMinus(`${mantissa} × 10${exponent.startsWith("-") ? "⁻" : ""}${digits}`);
}

/** A loss with 3 significant digits: 0.436, 1.14, 18.2, 153; powers of ten from a million up and below 0.001. */
export function formatLoss(value: number): string {
  const name = special(value);
  if (name !== undefined) return name;
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e6 || size < 1e-3)) return powerOfTen(value);
  if (size >= 1000) return withMinus(count.format(Number(value.toPrecision(3))));
  if (size >= 99.95) return withMinus(value.toFixed(0));
  if (size >= 9.995) return withMinus(value.toFixed(1));
  return withMinus(size >= 0.9995 || value === 0 ? value.toFixed(2) : value.toPrecision(3));
}

/** A standard error of a loss with 2 significant digits: 0.020, 1.3, 15. */
export function formatError(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 100 || size < 1e-3) return formatLoss(value);
  return size >= 9.95 ? value.toFixed(0) : value.toPrecision(2);
}

/** A positive number that lies between two, with the 3 or 2 significant digits that both agree on; undefined if they do not. */
export function formatAgreed(from: number, to: number): string | undefined {
  return [formatLoss, formatError].find((format) => format(from) === format(to))?.(from);
}

/** Two positive numbers with 2 significant digits, the first rounded down and the second up. */
export function formatAround(from: number, to: number): [string, string] {
  const rounded = (value: number, round: (value: number) => number): string => {
    const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
    // A number that has no more digits than these is not changed by rounding errors.
    const near = Math.round(value / unit);
    return formatError((Math.abs(value / unit - near) < 1e-9 ? near : round(value / unit)) * unit);
  };
  return [rounded(from, Math.floor), rounded(to, Math.ceil)];
}

/** An accuracy in percent with one decimal: "83.9 %". */
export function formatAccuracy(percent: number): string {
  return special(percent) ?? `${withMinus(percent.toFixed(1))}\u00a0%`;
}

/**
 * The error in percent of an accuracy p measured on n samples: half the width of Wilson's interval at one standard error
 * (z = 1), 100 · sqrt(p(1 − p)/n + 1/(4n²)) / (1 + 1/n). It is sqrt(p(1 − p)/n) nearly everywhere, but not 0 where all
 * samples, or none, are right (E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927).
 */
export function accuracyError(percent: number, samples: number): number {
  const p = percent / 100;
  return (100 * Math.sqrt((p * (1 - p)) / samples + 1 / (4 * samples * samples))) / (1 + 1 / samples);
}

/** The same with one decimal, or with one digit where it is smaller. */
export function accuracyErrorText(percent: number, samples: number): string {
  const error = accuracyError(percent, samples);
  return error >= 0.05 ? error.toFixed(1) : error.toPrecision(1);
}

/** A coordinate of the plane with two decimals, or as many as tell neighbours on a fine grid apart. */
export function formatCoordinate(value: number, step = 0.01): string {
  const decimals = Math.min(6, Math.max(2, Math.ceil(-Math.log10(step) - 1e-9)));
  const text = value.toFixed(decimals);
  return withMinus(Number(text) === 0 ? text.replace("-", "") : text);
}

/** A whole number with thousands separators. */
export function formatCount(value: number): string {
  return count.format(value);
}

/** A number on an axis or a bar: no trailing zeros. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e6 || size < 1e-4)) {
    return powerOfTen(value)
      .replace(/\.?0+ ×/, " ×")
      .replace(/^1 × /, "");
  }
  return withMinus(size >= 1000 ? count.format(value) : String(Number(value.toPrecision(6))));
}

/** Seconds as minutes and seconds "0:38", or hours "1:02:05". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The last part of a path or `file:` URI, whichever separator it uses. */
export function baseName(path: string): string {
  const last = path.split(/[\\/]/).filter(Boolean).pop() ?? path;
  if (!path.startsWith("file:")) return last;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

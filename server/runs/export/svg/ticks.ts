/** Multiples of 1, 2 or 5 · 10ᵏ within the range, about `intervals` of them apart. */
export function linearTicks([from, to]: readonly [number, number], intervals = 4): readonly number[] {
  const span = to - from;
  if (!(span > 0)) return [from];
  const decade = 10 ** Math.floor(Math.log10(span / intervals) + 1e-9);
  const step = ([1, 2, 5, 10].find((nice) => span / (nice * decade) <= intervals * 1.3) ?? 10) * decade;
  const ticks: number[] = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k++) {
    ticks.push(Number((k * step).toPrecision(10)));
  }
  return ticks;
}

/** Powers of ten within the range; of a range with few of them, 2 and 5 times them as well. */
export function logTicks([from, to]: readonly [number, number]): readonly number[] {
  const decades = Math.log10(to / from);
  const factors = decades < 2.2 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / 8));
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(from)); exponent <= Math.ceil(Math.log10(to)); exponent++) {
    if (exponent % every !== 0) continue;
    for (const factor of factors) {
      const value = Number(`${factor}e${exponent}`);
      if (value >= from && value <= to) ticks.push(value);
    }
  }
  return ticks.length >= 2 ? ticks : linearTicks([from, to]);
}

/** One axis: from values to pixels. */
export interface Scale {
  readonly log: boolean;
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** @param pixels where the ends of the domain lie; the first may be the larger. */
export function scaleOf(
  domain: readonly [number, number],
  pixels: readonly [number, number],
  { log = false, intervals = 4 }: { readonly log?: boolean; readonly intervals?: number } = {},
): Scale {
  const [from, to] = domain;
  const place = log ? Math.log : (value: number): number => value;
  const span = place(to) - place(from);
  return {
    log,
    domain,
    ticks: log ? logTicks(domain) : linearTicks(domain, intervals),
    at: (value) =>
      span === 0
        ? (pixels[0] + pixels[1]) / 2
        : pixels[0] + ((place(value) - place(from)) / span) * (pixels[1] - pixels[0]),
  };
}

/** A loss that spans more than this factor has a logarithmic axis. */
const logarithmicSpan = 20;

/** A domain around all finite values with a little room; logarithmic where they are positive and span enough. */
export function domainOf(
  values: readonly number[],
  wanted?: "log" | "linear",
): { readonly domain: readonly [number, number]; readonly log: boolean } {
  const finite = values.filter(Number.isFinite);
  const positive = finite.filter((value) => value > 0);
  const ends = (list: readonly number[]): [number, number] => [
    list.reduce((a, b) => Math.min(a, b), Infinity),
    list.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  if (finite.length === 0) return { domain: [0, 1], log: false };
  const [least, most] = ends(finite);
  const log = positive.length > 0 && (wanted ? wanted === "log" : least > 0 && most > logarithmicSpan * least);
  if (log) {
    const [low, high] = ends(positive);
    const room = Math.max((high / low) ** 0.05, 1.1);
    return { domain: [low / room, high * room], log };
  }
  const room = most > least ? (most - least) * 0.06 : Math.max(Math.abs(most) * 0.1, 1e-6);
  const low = least >= 0 && least < 0.35 * most ? 0 : least - room;
  return { domain: [low, most + room], log };
}

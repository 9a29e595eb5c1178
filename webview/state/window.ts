/** The part of the plane that is shown. */
export interface PlaneWindow {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** No zoom shows less than this share of the plane. */
const smallestShare = 1 / 32;

/** The whole plane spanned by ascending coordinates. */
export function wholePlane(x: readonly number[], y: readonly number[]): PlaneWindow {
  return { x: [x[0] ?? -1, x[x.length - 1] ?? 1], y: [y[0] ?? -1, y[y.length - 1] ?? 1] };
}

const span = (range: readonly [number, number]) => range[1] - range[0];

function held(centre: number, size: number, bounds: readonly [number, number]): readonly [number, number] {
  const from = Math.min(Math.max(centre - size / 2, bounds[0]), bounds[1] - size);
  return [from, from + size];
}

/**
 * The window of the same shape as `whole` that shows `share` (0..1] of its width around a point, moved where needed
 * to stay inside; `undefined` when that is the whole plane.
 */
export function zoomed(whole: PlaneWindow, share: number, alpha: number, beta: number): PlaneWindow | undefined {
  if (share >= 1) return undefined;
  const kept = Math.max(share, smallestShare);
  return { x: held(alpha, span(whole.x) * kept, whole.x), y: held(beta, span(whole.y) * kept, whole.y) };
}

/** Share of the plane's width that `window` shows. */
export function shareOf(whole: PlaneWindow, window: PlaneWindow): number {
  return span(window.x) / span(whole.x);
}

/** `window` moved just so far that the point lies inside it. */
export function movedTo(window: PlaneWindow, alpha: number, beta: number): PlaneWindow {
  const shift = (range: readonly [number, number], at: number) =>
    at < range[0] ? at - range[0] : at > range[1] ? at - range[1] : 0;
  const dx = shift(window.x, alpha);
  const dy = shift(window.y, beta);
  if (dx === 0 && dy === 0) return window;
  return { x: [window.x[0] + dx, window.x[1] + dx], y: [window.y[0] + dy, window.y[1] + dy] };
}

/**
 * The window after a zoom by `factor` (below 1 goes in) that leaves the point where it is on the screen, as far as the
 * plane allows; `undefined` when that is the whole plane.
 */
export function zoomedAt(
  whole: PlaneWindow,
  window: PlaneWindow,
  factor: number,
  alpha: number,
  beta: number,
): PlaneWindow | undefined {
  const share = Math.max(shareOf(whole, window) * factor, smallestShare);
  if (share >= 1) return undefined;
  const around = (range: readonly [number, number], bounds: readonly [number, number], at: number) => {
    const size = span(bounds) * share;
    const before = (at - range[0]) / span(range);
    return held(at + (0.5 - before) * size, size, bounds);
  };
  return { x: around(window.x, whole.x, alpha), y: around(window.y, whole.y, beta) };
}

/** The window moved by plane units, inside the plane; the same object when it cannot move. */
export function panned(whole: PlaneWindow, window: PlaneWindow, alpha: number, beta: number): PlaneWindow {
  const moved = (range: readonly [number, number], bounds: readonly [number, number], by: number) =>
    held((range[0] + range[1]) / 2 + by, span(range), bounds);
  const x = moved(window.x, whole.x, alpha);
  const y = moved(window.y, whole.y, beta);
  return x[0] === window.x[0] && y[0] === window.y[0] ? window : { x, y };
}

/** The window with coordinates that a person would write, to a 100th of its size or finer. */
export function tidied(window: PlaneWindow): PlaneWindow {
  const rounded = (range: readonly [number, number]): readonly [number, number] => {
    const digits = Math.max(0, 2 - Math.floor(Math.log10(span(range))));
    return [Number(range[0].toFixed(digits)), Number(range[1].toFixed(digits))];
  };
  return { x: rounded(window.x), y: rounded(window.y) };
}

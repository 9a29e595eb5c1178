/** What a Slice takes along one axis: the elements start, start + step, …, `count` of them. */
export interface Span {
  readonly start: number;
  readonly count: number;
  /** Not 0; negative when the order is reversed. */
  readonly step: number;
}

/** What the bounds of an ONNX Slice mean along an axis: negative ones count from the back, those outside are clamped. */
export function spanOf(extent: number, start: number, end: number, step: number): Span {
  const [lowest, highest] = step > 0 ? [0, extent] : [-1, extent - 1];
  const clamp = (bound: number, low: number): number =>
    Math.min(highest, Math.max(low, bound < 0 ? bound + extent : bound));
  const first = clamp(start, Math.max(0, lowest));
  return { start: first, count: Math.max(0, Math.ceil((clamp(end, lowest) - first) / step)), step };
}

/**
 * The exclusive end of a span as ONNX reads it. A span that runs backwards through the first element ends before it, which
 * only a number below −extent says: −1 would be the last element.
 */
export function endOf({ start, count, step }: Span, extent: number): number {
  const end = start + (count - 1) * step + Math.sign(step);
  return end < 0 ? -extent - 1 : end;
}

import type { Box } from "./element";

/** Where a level's value is written; `angle` in radians, clockwise, never upside down. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

/** Distances that keep labels readable, in pixels. */
const labelRules = {
  fromFrame: 16,
  fromOthers: 27,
  onSameLevel: 170,
  shortestLine: 56,
  perLevel: 2,
} as const;

/** Distance between the places that are tried, and half the length of line that a label covers. */
const sampleStep = 6;
const reach = 2;

interface Candidate extends LabelPlace {
  readonly cost: number;
}

/**
 * Places for the labels of one level on its lines (pixels: x0, y0, x1, y1, …). Level tangents, straight runs and
 * places away from other labels and the frame are preferred. Places taken are added to `taken`.
 */
export function placeLabels(
  lines: readonly Float64Array[],
  frame: Box,
  taken: { x: number; y: number }[],
  most: number = labelRules.perLevel,
): readonly LabelPlace[] {
  const candidates = lines
    .flatMap((line) => candidatesOn(line, frame, taken))
    .sort((a, b) => a.cost - b.cost || a.x - b.x || a.y - b.y);
  const placed: LabelPlace[] = [];
  for (const candidate of candidates) {
    if (placed.length >= most) break;
    if (placed.some((place) => distance(place, candidate) < labelRules.onSameLevel)) continue;
    placed.push({ x: candidate.x, y: candidate.y, angle: candidate.angle });
    taken.push({ x: candidate.x, y: candidate.y });
  }
  return placed;
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function candidatesOn(
  line: Float64Array,
  frame: Box,
  taken: readonly { readonly x: number; readonly y: number }[],
): Candidate[] {
  const points = sampled(line);
  if ((points.length - 1) * sampleStep < labelRules.shortestLine) return [];
  const found: Candidate[] = [];
  for (let i = 2 * reach; i < points.length - 2 * reach; i++) {
    const point = points[i]!;
    const margin = Math.min(
      point.x - frame.x,
      point.y - frame.y,
      frame.x + frame.width - point.x,
      frame.y + frame.height - point.y,
    );
    if (margin < labelRules.fromFrame) continue;
    const near = Math.min(Infinity, ...taken.map((other) => distance(other, point)));
    if (near < labelRules.fromOthers) continue;
    const before = points[i - reach]!;
    const after = points[i + reach]!;
    const angle = upright(Math.atan2(after.y - before.y, after.x - before.x));
    const bend = Math.hypot((before.x + after.x) / 2 - point.x, (before.y + after.y) / 2 - point.y);
    found.push({
      x: point.x,
      y: point.y,
      angle,
      cost: Math.abs(angle) * 1.1 + 22 / near + 10 / margin + bend / 6,
    });
  }
  return found;
}

function upright(angle: number): number {
  if (angle > Math.PI / 2) return angle - Math.PI;
  if (angle < -Math.PI / 2) return angle + Math.PI;
  return angle;
}

/** Points every `sampleStep` pixels along the line. */
function sampled(line: Float64Array): { x: number; y: number }[] {
  const points = [{ x: line[0]!, y: line[1]! }];
  let left = sampleStep;
  for (let i = 2; i < line.length; i += 2) {
    let x = line[i - 2]!;
    let y = line[i - 1]!;
    let length = Math.hypot(line[i]! - x, line[i + 1]! - y);
    while (length >= left) {
      const share = left / length;
      x += (line[i]! - x) * share;
      y += (line[i + 1]! - y) * share;
      points.push({ x, y });
      length -= left;
      left = sampleStep;
    }
    left -= length;
  }
  return points;
}

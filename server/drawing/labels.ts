import type { Box } from "./box";

/** Where a level's value is written; `angle` in radians, clockwise on the screen, never upside down. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

/** Distances that keep labels readable, in pixels; they follow from the size of the letters. */
export interface LabelRules {
  readonly fromFrame: number;
  readonly fromOthers: number;
  readonly onSameLevel: number;
  /** A line that is shorter has no label. */
  readonly shortestLine: number;
  /** Distance between the places that are tried; four of them are the length of line that a label covers. */
  readonly step: number;
  /** Most labels of one level. */
  readonly perLevel: number;
}

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
  rules: LabelRules,
): readonly LabelPlace[] {
  const candidates = lines
    .flatMap((line) => candidatesOn(line, frame, taken, rules))
    .sort((a, b) => a.cost - b.cost || a.x - b.x || a.y - b.y);
  const placed: LabelPlace[] = [];
  for (const candidate of candidates) {
    if (placed.length >= rules.perLevel) break;
    if (placed.some((place) => distance(place, candidate) < rules.onSameLevel)) continue;
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
  rules: LabelRules,
): Candidate[] {
  const points = sampled(line, rules.step);
  if ((points.length - 1) * rules.step < rules.shortestLine) return [];
  const found: Candidate[] = [];
  for (let i = 2 * reach; i < points.length - 2 * reach; i++) {
    const point = points[i]!;
    const margin = Math.min(
      point.x - frame.x,
      point.y - frame.y,
      frame.x + frame.width - point.x,
      frame.y + frame.height - point.y,
    );
    if (margin < rules.fromFrame) continue;
    const near = Math.min(Infinity, ...taken.map((other) => distance(other, point)));
    if (near < rules.fromOthers) continue;
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

/** Points every `step` pixels along the line. */
function sampled(line: Float64Array, step: number): { x: number; y: number }[] {
  const points = [{ x: line[0]!, y: line[1]! }];
  let left = step;
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
      left = step;
    }
    left -= length;
  }
  return points;
}

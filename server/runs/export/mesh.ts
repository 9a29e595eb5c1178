import { fromJsonNumber } from "../../protocol/numbers";
import type { SurfaceFigure } from "../../protocol/result";
import type { ExportOptions } from "./exportable";

/** A surface as a mesh of quadrilaterals. Grid points without a finite height have no vertex, and leave a hole. */
export interface Mesh {
  readonly vertices: readonly (readonly [x: number, y: number, z: number])[];
  /** Row-major index of each vertex in the grid. */
  readonly indices: readonly number[];
  /** Vertices of each face, counter-clockwise seen from above. */
  readonly faces: readonly (readonly [number, number, number, number])[];
  /** Number of grid points left out. */
  readonly left: number;
  /** What z is, in words. */
  readonly height: string;
}

export type MeshOptions = Pick<ExportOptions, "height" | "quantity">;

/**
 * Where the height of a clipped surface ends: at 10, as in the paper's pictures, or at ten times the least loss where that
 * is more, so that something of the surface remains.
 */
export function clipLimit(losses: readonly number[]): number {
  const least = losses.filter(Number.isFinite).reduce((a, b) => Math.min(a, b), Infinity);
  return Number.isFinite(least) ? Math.max(10, 10 * least) : 10;
}

/**
 * z is log10 of the loss (default), the loss, or the loss up to `clipLimit`, or the accuracy in percent.
 * A loss of 0 or less has no logarithm and is left out with those that are not finite; +∞ is clipped like any other.
 */
export function meshOf({ x, y, loss, accuracy }: SurfaceFigure, { height = "log", quantity }: MeshOptions): Mesh {
  const values = (quantity === "accuracy" ? accuracy : loss).flat().map(fromJsonNumber);
  const limit = clipLimit(values);
  const rise = riseOf(quantity, height, limit);
  const vertices: (readonly [number, number, number])[] = [];
  const indices: number[] = [];
  const numbers = new Map<number, number>();
  values.forEach((value, index) => {
    const z = rise.of(value);
    if (!Number.isFinite(z)) return;
    numbers.set(index, vertices.length);
    indices.push(index);
    vertices.push([x[index % x.length]!, y[Math.floor(index / x.length)]!, z]);
  });
  return {
    vertices,
    indices,
    faces: facesOf(x, y, numbers),
    left: values.length - vertices.length,
    height: rise.words,
  };
}

interface Rise {
  readonly of: (value: number) => number;
  readonly words: string;
}

function riseOf(quantity: MeshOptions["quantity"], height: MeshOptions["height"], limit: number): Rise {
  if (quantity === "accuracy") return { of: (value) => value, words: "accuracy in percent" };
  if (height === "linear") return { of: (value) => value, words: "loss" };
  if (height === "clip") return { of: (value) => Math.min(value, limit), words: `loss up to ${limit}` };
  return { of: Math.log10, words: "log10 of the loss" };
}

/** Axes may run downwards; faces turn the same way all the same. */
function facesOf(x: readonly number[], y: readonly number[], numbers: ReadonlyMap<number, number>): Mesh["faces"] {
  const faces: (readonly [number, number, number, number])[] = [];
  for (let row = 0; row + 1 < y.length; row++) {
    for (let column = 0; column + 1 < x.length; column++) {
      const first = row * x.length + column;
      const upward = x[column + 1]! > x[column]! === y[row + 1]! > y[row]!;
      const [a, b, c, d] = [first, first + 1, first + x.length + 1, first + x.length].map((k) => numbers.get(k));
      if (a === undefined || b === undefined || c === undefined || d === undefined) continue;
      faces.push(upward ? [a, b, c, d] : [a, d, c, b]);
    }
  }
  return faces;
}

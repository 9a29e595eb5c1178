import type { Parameter } from "../graph/graph";
import type { Normalisation } from "../protocol/study";
import { filterCursor, filterIndex, filterSquares } from "./filters";
import type { FilterCursor, FilterIndex } from "./filters";

/** What a normalisation scales as one: every filter, every parameter as a whole, or neither. */
export function unitOf(normalisation: Normalisation): "filter" | "layer" | undefined {
  if (normalisation === "filter" || normalisation === "dfilter") return "filter";
  return normalisation === "layer" || normalisation === "dlayer" ? "layer" : undefined;
}

/** Whether the norms are those of the model's own filters or layers; otherwise units have norm 1. */
export function followsModel(normalisation: Normalisation): boolean {
  return normalisation === "filter" || normalisation === "layer";
}

/** The filters of a parameter, or the one block that all of it makes. */
export function unitIndex({ tensor, filterAxes }: Parameter, unit: "filter" | "layer"): FilterIndex {
  return filterIndex(tensor.shape, unit === "filter" ? filterAxes : []);
}

/** The same, element by element. */
export function unitCursor({ tensor, filterAxes }: Parameter, unit: "filter" | "layer"): FilterCursor {
  return filterCursor(tensor.shape, unit === "filter" ? filterAxes : []);
}

/**
 * What scales each filter of a drawn direction.
 * @param found squared lengths as drawn
 * @param target those that they shall have
 */
export function factorsOf(found: Float64Array, target: Float64Array): Float64Array {
  return target.map((square, f) => (found[f]! > 0 ? Math.sqrt(square) / Math.sqrt(found[f]!) : 0));
}

/**
 * A drawn direction d of one parameter θ, scaled in float64 and rounded to float32:
 *
 * - `filter`: d_f ← d_f · ‖θ_f‖ / ‖d_f‖ for every filter f (`Parameter.filterAxes`), Frobenius norms.
 *   The authors' code divides by ‖d_f‖ + 1e-10 only to survive a zero; we treat zero apart, so that the norms agree for
 *   one-entry filters too. Filters of norm zero stay zero.
 * - `layer`: d ← d · ‖θ‖ / ‖d‖.
 * - `weight`: d ← d ∘ θ.
 * - `dfilter`: d_f ← d_f / ‖d_f‖ for every filter, whatever θ is.
 * - `dlayer`: d ← d / ‖d‖, whatever θ is.
 * - `none`: d as drawn.
 */
export function normalised(
  drawn: Float64Array,
  theta: Float32Array,
  parameter: Parameter,
  normalisation: Normalisation,
): Float32Array {
  const unit = unitOf(normalisation);
  if (!unit) return Float32Array.from(drawn, normalisation === "weight" ? (value, i) => value * theta[i]! : undefined);
  const filters = unitIndex(parameter, unit);
  const found = filterSquares(drawn, filters);
  const target = followsModel(normalisation) ? filterSquares(theta, filters) : found.map(() => 1);
  const factor = factorsOf(found, target);
  const scaled = new Float32Array(drawn.length);
  for (let i = 0; i < scaled.length; i++) {
    const scale = factor[filters.of[i]!]!;
    scaled[i] = scale === 0 ? 0 : drawn[i]! * scale;
  }
  return scaled;
}

/**
 * A block of a random direction within which all orientations are equally likely. Blocks are independent.
 */
export interface Block {
  /** Squared length after scaling; the expected one for `none`. */
  readonly square: number;
  /** Number of entries. */
  readonly entries: number;
}

/** The blocks of one parameter's direction: its filters, the whole of it, or with `weight` every single entry. */
export function* blocksOf(theta: Float32Array, parameter: Parameter, normalisation: Normalisation): Generator<Block> {
  if (theta.length === 0) return;
  const unit = unitOf(normalisation);
  if (unit) {
    const filters = unitIndex(parameter, unit);
    const entries = theta.length / filters.count;
    const squares = followsModel(normalisation)
      ? filterSquares(theta, filters)
      : new Float64Array(filters.count).fill(1);
    for (const square of squares) yield { square, entries };
  } else if (normalisation === "weight") {
    for (const value of theta) yield { square: value * value, entries: 1 };
  } else yield { square: theta.length, entries: theta.length };
}

/** Squared length of any direction of the parameter within each of its blocks, in the order of `blocksOf`. */
export function blockSquares(values: Float32Array, parameter: Parameter, normalisation: Normalisation): Float64Array {
  const unit = unitOf(normalisation);
  if (unit) return filterSquares(values, unitIndex(parameter, unit));
  const squares = Float64Array.from(values, (value) => value * value);
  return normalisation === "weight" ? squares : Float64Array.of(squares.reduce((sum, square) => sum + square, 0));
}

import type { CurvaturePoint } from "../../server/protocol/result";
import type { RunData } from "./model";
import { toNumber } from "./numbers";
import type { PlaneWindow } from "./window";

/** What is drawn of the Hessian's extreme eigenvalues: λmin, λmax or |λmin / λmax|. */
export const quantities = ["ratio", "min", "max"] as const;
export type Quantity = (typeof quantities)[number];

/** One computed point of a curvature map. */
export interface CurvatureCell {
  /** Row-major. */
  readonly index: number;
  readonly alpha: number;
  readonly beta: number;
  readonly max: number;
  readonly min: number;
  /** |λmin / λmax| */
  readonly ratio: number;
  /** Relative residuals ‖Hv − λv‖ / |λ| of max and min. */
  readonly residual: readonly [number, number];
  /** Largest relative |u·Hv − v·Hu|. */
  readonly symmetry: number;
  /** Hessian-vector products that were made: the iterations of Lanczos's method. */
  readonly products: number;
  /** `unconverged`: a residual is above the tolerance that was asked for. */
  readonly state: "converged" | "unconverged" | "not-finite";
  /** λmin < −1 % of |λmax|. */
  readonly isNonConvex: boolean;
}

/** The Hessian's extreme eigenvalues on a grid of the plane, as far as they are computed. */
export interface CurvatureMap {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Borders of the columns and rows of cells, one more than there are. */
  readonly edges: { readonly x: readonly number[]; readonly y: readonly number[] };
  /** Row-major; undefined where nothing is computed yet. */
  readonly cells: readonly (CurvatureCell | undefined)[];
  readonly computed: readonly CurvatureCell[];
  /** The model itself, if the map has it and it is computed. */
  readonly centre?: CurvatureCell;
  /** Samples of the first split that make up the loss. */
  readonly samples: number;
  readonly parameters: "kernels" | "all";
  /** Number of parameters over which the Hessian is taken; absent until known. */
  readonly size?: number;
  /** Relative residual at which Lanczos's method stops. */
  readonly tolerance: number;
}

/** λmin below this share of |λmax| is negative beyond what Li et al. (section 6.7) call extremely small. */
export const negativeShare = 0.01;

/** Absolute residuals below this share of the largest eigenvalue are beyond what float32 products can tell from zero. */
export const negligibleShare = 1e-5;

const maps = new WeakMap<RunData, CurvatureMap>();

/** The curvature map of a run; undefined when its study asks for none. The same object for the same run data. */
export function curvatureMapOf(run: RunData): CurvatureMap | undefined {
  const { curvature: spec, grid } = run.header.study;
  if (!spec) return undefined;
  const kept = maps.get(run);
  if (kept) return kept;
  const [columns, rows] = spec.points;
  const [x, y] = [axis(grid.x, columns), axis(grid.y, rows)];
  const points = new Map(run.extras?.curvature.map((point) => [point.index, point]));
  const cells = Array.from({ length: columns * rows }, (_, index) => {
    const point = points.get(index);
    return point && cellOf(point, x[index % columns]!, y[Math.floor(index / columns)]!, spec.tolerance);
  });
  const computed = cells.filter((cell) => cell !== undefined);
  const size = run.extras?.centreCurvature?.parameters;
  const centre = computed.find(({ alpha, beta }) => alpha === 0 && beta === 0);
  const map: CurvatureMap = {
    x,
    y,
    edges: { x: edgesOf(x, stepOf(y)), y: edgesOf(y, stepOf(x)) },
    cells,
    computed,
    ...(centre ? { centre } : {}),
    samples: Math.min(spec.samples, run.header.data.available),
    parameters: spec.parameters,
    ...(size === undefined ? {} : { size }),
    tolerance: spec.tolerance,
  };
  maps.set(run, map);
  return map;
}

function cellOf(point: CurvaturePoint, alpha: number, beta: number, tolerance: number): CurvatureCell {
  const [max, min] = [toNumber(point.max), toNumber(point.min)];
  const residual = [toNumber(point.residual[0]), toNumber(point.residual[1])] as const;
  const isFinite = Number.isFinite(max) && Number.isFinite(min);
  const largest = Math.max(Math.abs(max), Math.abs(min));
  // An end that single precision cannot tell from zero beside the other has no small relative residual.
  const isOpen = (value: number, k: 0 | 1): boolean =>
    !(residual[k] <= tolerance || residual[k] * Math.abs(value) <= negligibleShare * largest);
  return {
    index: point.index,
    alpha,
    beta,
    max,
    min,
    ratio: Math.abs(min / max),
    residual,
    symmetry: toNumber(point.symmetry),
    products: point.products,
    state: !isFinite ? "not-finite" : isOpen(max, 0) || isOpen(min, 1) ? "unconverged" : "converged",
    isNonConvex: isFinite && min < -negativeShare * Math.abs(max),
  };
}

/** Of the points where both eigenvalues are finite, those where λmin < −1 % of |λmax|. */
export function nonConvexCount(map: CurvatureMap): { readonly count: number; readonly of: number } {
  const finite = map.computed.filter(({ state }) => state !== "not-finite");
  return { count: finite.filter(({ isNonConvex }) => isNonConvex).length, of: finite.length };
}

/** The part of the plane that the cells cover: half a step beyond the outermost points. */
export function cellWindow({ edges: { x, y } }: CurvatureMap): PlaneWindow {
  return { x: [x[0]!, x[x.length - 1]!], y: [y[0]!, y[y.length - 1]!] };
}

/** Whether there is more than the model itself. */
export const isMap = ({ cells }: CurvatureMap): boolean => cells.length > 1;

/** Evenly spaced, as the worker places them: one that falls on zero is exactly 0. A single one is the model itself. */
function axis([from, to]: readonly [number, number], count: number): readonly number[] {
  if (count === 1) return [0];
  const negligible = 1e-13 * Math.max(Math.abs(from), Math.abs(to));
  return Array.from({ length: count }, (_, k) => {
    const value = (from * (count - 1 - k) + to * k) / (count - 1);
    return Math.abs(value) <= negligible ? 0 : value;
  });
}

function stepOf(nodes: readonly number[]): number {
  return nodes.length > 1 ? Math.abs(nodes[1]! - nodes[0]!) || 1 : 1;
}

/** Half way between neighbours, and as far beyond the first and the last; `step` is the width of a single cell. */
function edgesOf(nodes: readonly number[], step: number): readonly number[] {
  const [first, last] = [nodes[0]!, nodes[nodes.length - 1]!];
  if (nodes.length === 1) return [first - step / 2, first + step / 2];
  const middles = nodes.slice(1).map((node, k) => (nodes[k]! + node) / 2);
  return [2 * first - middles[0]!, ...middles, 2 * last - middles[middles.length - 1]!];
}

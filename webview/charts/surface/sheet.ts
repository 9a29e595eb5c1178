import { positionOf } from "../levels";
import type { Scene } from "../scene";
import { sheetHeight } from "./projection";

/** The surface as a mesh in the world of `projection.ts`, independent of camera, size and theme. */
export interface Sheet {
  readonly columns: number;
  readonly rows: number;
  /** World x of the columns and z of the rows. */
  readonly x: Float64Array;
  readonly z: Float64Array;
  /** Row-major: place in the domain, 0..1 and held there; NaN at points that are not finite. */
  readonly t: Float64Array;
  /** Unit normals, three numbers per point. */
  readonly normals: Float32Array;
  /** 1 for each cell (row-major, one column and row fewer) whose four corners have a value. */
  readonly solid: Uint8Array;
  /** Half widths of the plane in the world; the larger one is 1. */
  readonly halfX: number;
  readonly halfZ: number;
  /** How many grid points are not finite: their cells are left out. */
  readonly holes: number;
}

const sheets = new WeakMap<Scene, Sheet>();

/** The sheet of a scene, kept like the scene itself; undefined while there is nothing to draw. */
export function sheetOf(scene: Scene): Sheet | undefined {
  if (!scene.drawable || !scene.levels) return undefined;
  const sheet = sheets.get(scene) ?? makeSheet(scene);
  sheets.set(scene, sheet);
  return sheet;
}

/** World coordinates of the plane: (α, β) to (x, z). */
export interface PlaneScale {
  readonly halfX: number;
  readonly halfZ: number;
  x(alpha: number): number;
  z(beta: number): number;
}

export function planeScale(x: readonly number[], y: readonly number[]): PlaneScale {
  const [left, right] = [x[0] ?? -1, x[x.length - 1] ?? 1];
  const [low, high] = [y[0] ?? -1, y[y.length - 1] ?? 1];
  const unit = Math.max(right - left, high - low) / 2 || 1;
  return {
    halfX: (right - left) / 2 / unit,
    halfZ: (high - low) / 2 / unit,
    x: (alpha) => (alpha - (left + right) / 2) / unit,
    z: (beta) => ((low + high) / 2 - beta) / unit,
  };
}

function makeSheet({ field, levels }: Scene): Sheet {
  const { columns, rows } = field;
  const scale = planeScale(field.x, field.y);
  let holes = 0;
  const t = Float64Array.from(field.values, (value) => {
    if (!Number.isFinite(value)) {
      holes += 1;
      return NaN;
    }
    // A logarithmic scale has no place for values up to zero: they lie at its low end.
    const position = levels!.scale === "log" && value <= 0 ? 0 : positionOf(levels!, value);
    return Math.min(1, Math.max(0, position));
  });
  const x = Float64Array.from(field.x, scale.x);
  const z = Float64Array.from(field.y, scale.z);
  return {
    columns,
    rows,
    x,
    z,
    t,
    normals: normalsOf(x, z, t),
    solid: solidCells(columns, rows, t),
    halfX: scale.halfX,
    halfZ: scale.halfZ,
    holes,
  };
}

function solidCells(columns: number, rows: number, t: Float64Array): Uint8Array {
  const solid = new Uint8Array((columns - 1) * (rows - 1));
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const a = row * columns + column;
      const sum = t[a]! + t[a + 1]! + t[a + columns]! + t[a + columns + 1]!;
      solid[row * (columns - 1) + column] = Number.isNaN(sum) ? 0 : 1;
    }
  }
  return solid;
}

/** Normals from central differences, one-sided at the rim and beside holes. */
function normalsOf(x: Float64Array, z: Float64Array, t: Float64Array): Float32Array {
  const [columns, rows] = [x.length, z.length];
  const normals = new Float32Array(3 * t.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      const dx = slopeAlong(x, t, column, index, 1);
      const dz = slopeAlong(z, t, row, index, columns);
      const length = Math.hypot(dx, 1, dz);
      normals[3 * index] = -dx / length;
      normals[3 * index + 1] = 1 / length;
      normals[3 * index + 2] = -dz / length;
    }
  }
  return normals;
}

/** Change of height per unit along one axis at entry `k` of `nodes`; neighbours lie `stride` apart. */
function slopeAlong(nodes: Float64Array, t: Float64Array, k: number, index: number, stride: number): number {
  const usable = (at: number, neighbour: number) => at >= 0 && at < nodes.length && !Number.isNaN(t[neighbour]!);
  const before = usable(k - 1, index - stride) ? 1 : 0;
  const after = usable(k + 1, index + stride) ? 1 : 0;
  const run = nodes[k + after]! - nodes[k - before]!;
  const rise = t[index + after * stride]! - t[index - before * stride]!;
  return run === 0 || Number.isNaN(rise) ? 0 : (rise * sheetHeight) / run;
}

/** The place in the domain at world (x, z), bilinear; NaN in holes and outside the plane. */
export function domainAt(sheet: Sheet, x: number, z: number): number {
  const { columns, rows, halfX, halfZ } = sheet;
  const slack = 1e-9;
  if (Math.abs(x) > halfX + slack || Math.abs(z) > halfZ + slack) return NaN;
  const u = fractionOf(sheet.x, x);
  const v = fractionOf(sheet.z, z);
  const i = Math.min(Math.floor(u), columns - 2);
  const j = Math.min(Math.floor(v), rows - 2);
  const a = j * columns + i;
  const [s, r] = [u - i, v - j];
  const { t } = sheet;
  return (t[a]! * (1 - s) + t[a + 1]! * s) * (1 - r) + (t[a + columns]! * (1 - s) + t[a + columns + 1]! * s) * r;
}

/** Position of `at` among coordinates that rise or fall throughout, as index plus fraction, held inside. */
function fractionOf(nodes: Float64Array, at: number): number {
  let low = 0;
  let high = nodes.length - 1;
  const sign = nodes[0]! <= nodes[high]! ? 1 : -1;
  if ((at - nodes[0]!) * sign <= 0) return 0;
  if ((at - nodes[high]!) * sign >= 0) return high;
  while (high - low > 1) {
    const half = (low + high) >> 1;
    if ((nodes[half]! - at) * sign <= 0) low = half;
    else high = half;
  }
  return low + (at - nodes[low]!) / (nodes[high]! - nodes[low]!);
}

/**
 * The sheet with about `cells` cells along its longer side: a finer one is thinned (its rim stays), a coarser one is
 * divided bilinearly, which adds no shape that the grid does not have.
 */
export function sheetOfDetail(sheet: Sheet, cells: number): Sheet {
  const longest = Math.max(sheet.columns, sheet.rows) - 1;
  const factor = cells / longest;
  if (factor < 2 && factor > 0.75) return sheet;
  const places = (count: number) => {
    const wanted = factor >= 2 ? (count - 1) * Math.floor(factor) : Math.max(1, Math.round((count - 1) * factor));
    return Float64Array.from({ length: wanted + 1 }, (_, k) => {
      const at = (k * (count - 1)) / wanted;
      // Thinning takes points of the grid themselves.
      return factor >= 2 ? at : Math.round(at);
    });
  };
  return resampled(sheet, places(sheet.columns), places(sheet.rows));
}

/** The sheet at fractional columns and rows. */
function resampled(sheet: Sheet, us: Float64Array, vs: Float64Array): Sheet {
  const { columns, rows } = sheet;
  const t = new Float64Array(us.length * vs.length);
  const normals = new Float32Array(3 * t.length);
  let next = 0;
  for (const v of vs) {
    const j = Math.min(Math.floor(v), rows - 2);
    for (const u of us) {
      const i = Math.min(Math.floor(u), columns - 2);
      const [s, r] = [u - i, v - j];
      const a = j * columns + i;
      const weights = [(1 - s) * (1 - r), s * (1 - r), (1 - s) * r, s * r];
      const corners = [a, a + 1, a + columns, a + columns + 1];
      let value = 0;
      corners.forEach((corner, k) => {
        const weight = weights[k]!;
        if (weight === 0) return;
        value += weight * sheet.t[corner]!;
        for (let n = 0; n < 3; n++) normals[3 * next + n]! += weight * sheet.normals[3 * corner + n]!;
      });
      t[next++] = value;
    }
  }
  const at = (nodes: Float64Array, index: number) => {
    const low = Math.min(Math.floor(index), nodes.length - 2);
    return nodes[low]! + (nodes[low + 1]! - nodes[low]!) * (index - low);
  };
  return {
    ...sheet,
    columns: us.length,
    rows: vs.length,
    x: us.map((u) => at(sheet.x, u)),
    z: vs.map((v) => at(sheet.z, v)),
    t,
    normals,
    solid: solidCells(us.length, vs.length, t),
  };
}

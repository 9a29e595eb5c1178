import { blend } from "../landscape/blend";
import { gridLevels } from "../landscape/grid";
import type { GridLevel } from "../landscape/grid";
import { estimate } from "../landscape/interpolate";
import { fromJsonNumber } from "../protocol/numbers";
import type { Estimate, Point, RunHeader, RunProgress } from "../protocol/result";

/** What is measured of a run's grid, and which of its nested grids are complete. */
export class Surface {
  readonly total: number;
  private readonly x: readonly number[];
  private readonly y: readonly number[];
  private readonly levels: readonly GridLevel[];
  private readonly levelOf: Int32Array;
  /** Points not yet measured, by level. */
  private readonly missing: number[];
  private readonly byIndex: (Point | undefined)[];
  private measuredCount = 0;
  /** The estimate from complete levels alone. */
  private base: { readonly complete: number; readonly estimate: Estimate } | undefined;

  /** @param header gives the coordinates of the columns and rows. */
  constructor({ x, y }: Pick<RunHeader, "x" | "y">) {
    this.x = x;
    this.y = y;
    this.total = x.length * y.length;
    this.levels = gridLevels(x.length, y.length);
    this.levelOf = new Int32Array(this.total);
    for (const [number, { indices }] of this.levels.entries()) {
      for (const index of indices) this.levelOf[index] = number;
    }
    this.missing = this.levels.map(({ indices }) => indices.length);
    this.byIndex = new Array<Point | undefined>(this.total).fill(undefined);
  }

  get measured(): number {
    return this.measuredCount;
  }

  /** Measured points by rising index. */
  get points(): readonly Point[] {
    return this.byIndex.filter((point) => point !== undefined);
  }

  /** Number of nested grids that are complete, the coarsest ones first. */
  get completeLevels(): number {
    const open = this.missing.findIndex((count) => count > 0);
    return open < 0 ? this.levels.length : open;
  }

  add(points: readonly Point[]): void {
    for (const point of points) {
      if (this.byIndex[point.index] === undefined) {
        this.measuredCount++;
        this.missing[this.levelOf[point.index]!]!--;
      }
      this.byIndex[point.index] = point;
    }
  }

  /** Points still to be measured with their coordinates, coarse to fine, in each level from the centre outwards. */
  remaining(): { readonly index: number; readonly alpha: number; readonly beta: number }[] {
    return this.levels
      .flatMap(({ indices }) => indices)
      .filter((index) => this.byIndex[index] === undefined)
      .map((index) => ({
        index,
        alpha: this.x[index % this.x.length]!,
        beta: this.y[Math.floor(index / this.x.length)]!,
      }));
  }

  /** How far the run is. `secondsLeft` is passed on. */
  progress(secondsLeft?: number): RunProgress {
    const level = this.levels[Math.min(this.completeLevels, this.levels.length - 1)]!;
    return {
      measured: this.measuredCount,
      total: this.total,
      level: [level.columns.length, level.rows.length],
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
    };
  }

  /**
   * Whether points of the level in progress change the estimate around them. In the last level they do not: every grid
   * line is there, and what is measured stands for itself.
   */
  get bends(): boolean {
    const { completeLevels } = this;
    return completeLevels > 0 && completeLevels < this.levels.length - 1;
  }

  /**
   * Values for the whole grid from the finest complete nested grid, bent towards what is measured of the next one;
   * undefined before the first one is complete.
   */
  estimate(): Estimate | undefined {
    const complete = this.completeLevels;
    const level = this.levels[complete - 1];
    if (!level) return undefined;
    const loss = this.byIndex.map((point) => (point ? fromJsonNumber(point.loss) : NaN));
    const accuracy = this.byIndex.map((point) => (point ? point.accuracy : NaN));
    if (this.base?.complete !== complete) {
      this.base = { complete, estimate: estimate(this.x, this.y, level, loss, accuracy) };
    }
    if (!this.bends) return this.base.estimate;
    return blend(this.x, this.y, this.base.estimate, this.levels[complete]!, loss, accuracy);
  }
}

import { blend } from "../landscape/blend";
import { allLines, interpolate, toEstimate } from "../landscape/interpolate";
import type { Lines, Values } from "../landscape/interpolate";
import { Refinement } from "../landscape/refine";
import type { RefinementFacts } from "../landscape/refineCheck";
import { fromJsonNumber } from "../protocol/numbers";
import type { Estimate, Point, RunHeader, RunProgress, SplitValues } from "../protocol/result";

/** A run's grid, and how it is measured. */
export interface SurfaceSpec extends Pick<RunHeader, "x" | "y"> {
  /** Rows are lines of their own, which have nothing to do with one another. */
  readonly lines?: boolean;
  /** Tolerance below which points are interpolated (`GridSpec.refine`); everything is measured when absent. */
  readonly refine?: number;
  /** Whether the accuracy has to keep to the tolerance as well; true when absent. */
  readonly accuracy?: boolean;
}

/** A point to be measured. */
export interface GridPoint {
  readonly index: number;
  readonly alpha: number;
  /** For lines the number of the row, which says which line of the family it is. */
  readonly beta: number;
}

/** What is measured of a run's grid, what is to be measured next, and an estimate of the rest. */
export class Surface {
  readonly total: number;
  private readonly x: readonly number[];
  private readonly y: readonly number[];
  private readonly isLines: boolean;
  private readonly tolerance: number | undefined;
  private readonly refinement: Refinement;
  private readonly byIndex: (Point | undefined)[];
  private measuredCount = 0;
  /** The estimates of each split from complete levels alone; thrown away when these change. */
  private base: { readonly from: readonly Values[] | undefined; readonly splits: Map<number, Values> } = {
    from: undefined,
    splits: new Map(),
  };

  constructor({ x, y, lines = false, refine, accuracy = true }: SurfaceSpec) {
    this.x = x;
    this.y = y;
    this.isLines = lines;
    this.tolerance = refine;
    this.total = x.length * y.length;
    this.refinement = new Refinement({ x, y, lines, accuracy, ...(refine === undefined ? {} : { tolerance: refine }) });
    this.byIndex = new Array<Point | undefined>(this.total).fill(undefined);
  }

  get measured(): number {
    return this.measuredCount;
  }

  /** Measured points by rising index. */
  get points(): readonly Point[] {
    return this.byIndex.filter((point) => point !== undefined);
  }

  /** Number of nested grids that are complete, the coarsest ones first: every node is measured or interpolated. */
  get completeLevels(): number {
    return this.refinement.completeLevels;
  }

  /** Nothing is left to be measured. */
  get isComplete(): boolean {
    return this.completeLevels === this.refinement.levels.length;
  }

  add(points: readonly Point[]): void {
    for (const point of points) {
      if (this.byIndex[point.index] === undefined) this.measuredCount++;
      this.byIndex[point.index] = point;
      this.refinement.add(point.index, [numbersOf(point), ...(point.further ?? []).map(numbersOf)]);
    }
  }

  /**
   * The points to be measured next, of the first nested grid that is not complete: the most uncertain ones first, of
   * equal ones those nearest to the centre. What comes after them may depend on what is found. Empty when nothing is
   * left to be measured.
   */
  wave(): readonly GridPoint[] {
    return this.refinement.wave().map((index) => {
      const row = Math.floor(index / this.x.length);
      return { index, alpha: this.x[index % this.x.length]!, beta: this.isLines ? row : this.y[row]! };
    });
  }

  /**
   * How far the run is; `secondsLeft` is passed on. `total` is the most that may have to be measured in all: it falls
   * when a nested grid is complete of which points were interpolated.
   */
  progress(secondsLeft?: number): RunProgress {
    const { levels, skipped } = this.refinement;
    const level = levels[Math.min(this.completeLevels, levels.length - 1)]!;
    return {
      measured: this.measuredCount,
      total: this.total - skipped,
      level: [level.columns.length, level.rows.length],
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
    };
  }

  /** How many points are probably measured in the end, judged by the nested grid in progress. */
  get likelyTotal(): number {
    return Math.max(this.measuredCount, this.total - this.refinement.likelySkipped);
  }

  /** What the check on interpolation is made from; undefined where everything is measured. */
  get refinementFacts(): RefinementFacts | undefined {
    if (this.tolerance === undefined) return undefined;
    const { tolerance, measured, total } = this;
    return { tolerance, measured, total, ...this.refinement.validation };
  }

  /**
   * Whether points of the level in progress change the estimate around them. In the last level they do not: every grid
   * line is there, and what is measured stands for itself.
   */
  get bends(): boolean {
    const { completeLevels } = this;
    return completeLevels > 0 && completeLevels < this.refinement.levels.length - 1;
  }

  /** The finest nested grid that is complete, with the values of its nodes; undefined before the first one is. */
  nodes(split: number): { readonly level: Lines; readonly values: Values } | undefined {
    const { nodes } = this.refinement;
    const values = nodes?.values[split];
    return nodes && values && { level: nodes.level, values };
  }

  /** Values of the whole grid, bent towards what is measured of the nested grid in progress. */
  bent(values: Values, split: number): Values {
    const next = this.refinement.levels[this.completeLevels];
    const measured = this.refinement.valuesOf(split);
    return next && measured ? blend(this.x, this.y, values, next, measured) : values;
  }

  /**
   * Values for the whole grid from the finest complete nested grid, bent towards what is measured of the next one;
   * undefined before the first one is complete. Nodes that are not measured were interpolated from the nested grid
   * before; once all are complete, measured points have their own values.
   * @param split 0 for that of the points themselves, from 1 on for their further ones.
   */
  estimate(split = 0): Estimate | undefined {
    const { nodes } = this.refinement;
    if (!nodes || !this.refinement.valuesOf(split)) return undefined;
    if (this.base.from !== nodes.values) this.base = { from: nodes.values, splits: new Map() };
    let values = this.base.splits.get(split);
    if (!values) {
      const all = allLines(this.x.length, this.y.length);
      values = this.isComplete
        ? nodes.values[split]!
        : interpolate(this.x, this.y, nodes.level, nodes.values[split]!, all);
      this.base.splits.set(split, values);
    }
    return toEstimate(nodes.level, this.bends ? this.bent(values, split) : values);
  }
}

function numbersOf({ loss, accuracy }: SplitValues): { readonly loss: number; readonly accuracy: number } {
  return { loss: fromJsonNumber(loss), accuracy: fromJsonNumber(accuracy) };
}

import { gridLevels } from "./grid";
import type { GridLevel } from "./grid";
import type { Values } from "./interpolate";
import { countOf, decide, decideWhole, surplusOf } from "./refineDecide";
import type { Decision } from "./refineDecide";
import { closeLevel, forEachNode, planLevel, valuesOf } from "./refineLevel";
import type { Grid, Layer, Measured, Plan, Scale } from "./refineLevel";

/** Levels are measured whole, in spite of a tolerance, while all their points are at most this share of the grid. */
const wholeShare = 1 / 20;
/** Levels with fewer new points are measured whole: they would have too few tests. Of lines, each one has so many. */
const fewestPoints = { surface: 44, line: 22 };
/** Errors of loss and accuracy are compared at this scale where there is no tolerance. */
const commonScale = 0.01;

export interface RefinementOptions extends Grid {
  /** Largest relative error of the loss, and of the accuracy in units of 100 %. Everything is measured when absent. */
  readonly tolerance?: number;
  /** Whether accuracies count beside losses. */
  readonly accuracy: boolean;
}

/** How well interpolation did at points that were measured only to test it. */
export interface Validation {
  readonly tests: number;
  /** Tests that were off by more than the tolerance. */
  readonly failed: number;
  /** The largest error, relative in loss or in units of 100 % of accuracy; ∞ beside what is not finite. */
  readonly largest: number;
}

/**
 * Adaptive refinement of a surface: nested grids from coarse to fine, where a point of a finer grid is interpolated
 * instead of measured as long as it is trusted that the interpolation is good enough.
 *
 * The first levels are measured whole. From then on the error of the next level's interpolation is predicted from what
 * was found at the level before (`closeLevel`), points beyond the tolerance are measured, and tests and what is found
 * beside them correct the prediction (`decide`). Interpolated nodes are nodes of the next level like measured ones. It
 * is the idea of sparse hierarchical interpolation with surpluses as error indicators (H.-J. Bungartz, M. Griebel,
 * Acta Numerica 13, 2004), with cubic interpolation of the logarithm of the loss.
 *
 * No method can know what lies between points that it has not measured: structures narrower than the distance of the
 * tests (about three grid lines) on ground that is smooth otherwise can be missed.
 */
export class Refinement {
  readonly levels: readonly GridLevel[];
  private readonly width: number;
  private readonly size: number;
  private readonly levelOf: Int32Array;
  private readonly isWhole: readonly boolean[];
  private measured: Measured;
  private scale: Scale;
  /** Number of levels that are complete, and the last of them. */
  private complete = 0;
  private layer: Layer | undefined;
  /** Values of each split at the nodes of the last complete level. */
  private values: readonly Values[] = [];
  /** The level in progress. */
  private plan: Plan | undefined;
  private decision: Decision | undefined;
  /** Points to be measured next, in order, and which of them are still missing. */
  private pending: readonly number[] = [];
  private readonly isPending: Uint8Array;
  private missing = 0;
  private isStale = true;
  private skippedCount = 0;
  private validated: Validation = { tests: 0, failed: 0, largest: 0 };

  constructor(private readonly options: RefinementOptions) {
    const { x, y, lines, tolerance } = options;
    this.width = x.length;
    this.size = x.length * y.length;
    this.levels = gridLevels(x.length, y.length, lines);
    this.levelOf = new Int32Array(this.size);
    this.isPending = new Uint8Array(this.size);
    this.measured = { known: new Uint8Array(this.size), splits: [] };
    this.scale = { tolerance: tolerance ?? commonScale, counts: [] };
    const fewest = lines ? fewestPoints.line * y.length : fewestPoints.surface;
    let sum = 0;
    this.isWhole = this.levels.map(({ indices }, number) => {
      for (const index of indices) this.levelOf[index] = number;
      sum += indices.length;
      const isSmall = sum <= wholeShare * this.size || indices.length < fewest;
      return tolerance === undefined || number < 2 || isSmall;
    });
  }

  /** Takes the values of a point, one for each split; the same number of splits at every point. */
  add(index: number, splits: readonly { readonly loss: number; readonly accuracy: number }[]): void {
    if (this.measured.splits.length === 0) {
      const nothing = (): Float64Array => new Float64Array(this.size).fill(NaN);
      this.measured = { ...this.measured, splits: splits.map(() => ({ loss: nothing(), accuracy: nothing() })) };
    }
    const { known } = this.measured;
    const changes = known[index] === 0 || !this.holds(index, splits);
    for (const [k, { loss, accuracy }] of this.measured.splits.entries()) {
      loss[index] = splits[k]?.loss ?? NaN;
      accuracy[index] = splits[k]?.accuracy ?? NaN;
    }
    known[index] = 1;
    if (this.isPending[index] === 1) {
      this.isPending[index] = 0;
      this.missing--;
      if (this.missing === 0) this.isStale = true;
    } else if (changes) {
      this.isStale = true;
      // A value of a level that is complete was interpolated so far: everything after it is made again.
      if (this.levelOf[index]! < this.complete) this.restart();
    }
  }

  /** Number of levels that are complete, the coarsest ones first: all that is required of them is measured. */
  get completeLevels(): number {
    this.refresh();
    return this.complete;
  }

  /** Indices of the points to be measured next, all of one level, the most uncertain first; none when all is done. */
  wave(): readonly number[] {
    this.refresh();
    return this.pending.filter((index) => this.isPending[index] === 1);
  }

  /** Points of complete levels that are interpolated. */
  get skipped(): number {
    this.refresh();
    return this.skippedCount;
  }

  /** How many points are interpolated in the end, if later levels are like the one in progress. */
  get likelySkipped(): number {
    this.refresh();
    if (!this.plan || !this.decision) return this.skippedCount;
    if (this.isWhole[this.complete] === true) return this.skippedCount;
    const all = countOf(this.plan.isNew);
    const later = this.levels.slice(this.complete + 1).reduce((sum, { indices }) => sum + indices.length, 0);
    const share = 1 - countOf(this.decision.required) / all;
    return this.skippedCount + Math.floor(share * (all + later));
  }

  /** What the tests in complete levels say, except where everything was measured after all. */
  get validation(): Validation {
    this.refresh();
    return this.validated;
  }

  /** The last complete level, with measured or interpolated values at its nodes for each split. */
  get nodes(): { readonly level: GridLevel; readonly values: readonly Values[] } | undefined {
    this.refresh();
    const level = this.levels[this.complete - 1];
    return level && { level, values: this.values };
  }

  /** Measured values of a split, row-major over the grid, NaN where not measured; changes as points are added. */
  valuesOf(split: number): Values | undefined {
    return this.measured.splits[split];
  }

  private holds(index: number, splits: readonly { readonly loss: number; readonly accuracy: number }[]): boolean {
    return this.measured.splits.every(
      ({ loss, accuracy }, k) =>
        Object.is(loss[index], splits[k]?.loss) && Object.is(accuracy[index], splits[k]?.accuracy),
    );
  }

  private restart(): void {
    this.complete = 0;
    this.layer = undefined;
    this.plan = undefined;
    this.skippedCount = 0;
    this.validated = { tests: 0, failed: 0, largest: 0 };
  }

  /** Completes all levels of which everything required is measured, and decides what is next. */
  private refresh(): void {
    if (!this.isStale) return;
    this.isStale = false;
    this.isPending.fill(0);
    this.pending = [];
    for (; this.complete < this.levels.length; this.complete++) {
      const level = this.levels[this.complete]!;
      this.plan ??= planLevel(this.options, level, this.layer);
      this.decision = this.decide(this.plan);
      this.pending = this.missingOf(this.plan, this.decision);
      this.missing = this.pending.length;
      for (const index of this.pending) this.isPending[index] = 1;
      if (this.missing > 0) return;
      this.close(this.plan, this.decision);
      this.plan = undefined;
    }
    this.decision = undefined;
  }

  private decide(plan: Plan): Decision {
    if (this.isWhole[this.complete] === true) return decideWhole(plan);
    return decide(plan, this.complete, this.options.lines, this.width, this.measured, this.scale);
  }

  /** Required points that are not measured, by falling uncertainty, ties from the centre outwards. */
  private missingOf({ level }: Plan, { required, uncertainty }: Decision): readonly number[] {
    const sureness = new Float64Array(this.size);
    const wanted = new Uint8Array(this.size);
    forEachNode(level, this.width, (node, index) => {
      if (required[node] === 0 || this.measured.known[index] === 1) return;
      wanted[index] = 1;
      sureness[index] = -Math.min(Number.MAX_VALUE, uncertainty[node]!);
    });
    return level.indices.filter((index) => wanted[index] === 1).sort((a, b) => sureness[a]! - sureness[b]!);
  }

  private close(plan: Plan, { required, tests }: Decision): void {
    if (this.complete === 0) this.scale = { ...this.scale, counts: this.accuraciesThatCount() };
    if (this.isWhole[this.complete] !== true) {
      this.skippedCount += this.interpolatedOf(plan, required);
      this.validate(plan, tests);
    }
    // The last level has no next one to look out to.
    const isLast = this.complete === this.levels.length - 1;
    this.layer = isLast ? undefined : closeLevel(plan, this.width, this.measured, this.scale);
    this.values = this.layer?.values ?? valuesOf(plan, this.width, this.measured);
  }

  /** Splits whose accuracy is a number somewhere on the first level, which holds the centre. */
  private accuraciesThatCount(): readonly boolean[] {
    const { splits } = this.measured;
    const { indices } = this.levels[0]!;
    return splits.map(
      ({ accuracy }) => this.options.accuracy && indices.some((index) => Number.isFinite(accuracy[index])),
    );
  }

  private interpolatedOf({ level, isNew }: Plan, required: Uint8Array): number {
    let count = 0;
    forEachNode(level, this.width, (node, index) => {
      if (isNew[node] === 1 && required[node] === 0 && this.measured.known[index] === 0) count++;
    });
    return count;
  }

  private validate(plan: Plan, tests: readonly number[]): void {
    const surplus = surplusOf(plan, this.width, this.measured, this.scale);
    const errors = tests.map((node) => surplus[node]!);
    this.validated = {
      tests: this.validated.tests + errors.length,
      failed: this.validated.failed + errors.filter((error) => error > 1).length,
      largest: errors.reduce((most, error) => Math.max(most, error * this.scale.tolerance), this.validated.largest),
    };
  }
}

import { linearLines, logLines } from "../drawing/levelLines";
import type { PoolPoint } from "../evaluator/jobs";
import type { PointSums, SampleSubset, SplitSums } from "../evaluator/messages";
import { gridLevels } from "../landscape/grid";
import type { GridLevel } from "../landscape/grid";
import { allLines, interpolate, toEstimate } from "../landscape/interpolate";
import type { Values } from "../landscape/interpolate";
import { addSums, meanOf } from "../landscape/loss";
import { corrected, samplingErrors } from "../landscape/preliminary";
import type { Known, Sampled } from "../landscape/preliminary";
import { fromJsonNumber, toJsonNumber } from "../protocol/numbers";
import type { Estimate, SplitValues } from "../protocol/result";
import { valuesOf } from "./extras";
import type { Prospect } from "./header";
import type { Surface } from "./surface";

/** Points that take no longer, in seconds, come soon enough one by one. */
const quick = 0.05;
/** A run whose first nested grids are there sooner, in seconds, has no need of preliminary values. */
export const soon = 0.5;
/** Seconds in which the first preliminary picture is to be there, if it takes no fewer samples than the fewest. */
const firstWithin = 1;
/** How many samples the first preliminary picture is made from. */
const beginnings = [128, 64, 32];
/** Share of a run's time that preliminary values may take. */
const mostTime = 0.02;
/** Of the samples more than this share are not worth it: then the points themselves are as near. */
const mostSamples = 0.5;
/** Groups of a step; twice as many are kept when samples are added. */
const groupsOfStep = 4;
/** The finest nested grid with preliminary values: 9 × 9 nodes of any larger grid. */
const finest = 2;
/** The index of the model itself, beside those of the grid. */
const centre = -1;

/** Nodes to be measured with a part of the samples. */
export interface Step {
  readonly points: readonly PoolPoint[];
  readonly subset: SampleSubset;
}

/** What is made of the sums of one split. */
interface Worked {
  readonly values: Values;
  /** Relative. */
  readonly error: number;
}

export interface PreliminaryOptions {
  readonly header: Prospect;
  /** What all samples say of the model itself, of every split; absent where that is still to come. */
  readonly centre?: readonly SplitValues[];
  /** Of a point with all samples, on one evaluator. */
  readonly secondsPerPoint: number;
  readonly evaluators: number;
  /** How many points are probably measured in the end. */
  readonly points: number;
}

/**
 * Values of the coarse nested grids from a part of the samples, for a picture before the points themselves are there:
 * corrected by what is known from all samples (`landscape/preliminary.ts`), and replaced by it when the same grids are
 * measured. Samples are added until the sampling error is below half of the distance of the contour lines, as long as that
 * takes a small part of the run's time. Nothing of it is a point of the run: it is neither kept nor checked nor refined by.
 */
export class Preliminary {
  private readonly levels: readonly GridLevel[];
  /** Sums of each split in each group, by grid index. */
  private nodes: ReadonlyMap<number, readonly SplitSums[]> = new Map();
  /** Number of the nested grid whose nodes are there, −1 for none. */
  private level = -1;
  private samples = 0;
  private spent = 0;
  /** Nodes times samples so far. */
  private work = 0;
  /** What all samples say of the model itself, of every split. */
  private own: readonly SplitValues[] | undefined;
  private cache: { readonly key: string; readonly splits: readonly Worked[] } = { key: "", splits: [] };

  private constructor(
    private readonly options: PreliminaryOptions,
    private readonly first: number,
  ) {
    const { x, y } = options.header;
    this.levels = gridLevels(x.length, y.length);
    this.own = options.centre;
  }

  /** Preliminary values for a run whose coarsest grid is not measured; undefined where its points are there as soon. */
  static of(options: PreliminaryOptions): Preliminary | undefined {
    const { header, secondsPerPoint, evaluators } = options;
    const { grid, batchNorm } = header.study;
    // Statistics measured anew at every point take all samples whatever is made of them.
    if (grid.lines === true || batchNorm === "recompute") return undefined;
    const perPoint = secondsPerPoint / evaluators;
    const [coarse, next] = gridLevels(header.x.length, header.y.length);
    if (!(secondsPerPoint > quick) || !next) return undefined;
    if ((coarse!.indices.length + next.indices.length) * perPoint < soon) return undefined;
    const all = header.data.samples;
    const isSmall = (samples: number): boolean => samples <= all / 4;
    const isSoon = (samples: number): boolean =>
      (coarse!.indices.length + 1) * (samples / all) * perPoint <= firstWithin;
    const small = beginnings.filter(isSmall);
    const begin = small.find(isSoon) ?? small.at(-1);
    return begin === undefined ? undefined : new Preliminary(options, begin);
  }

  /** What is to be measured next; undefined where it is enough, or the points themselves are there. */
  next(surface: Surface): Step | undefined {
    const { levels, level, samples, first } = this;
    if (surface.completeLevels > Math.max(level, 0)) return undefined;
    if (level < Math.min(finest, levels.length - 1)) {
      const indices = levels[level + 1]!.indices;
      return this.affordable({
        points: this.pointsOf(level < 0 ? [centre, ...indices] : indices),
        subset: { first: 0, count: first, groups: groupsOfStep },
      });
    }
    const isEnough = 2 * samples > mostSamples * this.options.header.data.samples || this.isSure(surface);
    if (isEnough) return undefined;
    return this.affordable({
      points: this.pointsOf([...this.nodes.keys()]),
      subset: { first: samples, count: samples, groups: groupsOfStep },
    });
  }

  /**
   * Takes what a step has found.
   * @param found sums of each split in each group, by grid index.
   * @param seconds that it took.
   */
  add({ points, subset }: Step, found: ReadonlyMap<number, readonly SplitSums[]>, seconds: number): void {
    const isMore = subset.first > 0;
    const nodes = new Map(this.nodes);
    for (const [index, groups] of found) {
      const before = isMore ? (nodes.get(index) ?? []) : [];
      nodes.set(index, [...(before.length > groupsOfStep ? inPairs(before) : before), ...groups]);
    }
    this.nodes = nodes;
    if (!isMore) this.level++;
    this.samples = subset.first + subset.count;
    this.spent += seconds;
    this.work += points.length * subset.count;
  }

  /** What the samples so far say of the model itself, of every split; there after the first step. */
  get centre(): readonly SplitValues[] {
    const { splits = [] } = this.options.header;
    return [undefined, ...splits].map((_, split) => valuesOf(sumOf(groupsAt(this.nodes, centre, split))));
  }

  /** Takes what all samples say of the model itself, of every split: from now on that corrects the picture. */
  correct(own: readonly SplitValues[]): void {
    this.own = own;
    this.cache = { key: "", splits: [] };
  }

  /** Seconds that a step will probably take, with all evaluators at work on it. */
  secondsFor({ points, subset }: Step): number {
    const { secondsPerPoint, evaluators, header } = this.options;
    const perSample = this.work > 0 ? this.spent / this.work : secondsPerPoint / evaluators / header.data.samples;
    return points.length * subset.count * perSample;
  }

  /** Whether the picture is made of preliminary values. */
  isShown(surface: Surface): boolean {
    return this.level >= 0 && surface.completeLevels <= this.level;
  }

  /** Values for the whole grid, for every split; undefined when there are none, or the points themselves say as much. */
  estimates(surface: Surface): readonly Estimate[] | undefined {
    if (!this.isShown(surface)) return undefined;
    return this.worked(surface).map(({ values, error }, split) => {
      const of = this.samplesOf(split);
      return {
        ...toEstimate(this.levels[this.level]!, surface.bent(values, split)),
        preliminary: { samples: Math.min(this.samples, of), of, error: toJsonNumber(error) },
      };
    });
  }

  /** Corrected values of the whole grid, and their typical error, of each split; made anew when more is known. */
  private worked(surface: Surface): readonly Worked[] {
    const key = [this.level, this.samples, surface.completeLevels].join();
    if (this.cache.key === key) return this.cache.splits;
    const { x, y, splits = [] } = this.options.header;
    const all = allLines(x.length, y.length);
    const worked = [undefined, ...splits].map((_, split): Worked => {
      const [sampled, known] = [this.sampled(split), this.known(surface, split)];
      return {
        values: interpolate(x, y, sampled.lines, corrected(x, y, sampled, known), all),
        error: typical(samplingErrors(x, y, sampled, known)),
      };
    });
    this.cache = { key, splits: worked };
    return worked;
  }

  /** Whether the sampling error of the first split is below half of the distance of the contour lines. */
  private isSure(surface: Surface): boolean {
    const { x, y } = this.options.header;
    const [sampled, known] = [this.sampled(0), this.known(surface, 0)];
    const { loss } = corrected(x, y, sampled, known);
    const spacing = spacingOf(loss);
    return !(typical(samplingErrors(x, y, sampled, known).map((error, node) => error / spacing(loss[node]!))) > 0.5);
  }

  private sampled(split: number): Sampled {
    const { columns, rows } = this.levels[this.level]!;
    const width = this.options.header.x.length;
    const nodes = rows.flatMap((row) => columns.map((column) => groupsAt(this.nodes, row * width + column, split)));
    const means = nodes.map(meanOfAll);
    const count = Math.min(...nodes.map((groups) => groups.length));
    return {
      lines: { columns, rows },
      mean: {
        loss: Float64Array.from(means, ({ loss }) => loss),
        accuracy: Float64Array.from(means, ({ accuracy }) => accuracy),
      },
      groups: Array.from({ length: count }, (_, group) =>
        Float64Array.from(nodes, (groups) => meanOf(groups[group]!).loss),
      ),
      share: Math.min(1, this.samples / this.samplesOf(split)),
    };
  }

  private known(surface: Surface, split: number): Known {
    const complete = surface.nodes(split);
    if (complete) return complete;
    const own = this.own?.[split];
    if (!own) return undefined;
    const groups = groupsAt(this.nodes, centre, split);
    const { loss, accuracy } = meanOfAll(groups);
    return {
      centre: { loss: fromJsonNumber(own.loss), accuracy: fromJsonNumber(own.accuracy) },
      sampled: { loss, accuracy, groups: groups.map((group) => meanOf(group).loss) },
    };
  }

  private samplesOf(split: number): number {
    const { data, splits } = this.options.header;
    return split === 0 ? data.samples : splits![split - 1]!.data.samples;
  }

  private pointsOf(indices: readonly number[]): readonly PoolPoint[] {
    const { x, y } = this.options.header;
    return indices.map((index) =>
      index === centre
        ? { index, alpha: 0, beta: 0 }
        : { index, alpha: x[index % x.length]!, beta: y[Math.floor(index / x.length)]! },
    );
  }

  /** The step, if there is time for it. */
  private affordable(step: Step): Step | undefined {
    const { secondsPerPoint, evaluators, points } = this.options;
    const most = (mostTime * points * secondsPerPoint) / evaluators;
    return this.spent + this.secondsFor(step) <= most ? step : undefined;
  }
}

/** The groups of a node that have samples of the split. */
function groupsAt(
  nodes: ReadonlyMap<number, readonly SplitSums[]>,
  index: number,
  split: number,
): readonly PointSums[] {
  return nodes.get(index)!.flatMap((group) => (group[split]!.count > 0 ? [group[split]!] : []));
}

function meanOfAll(groups: readonly PointSums[]): { readonly loss: number; readonly accuracy: number } {
  return meanOf(sumOf(groups));
}

function sumOf(groups: readonly PointSums[]): PointSums {
  return groups.slice(1).reduce<PointSums>((sum, group) => addSums(sum, group), groups[0]!);
}

/** Every two groups as one. */
function inPairs(groups: readonly SplitSums[]): readonly SplitSums[] {
  return Array.from({ length: Math.ceil(groups.length / 2) }, (_, pair) => {
    const [first, second] = [groups[2 * pair]!, groups[2 * pair + 1]];
    return second ? first.map((sums, split) => addSums(sums, second[split]!)) : first;
  });
}

/** The root of the mean square of what is a number and not 0; 0 where nothing is. */
function typical(errors: Float64Array): number {
  const some = errors.filter((error) => error > 0 && error < Infinity);
  return some.length === 0 ? 0 : Math.sqrt(some.reduce((sum, error) => sum + error * error, 0) / some.length);
}

/**
 * The distance of the contour lines around a loss, as a difference of logarithms, for the automatic levels of these losses;
 * infinite where there are fewer than two lines.
 */
function spacingOf(losses: Float64Array): (loss: number) => number {
  const positive = losses.filter((loss) => loss > 0 && loss < Infinity);
  const low = Math.min(...positive);
  const high = Math.max(...positive);
  const lines = (high > 20 * low ? logLines(low, high) : linearLines(low, high)).map(({ value }) => value);
  return (loss) => {
    if (lines.length < 2) return Infinity;
    const after = lines.findIndex((line) => line >= loss);
    const upper = after < 0 ? lines.length - 1 : Math.max(1, after);
    return Math.log(lines[upper]! / lines[upper - 1]!);
  };
}

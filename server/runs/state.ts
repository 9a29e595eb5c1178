import type { Estimate, RunHeader, RunProgress, RunSnapshot } from "../protocol/result";
import { Extras } from "./extras";
import type { Preliminary } from "./preliminary";
import type { Rate } from "./rate";
import type { JournalContent } from "./record";
import { Surface } from "./surface";

/** What is measured of a run: its grid, and what it asks for beside it. */
export class RunState {
  readonly surface: Surface;
  readonly extras: Extras;
  /** What is shown before the first nested grids are measured; absent where these are there as soon. */
  preliminary: Preliminary | undefined;

  /** @param content what is measured already. */
  constructor(
    readonly header: RunHeader,
    content?: Pick<JournalContent, "points" | "extras">,
  ) {
    const { lines, refine } = header.study.grid;
    this.surface = new Surface({ x: header.x, y: header.y, lines, refine, accuracy: false });
    this.extras = new Extras(header);
    this.surface.add(content?.points ?? []);
    this.extras.add(content?.extras ?? []);
  }

  get isComplete(): boolean {
    return this.surface.isComplete && this.extras.measured === this.extras.total;
  }

  /** How much is probably still to be done. */
  get remaining(): number {
    const { surface, extras } = this;
    return surface.likelyTotal - surface.measured + extras.total - extras.measured;
  }

  /**
   * Seconds for what remains at the present rate; undefined until it is known, and while work of another kind is still to
   * come, which takes many times longer a piece.
   */
  secondsLeft(rate: Rate): number | undefined {
    const slow = this.extras.remaining("curvature", "trace", "density", "sharpness").length;
    return slow > 0 && !this.surface.isComplete ? undefined : rate.secondsLeft(this.remaining);
  }

  /** How far the run is; `secondsLeft` is passed on. */
  progress(secondsLeft?: number): RunProgress {
    const { surface, extras } = this;
    const own = surface.progress(secondsLeft);
    return { ...own, measured: own.measured + extras.measured, total: own.total + extras.total };
  }

  /** The estimates of every split; none before the first nested grid is complete, or sampled. */
  estimates(): Pick<RunSnapshot, "estimate" | "furtherEstimates"> {
    const own = (split: number): readonly Estimate[] => {
      const estimate = this.surface.estimate(split);
      return estimate ? [estimate] : [];
    };
    const splits = [undefined, ...(this.header.splits ?? [])];
    const [estimate, ...further] =
      this.preliminary?.estimates(this.surface) ?? splits.flatMap((_, split) => own(split));
    return { ...(estimate ? { estimate } : {}), ...(further.length > 0 ? { furtherEstimates: further } : {}) };
  }

  /** What a snapshot shows of it. */
  picture(
    secondsLeft?: number,
  ): Pick<RunSnapshot, "header" | "points" | "estimate" | "furtherEstimates" | "extras" | "progress"> {
    const { values } = this.extras;
    return {
      header: this.header,
      points: this.surface.points,
      ...this.estimates(),
      ...(values ? { extras: values } : {}),
      progress: this.progress(secondsLeft),
    };
  }
}

/** How much of a run is measured. Only of a refined grid it takes the values to know what is still to come. */
export function amountOf({ header, points, extras }: JournalContent): Pick<RunProgress, "measured" | "total"> {
  if (header.study.grid.refine !== undefined) {
    const { measured, total } = new RunState(header, { points, extras }).progress();
    return { measured, total };
  }
  const beside = new Extras(header);
  beside.add(extras);
  const total = header.x.length * header.y.length + beside.total;
  return { measured: points.length + beside.measured, total };
}

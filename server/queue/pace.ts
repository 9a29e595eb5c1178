import type { JobCall } from "../evaluator/jobs";

/** What goes to a worker at once takes about so long, in milliseconds: much longer than the way there and back. */
const PARCEL = 60;

/** The most calls that go to a worker at once. */
const MOST = 64;

/** What a measurement counts after another one. */
const FADING = 0.8;

/** How long calls take an evaluator elsewhere, and how many of them go to a worker at once. */
export class Pace {
  private readonly known = new Map<string, { milliseconds: number; calls: number }>();

  /** Whether two calls take about the same time. */
  static areAlike(first: JobCall, second: JobCall): boolean {
    return sortOf(first) === sortOf(second);
  }

  /** So many calls like this one took an evaluator so many milliseconds. */
  learn(call: JobCall, calls: number, milliseconds: number): void {
    const before = this.known.get(sortOf(call)) ?? { milliseconds: 0, calls: 0 };
    this.known.set(sortOf(call), {
      milliseconds: FADING * before.milliseconds + milliseconds,
      calls: FADING * before.calls + calls,
    });
  }

  /**
   * How many calls like this one go to a worker together: as many as fill the time, and fewer towards the end, so that
   * all come to it together; one while nothing is known.
   * @param left calls that nobody has taken.
   * @param parcels what workers have at the moment.
   */
  size(call: JobCall, left: number, parcels: number): number {
    const known = this.known.get(sortOf(call));
    if (!known) return 1;
    const fitting = (PARCEL * known.calls) / known.milliseconds;
    const share = left / (2 * Math.max(1, parcels));
    return Math.max(1, Math.floor(Math.min(fitting, share, MOST)));
  }
}

/** Calls that take about the same time. */
function sortOf(call: JobCall): string {
  if (call.kind === "task") return call.task.kind;
  return call.subset === undefined ? "point" : `${String(call.subset.count)} samples`;
}

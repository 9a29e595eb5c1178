/** Older measurements count less: after this many seconds by a factor e. */
const MEMORY = 20;
/** Seconds before the rate is trusted. */
const WARM_UP = 3;

/** Points per second as an exponential average, and from it the time that is left. Times are in seconds. */
export class Rate {
  private since: number | undefined;
  private observed = 0;
  private points = 0;
  private seconds = 0;

  /** The clock runs from `now` on; call it at the start and after a pause. */
  start(now: number): void {
    this.since = now;
  }

  /** The clock stands still until the next start. */
  stop(): void {
    this.since = undefined;
  }

  /** Time went by with other work than points. */
  pass(now: number): void {
    if (this.since !== undefined) this.since = now;
  }

  /** What was seen says nothing about what comes now: points and curvature take very different times. */
  reset(): void {
    this.observed = 0;
    this.points = 0;
    this.seconds = 0;
  }

  /** `count` points were finished since the last call. */
  add(count: number, now: number): void {
    if (this.since === undefined) {
      // Points in flight when the clock was stopped: their time is unknown.
      return;
    }
    const elapsed = Math.max(0, now - this.since);
    const decay = Math.exp(-elapsed / MEMORY);
    this.points = this.points * decay + count;
    this.seconds = this.seconds * decay + elapsed;
    this.observed += elapsed;
    this.since = now;
  }

  /** Seconds for `remaining` points at the present rate; undefined until the rate is known. */
  secondsLeft(remaining: number): number | undefined {
    if (this.observed < WARM_UP || this.points <= 0) return undefined;
    return (remaining * this.seconds) / this.points;
  }
}

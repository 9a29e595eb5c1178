/** Lets the worker be started again after a crash, but not for ever. */
export class RestartPolicy {
  private readonly crashes: number[] = [];

  /**
   * @param limit how many crashes within `period` are put up with
   * @param period in milliseconds
   */
  constructor(
    readonly limit: number,
    readonly period: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Notes a crash; whether to start again. */
  crashed(): boolean {
    const now = this.now();
    this.crashes.push(now);
    while (now - this.crashes[0]! > this.period) this.crashes.shift();
    return this.crashes.length <= this.limit;
  }

  /** Forgets all crashes, because a person has asked for a new start. */
  reset(): void {
    this.crashes.length = 0;
  }
}

import type { Posted } from "./board";
import { FORGOTTEN, SILENCE } from "./settings";

/** Which coordinators are alive: those whose beat changes, on the clock of this machine. */
export class Pulses {
  private readonly seen = new Map<string, { beat: string; since: number; hasChanged: boolean }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Takes what is on the board at the moment. */
  see(runs: readonly Pick<Posted, "run" | "session" | "beat">[]): void {
    const present = new Set(runs.map(({ run }) => run));
    for (const run of this.seen.keys()) if (!present.has(run)) this.seen.delete(run);
    for (const { run, session, beat } of runs) {
      const before = this.seen.get(run);
      const now = `${session} ${String(beat)}`;
      if (before?.beat === now) continue;
      this.seen.set(run, { beat: now, since: this.now(), hasChanged: before !== undefined });
    }
  }

  /** Whether the run's coordinator was seen to be alive, and not long ago. */
  isAlive(run: string): boolean {
    return this.seen.get(run)?.hasChanged === true && !this.isSilent(run);
  }

  /** Whether nothing was heard for too long. */
  isSilent(run: string): boolean {
    const seen = this.seen.get(run);
    return seen !== undefined && this.now() - seen.since > SILENCE;
  }

  /** Runs of which nothing was heard for so long that nobody waits for them. */
  get forgotten(): readonly string[] {
    return [...this.seen].filter(([, { since }]) => this.now() - since > FORGOTTEN).map(([run]) => run);
  }
}

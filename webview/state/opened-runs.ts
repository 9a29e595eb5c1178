import type { Problem } from "../../server/protocol/problem";
import type { RunSnapshot } from "../../server/protocol/result";
import type { RunData } from "./model";
import { emptyModel } from "./model";
import { reduce } from "./reducer";

/** A run that was asked for: there, on its way (with what there was of it before), or not to be had. */
export type OpenedRun =
  | { readonly kind: "opening"; readonly before?: RunData }
  | { readonly kind: "run"; readonly run: RunData }
  | { readonly kind: "problem"; readonly problem: Problem };

/** How many runs are kept that are not shown at the moment. */
const mostKept = 12;

/** Runs by their journals, each opened once and again when its file has changed; whoever shows them is told. */
export class OpenedRuns {
  #runs = new Map<string, OpenedRun>();
  /** What is there is of an earlier state of the file. */
  #stale = new Set<string>();
  #listeners = new Set<() => void>();

  /** @returns what ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get(journal: string): OpenedRun | undefined {
    return this.#runs.get(journal);
  }

  /** The run as far as it is known: as it is, or as it was before it is opened again. */
  runOf(journal: string): RunData | undefined {
    const found = this.#runs.get(journal);
    return found?.kind === "run" ? found.run : found?.kind === "opening" ? found.before : undefined;
  }

  /** Files that have changed, or are gone: those that are shown are opened again, the others when they are. */
  changed(journals: readonly string[]): void {
    const known = journals.filter((journal) => this.#runs.has(journal));
    if (known.length === 0) return;
    for (const journal of known) this.#stale.add(journal);
    this.#tell();
  }

  /**
   * Opens a run unless it is there as its file is now; `afresh` does it again. What was there stays until then.
   * @param open reads the journal.
   * @param problemOf what to tell of an error.
   */
  async open(
    journal: string,
    open: () => Promise<RunSnapshot>,
    problemOf: (error: unknown) => Problem,
    afresh = false,
  ): Promise<void> {
    const known = this.#runs.get(journal);
    if (known?.kind === "opening" || (known && !afresh && !this.#stale.has(journal))) return;
    this.#stale.delete(journal);
    this.#runs.delete(journal);
    this.#runs.set(journal, { kind: "opening", ...(known?.kind === "run" ? { before: known.run } : {}) });
    this.#forget();
    try {
      this.#runs.set(journal, { kind: "run", run: runFrom(await open()) });
    } catch (error) {
      this.#runs.set(journal, { kind: "problem", problem: problemOf(error) });
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #forget(): void {
    for (const [journal, { kind }] of this.#runs) {
      if (this.#runs.size <= mostKept) return;
      if (kind !== "opening") this.#runs.delete(journal);
    }
  }
}

/** A run as the panel knows it, from its snapshot. */
function runFrom(snapshot: RunSnapshot): RunData {
  return reduce(emptyModel, { kind: "snapshot", snapshot }).run!;
}

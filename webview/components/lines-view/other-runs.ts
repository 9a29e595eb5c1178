import type { ReactiveController, ReactiveControllerHost } from "lit";
import { baseName } from "../../charts/format";
import { emptyModel } from "../../state/model";
import type { RunData } from "../../state/model";
import { reduce } from "../../state/reducer";
import { strings } from "../../strings/lines";
import { ask } from "../ask";

/** The runs that a view shows beside its own, read once each and kept as long as the view is there. */
export class OtherRuns implements ReactiveController {
  #runs = new Map<string, RunData>();
  #problems = new Map<string, string>();
  #asked = new Set<string>();
  #shown: readonly RunData[] = [];

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  /** What is asked for is asked for again by a view that comes back. */
  hostDisconnected(): void {
    this.#asked = new Set(this.#runs.keys());
  }

  /** Those of the journals that are there already; the others are asked for. The same array for the same runs. */
  of(journals: readonly string[]): readonly RunData[] {
    for (const journal of journals) if (!this.#asked.has(journal)) void this.#load(journal);
    const runs = journals.flatMap((journal) => this.#runs.get(journal) ?? []);
    if (runs.length !== this.#shown.length || runs.some((run, k) => run !== this.#shown[k])) this.#shown = runs;
    return this.#shown;
  }

  /** Why runs of these journals cannot be shown, as sentences. */
  problemsOf(journals: readonly string[]): readonly string[] {
    return journals.flatMap((journal) => this.#problems.get(journal) ?? []);
  }

  async #load(journal: string): Promise<void> {
    this.#asked.add(journal);
    try {
      const snapshot = await ask(this.host, "run", { journal });
      const { run } = reduce(emptyModel, { kind: "snapshot", snapshot });
      if (run) this.#runs.set(journal, run);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#problems.set(journal, strings.runGone(baseName(journal), why));
    }
    this.host.requestUpdate();
  }
}

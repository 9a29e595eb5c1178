import type { LitElement, ReactiveController } from "lit";
import type { Problem } from "../../server/protocol/problem";
import type { RunData } from "../state/model";
import { OpenedRuns } from "../state/opened-runs";
import type { OpenedRun } from "../state/opened-runs";
import { ask, AskError } from "./ask";

/** Runs that were opened stay open for as long as their panel is there, whichever view is in front. */
const openedIn = new WeakMap<Node, OpenedRuns>();

/** The runs that were opened in a panel, by the root that its views are in. */
export function openedRunsIn(root: Node): OpenedRuns {
  const opened = openedIn.get(root) ?? new OpenedRuns();
  openedIn.set(root, opened);
  return opened;
}

/** The runs that a view shows beside its own, shared by all views of a panel; the view is updated when one has come. */
export class OtherRuns implements ReactiveController {
  /** Another one whenever a run has come, or is not any more what it was. */
  version = 0;
  #shown: readonly RunData[] = [];
  #stop: (() => void) | undefined;

  constructor(private readonly host: LitElement) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = this.#opened.subscribe(() => {
      this.version += 1;
      this.host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.#stop?.();
  }

  get #opened(): OpenedRuns {
    return openedRunsIn(this.host.getRootNode());
  }

  get(journal: string): OpenedRun | undefined {
    return this.#opened.get(journal);
  }

  /** Opens a run that is not there, or not as it is now; `afresh` in any case. */
  open(journal: string, afresh = false): void {
    void this.#opened.open(journal, () => ask(this.host, "run", { journal }), problemOf, afresh);
  }

  /** Those of the journals that are there; what is missing is opened. The same array for the same runs. */
  of(journals: readonly string[]): readonly RunData[] {
    for (const journal of journals) this.open(journal);
    const runs = journals.flatMap((journal) => this.#opened.runOf(journal) ?? []);
    if (runs.length !== this.#shown.length || runs.some((run, k) => run !== this.#shown[k])) this.#shown = runs;
    return this.#shown;
  }

  /** Why runs of these journals cannot be shown. */
  problemsOf(journals: readonly string[]): readonly { readonly journal: string; readonly problem: Problem }[] {
    return journals.flatMap((journal) => {
      const found = this.get(journal);
      return found?.kind === "problem" ? [{ journal, problem: found.problem }] : [];
    });
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof AskError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return { reason: "internal", title: message, message, advice: "" };
}

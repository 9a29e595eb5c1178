import type { Problem } from "../../server/protocol/problem";
import type { RunSnapshot } from "../../server/protocol/result";
import type { HostMessage, ViewOption, ViewState } from "../protocol/messages";
import type { RunData } from "./model";
import { emptyModel } from "./model";
import { reduce } from "./reducer";
import { optionsOf, withOptions } from "./view";

/** The most runs that stand side by side, the one that is shown included. */
export const mostRuns = 6;

/** What the Compare view keeps of its own. */
export interface CompareOptions extends Readonly<Record<string, ViewOption>> {
  /** Journals of the runs beside the one that is shown, in order. */
  readonly runs: readonly string[];
  readonly sameScale: boolean;
  readonly difference: boolean;
  /** Surfaces in place of maps. */
  readonly surfaces: boolean;
}

const defaults: CompareOptions = { runs: [], sameScale: true, difference: false, surfaces: false };

export function compareOptions(view: ViewState): CompareOptions {
  const options = optionsOf<CompareOptions>(view, "compare", defaults);
  return { ...options, runs: options.runs.filter((journal) => typeof journal === "string") };
}

/** The view after a message about comparisons: the runs that the host names are shown, and what it makes joins them. */
export function viewAfter(view: ViewState, message: HostMessage): ViewState {
  if (message.kind === "compare") {
    const runs = [...new Set(message.journals)].slice(0, mostRuns - 1);
    return { ...view, shown: "compare", ...withOptions(view, "compare", { runs }) };
  }
  if (message.kind !== "comparing") return view;
  const known = compareOptions(view).runs;
  const more = message.runs.flatMap(({ journal }) =>
    journal === undefined || known.includes(journal) ? [] : [journal],
  );
  if (more.length === 0) return view;
  return { ...view, ...withOptions(view, "compare", { runs: [...known, ...more].slice(0, mostRuns - 1) }) };
}

/** A run that was asked for: there, on its way, or not to be had. */
export type OpenedRun =
  | { readonly kind: "opening"; readonly before?: RunData }
  | { readonly kind: "run"; readonly run: RunData }
  | { readonly kind: "problem"; readonly problem: Problem };

/** How many runs are kept that are not shown at the moment. */
const mostKept = 12;

/** Runs by their journals, each opened once. */
export class OpenedRuns {
  #runs = new Map<string, OpenedRun>();

  get(journal: string): OpenedRun | undefined {
    return this.#runs.get(journal);
  }

  /**
   * Opens a run unless it is there; `afresh` does it again, and what was there stays until then.
   * @param open reads the journal.
   * @param problemOf what to tell of an error.
   * @returns whether anything has changed, when it has.
   */
  async open(
    journal: string,
    open: () => Promise<RunSnapshot>,
    problemOf: (error: unknown) => Problem,
    afresh = false,
  ): Promise<boolean> {
    const known = this.#runs.get(journal);
    if (known?.kind === "opening" || (known && !afresh)) return false;
    this.#runs.delete(journal);
    this.#runs.set(journal, { kind: "opening", ...(known?.kind === "run" ? { before: known.run } : {}) });
    this.#forget();
    try {
      this.#runs.set(journal, { kind: "run", run: runOf(await open()) });
    } catch (error) {
      this.#runs.set(journal, { kind: "problem", problem: problemOf(error) });
    }
    return true;
  }

  #forget(): void {
    for (const [journal, { kind }] of this.#runs) {
      if (this.#runs.size <= mostKept) return;
      if (kind !== "opening") this.#runs.delete(journal);
    }
  }
}

/** A run as the panel knows it, from its snapshot. */
function runOf(snapshot: RunSnapshot): RunData {
  return reduce(emptyModel, { kind: "snapshot", snapshot }).run!;
}

import type { HostMessage, ViewOption, ViewState } from "../protocol/messages";
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

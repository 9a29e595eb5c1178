import type { RunSummary } from "../../../server/protocol/requests";
import type { RunData } from "../../state/model";
import { emptyModel } from "../../state/model";
import { reduce } from "../../state/reducer";
import { comparePair } from "../../state/second-pair";
import { tellsCurvature } from "../../state/trust";
import type { OtherRuns } from "../../state/trust";
import { ask, AskError } from "../ask";

/** Most journals that are read in search of each kind of run. */
const mostRead = 4;

/**
 * What other finished runs tell of a run's checks: one of the same model, data and range along other random directions,
 * compared with it, and one of the same plane with its curvature. They are looked for among the runs that are likely,
 * then in the workspace; what the host does not tell is missing.
 * @param likely journals, the likeliest first.
 */
export async function findOthers(from: HTMLElement, run: RunData, likely: readonly string[]): Promise<OtherRuns> {
  const { header, journal: own } = run;
  if (header.study.grid.lines) return {};
  let found: OtherRuns = {};
  const read = new Set([own]);
  const wants = { pair: header.directions.kind === "random", curved: header.study.curvature === undefined };
  const isMissing = (kind: keyof OtherRuns): boolean => wants[kind] && !found[kind];
  const look = async (journal: string): Promise<void> => {
    if (read.has(journal)) return;
    read.add(journal);
    found = { ...toldBy(run, await opened(from, journal)), ...found };
  };
  try {
    for (const journal of likely.slice(0, 2 * mostRead)) {
      if (isMissing("pair") || isMissing("curved")) await look(journal);
    }
    if (!isMissing("pair") && !isMissing("curved")) return found;
    const runs = await ask(from, "runs", {});
    const alike = runs.filter(
      ({ status, model, split }) =>
        status === "done" && model.path === header.model.path && split === header.data.split,
    );
    const isSamePlane = ({ directions }: RunSummary): boolean => directions === header.directions.label;
    for (const kind of ["pair", "curved"] as const) {
      const candidates = alike.filter(
        (other) => isSamePlane(other) === (kind === "curved") && !read.has(other.journal),
      );
      for (const { journal } of candidates.slice(0, mostRead)) if (isMissing(kind)) await look(journal);
    }
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
  }
  return found;
}

async function opened(from: HTMLElement, journal: string): Promise<RunData | undefined> {
  const snapshot = await ask(from, "run", { journal });
  return reduce(emptyModel, { kind: "snapshot", snapshot }).run;
}

function toldBy(run: RunData, other: RunData | undefined): OtherRuns {
  if (!other) return {};
  const pair = comparePair(run, other);
  return { ...(pair ? { pair } : {}), ...(tellsCurvature(other, run) ? { curved: other } : {}) };
}

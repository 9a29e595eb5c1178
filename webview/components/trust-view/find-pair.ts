import type { TrailEntry } from "../../protocol/messages";
import type { RunData } from "../../state/model";
import { emptyModel } from "../../state/model";
import { reduce } from "../../state/reducer";
import { comparePair } from "../../state/second-pair";
import type { PairComparison } from "../../state/second-pair";
import { ask, AskError } from "../ask";

/** Most journals that are read in search of a run with other directions. */
const mostRead = 4;

/**
 * A finished run of the same model, data and range along other random directions, compared with `run`: looked for among
 * the runs that led here, then in the workspace. Undefined when there is none, or the host does not tell.
 */
export async function findPair(
  from: HTMLElement,
  run: RunData,
  trail: readonly TrailEntry[],
): Promise<PairComparison | undefined> {
  if (run.header.directions.kind !== "random" || run.header.study.grid.lines) return undefined;
  const near = trail.map(({ journal }) => journal).reverse();
  try {
    for (const journal of near.slice(0, mostRead)) {
      const found = await compared(from, run, journal);
      if (found) return found;
    }
    const runs = await ask(from, "runs", {});
    const others = runs
      .filter(
        ({ journal, model, status, directions, split }) =>
          status === "done" &&
          model.path === run.header.model.path &&
          directions !== run.header.directions.label &&
          split === run.header.data.split &&
          journal !== run.journal &&
          !near.includes(journal),
      )
      .slice(0, mostRead);
    for (const { journal } of others) {
      const found = await compared(from, run, journal);
      if (found) return found;
    }
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
  }
  return undefined;
}

async function compared(from: HTMLElement, run: RunData, journal: string): Promise<PairComparison | undefined> {
  const snapshot = await ask(from, "run", { journal });
  const other = reduce(emptyModel, { kind: "snapshot", snapshot }).run;
  return other && comparePair(run, other);
}

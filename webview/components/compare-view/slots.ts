import type { ComparingRun } from "../../protocol/messages";
import { mostRuns } from "../../state/compared-runs";
import type { OpenedRuns } from "../../state/opened-runs";
import type { RunData } from "../../state/model";
import { compareStrings } from "../../strings/compare";

/** A run of the comparison: there, or as far as it has come. */
export interface Slot {
  /** Its journal, or the source of a run that has none yet. */
  readonly id: string;
  readonly run?: RunData;
  readonly title: string;
  readonly message?: string;
  readonly level?: "error" | "info";
  readonly progress?: string;
}

/** What stands beside the run that is shown: runs by their journals, and those that are being made. */
export function slotsOf(
  own: RunData,
  journals: readonly string[],
  opened: Pick<OpenedRuns, "get">,
  comparing: readonly ComparingRun[],
): readonly Slot[] {
  const others = journals
    .filter((journal) => journal !== own.journal)
    .map((journal): Slot => {
      const making = comparing.find((each) => each.journal === journal);
      const found = opened.get(journal);
      const run = found?.kind === "run" ? found.run : found?.kind === "opening" ? found.before : undefined;
      const title = making?.title ?? titleOf(journal);
      const progress = making && progressOf(making);
      if (run) return { id: journal, run, title, progress };
      if (found?.kind === "problem") return { id: journal, title, message: found.problem.message, level: "error" };
      return { id: journal, title, message: compareStrings.opening, progress };
    });
  const coming = comparing
    .filter(({ journal }) => journal === undefined)
    .map(({ source, title, message, problem }): Slot => {
      return { id: source, title, message: problem?.message ?? message, level: problem ? "error" : "info" };
    });
  const first = { id: own.journal, run: own, title: own.header.model.name };
  return [first, ...others, ...coming].slice(0, mostRuns);
}

/** How much of a run that is being made is worth reading its journal for: the tenths of it, and its end. */
export function partOf(making: ComparingRun | undefined): number {
  if (!making) return 0;
  const { state, measured = 0, total = 0 } = making;
  return state !== "running" ? 11 : total > 0 ? Math.floor((10 * measured) / total) : 0;
}

function progressOf({ state, message, measured = 0, total = 0 }: ComparingRun): string | undefined {
  if (state === "running" && total > 0) return compareStrings.points(measured, total);
  return state === "waiting" || state === "running" ? message : undefined;
}

/** The model's name, from the name of a journal. */
function titleOf(journal: string): string {
  const file = journal.split(/[\\/]/).at(-1) ?? journal;
  return file.replace(/(-[0-9a-f]{8})?\.landscape-run\.jsonl$/, "");
}

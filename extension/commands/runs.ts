import type { RunSummary } from "../../server/protocol/requests";
import { runsOf } from "../landscapes/tree";
import type { Services } from "./command";

/** The runs that a command is about: those selected with the row that was clicked, or those selected in the view. */
export function chosenRuns({ landscapes }: Services, [clicked, selected]: readonly unknown[]): readonly RunSummary[] {
  const many = Array.isArray(selected) ? runsOf(selected) : [];
  if (many.length > 0) return many;
  return clicked === undefined ? landscapes.selection : runsOf([clicked]);
}

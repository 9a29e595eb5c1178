import type { RunResult } from "../../../server/protocol/result";
import type { Cell } from "./workbench";

/** The command line's numbers in the form of the panel's table. */
export function cellsOf(result: RunResult): ReadonlyMap<number, Cell> {
  const { loss, accuracy, measured, x } = result.surfaces[0]!;
  return new Map(
    loss.flatMap((row, j) =>
      row.map((value, i) => [
        j * x.length + i,
        { loss: String(value), accuracy: String(accuracy[j]![i]!), measured: String(measured[j]![i]!) },
      ]),
    ),
  );
}

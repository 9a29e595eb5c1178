import type { LineSeries } from "../charts/lines";
import type { Measured, RunData } from "./model";

/** Every line of a run of lines, the first split first; what is not measured is NaN. */
export function lineSeries(run: RunData): readonly LineSeries[] {
  const { header, measured, further } = run;
  const names = [header.data.split, ...(header.splits ?? []).map(({ data }) => data.split)];
  return names.flatMap((split, k) =>
    header.y.map((_, member) => rowOf([measured, ...further][k]!, split, member, header.x.length)),
  );
}

function rowOf({ loss, accuracy, known }: Measured, split: string, member: number, width: number): LineSeries {
  const row = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: width }, (_, k) =>
      known[member * width + k] === 1 ? values[member * width + k]! : NaN,
    );
  return { split, member, loss: row(loss), accuracy: row(accuracy) };
}

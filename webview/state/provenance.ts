import { strings } from "../strings/strings";
import type { Split } from "./field";
import type { RunData } from "./model";
import { splitsIn } from "./splits";

/** What of the drawn grid was measured, in words; an interpolated picture is never called a measured one. */
export function provenance(run: RunData, split: Split = 0): string {
  const { x, y } = run.header;
  const shown = splitsIn(run, split);
  const total = x.length * y.length;
  // A difference is measured where both splits are.
  const count = Math.min(...shown.map(({ measured }) => measured.count));
  if (count === total) return strings.allMeasured(x.length, y.length);
  const { interpolated } = shown[shown.length - 1]!;
  if (!interpolated) return strings.someMeasured(count, total);
  const { preliminary } = interpolated;
  if (preliminary) return strings.preliminary(preliminary.samples, preliminary.of);
  const [columns, rows] = interpolated.from;
  return count === columns * rows
    ? strings.drawnAt(interpolated.from, x.length, y.length)
    : strings.restInterpolated(count, total);
}

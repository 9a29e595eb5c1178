import { strings } from "../strings/strings";
import type { RunData } from "./model";

/** What of the drawn grid was measured, in words; an interpolated picture is never called a measured one. */
export function provenance(run: RunData): string {
  const { x, y } = run.header;
  const { measured, interpolated } = run;
  const total = x.length * y.length;
  if (measured.count === total) return strings.allMeasured(x.length, y.length);
  if (!interpolated) return strings.someMeasured(measured.count, total);
  const [columns, rows] = interpolated.from;
  return measured.count === columns * rows
    ? strings.drawnAt(interpolated.from, x.length, y.length)
    : strings.restInterpolated(measured.count, total);
}

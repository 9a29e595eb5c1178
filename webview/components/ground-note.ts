import { flatText } from "../charts/colour-bar";
import { formatLoss } from "../charts/format";
import type { Levels } from "../charts/levels";
import type { Field } from "../state/field";
import { strings } from "../strings/figure";

/** Why there are no contours although there is a value for every point; undefined where there are some. */
export function groundNote({ complete, metric }: Field, levels: Levels | undefined): string | undefined {
  if (!complete) return undefined;
  if (!levels) return strings.nothingFinite;
  // Values that differ by rounding alone have no level between them.
  if (levels.levels.length > 0) return undefined;
  return strings.allTheSame(metric === "loss" ? formatLoss(levels.low) : flatText(levels, metric));
}

import { readCurve } from "./curves";
import type { Quantity } from "./curves";
import { origin } from "./field";
import type { Origin } from "./field";
import { familyBand } from "./line-rows";
import type { LineRow } from "./line-rows";

/** What a row says of a quantity at a place. */
export interface LineReading {
  readonly value: number;
  readonly origin: Origin;
  /** Standard error of a loss, NaN where there is none. */
  readonly error: number;
  /** Extent of a family, of which the value is the median. */
  readonly extent?: readonly [number, number];
}

export function readRow(row: LineRow, quantity: Quantity, at: number): LineReading {
  const none = { value: NaN, origin: origin.unknown, error: NaN };
  if (quantity !== "loss" && !row.hasAccuracy) return none;
  const band = familyBand(row, quantity);
  if (!band) return readCurve(row.curves[0]!, quantity, at);
  const k = band.x.findIndex((place) => Math.abs(place - at) < 1e-9);
  if (k < 0) return none;
  return { value: band.median[k]!, origin: band.origins[k]!, error: NaN, extent: [band.least[k]!, band.greatest[k]!] };
}

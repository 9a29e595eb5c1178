import { floorLevel, sheetHeight } from "./projection";
import type { Sheet } from "./sheet";
import type { Staging } from "./staging";
import { isVisible } from "./visible";

/** A grid point farther from the pointer than this, and than most of a cell, is not meant. */
const reach = 10;
/** So many of the nearest points are asked whether they can be seen. */
const asked = 12;

/**
 * Index of the grid point that a pixel shows: of those near it that can be seen the nearest, on the sheet first and then
 * on the floor map. Undefined where there is none.
 */
export function pickPoint(staging: Staging, x: number, y: number, floor: boolean): number | undefined {
  const { sheet } = staging;
  if (!sheet) return undefined;
  const onSheet = nearestSeen(staging, sheet, x, y, (index) => sheet.t[index]! * sheetHeight);
  return onSheet ?? (floor ? nearestSeen(staging, sheet, x, y, () => floorLevel) : undefined);
}

function nearestSeen(
  { projector }: Staging,
  sheet: Sheet,
  x: number,
  y: number,
  heightOf: (index: number) => number,
): number | undefined {
  const { columns, rows, t } = sheet;
  const cell = (2 * projector.scale) / Math.max(1, Math.max(columns, rows) - 1);
  const radius = Math.max(reach, 0.75 * cell);
  const near: { readonly index: number; readonly apart: number }[] = [];
  const at: [number, number, number] = [0, 0, 0];
  for (let index = 0; index < t.length; index++) {
    if (Number.isNaN(t[index]!)) continue;
    projector.project(sheet.x[index % columns]!, heightOf(index), sheet.z[Math.floor(index / columns)]!, at);
    const apart = Math.hypot(at[0] - x, at[1] - y);
    if (apart <= radius) near.push({ index, apart });
  }
  near.sort((a, b) => a.apart - b.apart);
  return near
    .slice(0, asked)
    .find(({ index }) =>
      isVisible(sheet, projector, sheet.x[index % columns]!, heightOf(index), sheet.z[Math.floor(index / columns)]!),
    )?.index;
}

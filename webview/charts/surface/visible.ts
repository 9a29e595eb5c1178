import { floorLevel, sheetHeight } from "./projection";
import type { Projector } from "./projection";
import { domainAt } from "./sheet";
import type { Sheet } from "./sheet";

const steps = 96;

/** Whether a place at or above the sheet can be seen from the eye: whether nothing of the sheet lies between them. */
export function isVisible(sheet: Sheet, { eye }: Projector, x: number, y: number, z: number): boolean {
  const ray = [eye[0] - x, eye[1] - y, eye[2] - z] as const;
  // Beyond the box there is nothing that could hide it.
  const leaves = (at: number, by: number, half: number) => (by === 0 ? Infinity : ((by > 0 ? half : -half) - at) / by);
  const end = Math.min(1, leaves(x, ray[0], sheet.halfX), leaves(z, ray[2], sheet.halfZ));
  // On the sheet itself a ray runs within the steepness of one cell: that is not hiding.
  const slack = 0.012;
  let side = 0;
  for (let step = 1; step <= steps; step++) {
    const share = (end * step) / steps;
    const t = domainAt(sheet, x + ray[0] * share, z + ray[2] * share);
    if (Number.isNaN(t)) {
      side = 0;
      continue;
    }
    const above = y + ray[1] * share - t * sheetHeight;
    if (Math.abs(above) < slack) continue;
    if (side !== 0 && Math.sign(above) !== side) return false;
    side = Math.sign(above);
  }
  return true;
}

/** Whether a place on the floor map can be seen from the eye. */
export function isFloorVisible(sheet: Sheet, projector: Projector, x: number, z: number): boolean {
  return isVisible(sheet, projector, x, floorLevel, z);
}

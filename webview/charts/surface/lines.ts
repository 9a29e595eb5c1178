import type { SurfaceFigure } from "./figure";
import { sheetHeight } from "./projection";
import { domainAt } from "./sheet";
import type { Sheet } from "./sheet";
import type { Staging } from "./staging";
import { isVisible } from "./visible";

/** A run of pixels (x, y, x, y, …) that is wholly seen, or wholly hidden behind the sheet. */
export interface Run {
  readonly seen: boolean;
  readonly points: readonly number[];
}

/** Lines are asked at this distance in the world whether they are seen; where that changes, the place is bisected. */
const step = 0.02;
const bisections = 5;

interface Laid {
  readonly x: number;
  readonly z: number;
  readonly left: number;
  readonly top: number;
  readonly seen: boolean;
}

/** A line of the plane (world x and z in pairs) laid over the sheet, in runs; it breaks at holes and at the rim. */
export function laidRuns(staging: Staging, sheet: Sheet, line: ArrayLike<number>): readonly Run[] {
  const { projector } = staging;
  const at: [number, number, number] = [0, 0, 0];
  const lay = (x: number, z: number): Laid | undefined => {
    const t = domainAt(sheet, x, z);
    if (Number.isNaN(t)) return undefined;
    const y = t * sheetHeight;
    projector.project(x, y, z, at);
    return { x, z, left: at[0], top: at[1], seen: isVisible(sheet, projector, x, y, z) };
  };
  const runs: { seen: boolean; points: number[] }[] = [];
  let run: { seen: boolean; points: number[] } | undefined;
  let last: Laid | undefined;
  const add = (place: Laid | undefined) => {
    if (!place) run = undefined;
    else if (run && run.seen === place.seen) run.points.push(place.left, place.top);
    else {
      const edge = last && run ? edgeBetween(last, place, lay) : undefined;
      if (edge) run!.points.push(edge.left, edge.top);
      run = { seen: place.seen, points: [...(edge ? [edge.left, edge.top] : []), place.left, place.top] };
      runs.push(run);
    }
    last = place;
  };
  for (let i = 0; i < line.length; i += 2) {
    const [x, z] = [line[i]!, line[i + 1]!];
    if (i > 0) {
      const [fromX, fromZ] = [line[i - 2]!, line[i - 1]!];
      const pieces = Math.ceil(Math.hypot(x - fromX, z - fromZ) / step);
      for (let k = 1; k < pieces; k++) add(lay(fromX + ((x - fromX) * k) / pieces, fromZ + ((z - fromZ) * k) / pieces));
    }
    add(lay(x, z));
  }
  return runs;
}

/** The place between two where a line disappears behind the sheet. */
function edgeBetween(from: Laid, to: Laid, lay: (x: number, z: number) => Laid | undefined): Laid | undefined {
  let [a, b] = [from, to];
  for (let k = 0; k < bisections; k++) {
    const middle = lay((a.x + b.x) / 2, (a.z + b.z) / 2);
    if (!middle) return undefined;
    if (middle.seen === a.seen) a = middle;
    else b = middle;
  }
  return b;
}

/** The seen parts of the iso-lines of a figure, a list for each level: the lines of the map, laid over the sheet. */
export function isoRuns(figure: SurfaceFigure, staging: Staging, sheet: Sheet): readonly (readonly Run[])[] {
  const { plane } = staging;
  return (figure.scene?.shapes ?? []).map(({ lines }) =>
    lines.flatMap((line) => {
      const thinned: number[] = [];
      for (let i = 0; i < line.length; i += 2) {
        const [x, z] = [plane.x(line[i]!), plane.z(line[i + 1]!)];
        const last = i + 2 >= line.length;
        const near =
          thinned.length > 0 &&
          Math.hypot(x - thinned[thinned.length - 2]!, z - thinned[thinned.length - 1]!) < step / 4;
        if (!near || last) thinned.push(x, z);
      }
      return laidRuns(staging, sheet, thinned).filter(({ seen }) => seen);
    }),
  );
}

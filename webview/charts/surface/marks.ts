import { css } from "../colours";
import type { PathPoint } from "../path";
import { positionOf } from "../levels";
import type { Levels } from "../levels";
import { strings as texts } from "../../strings/figure";
import { strings } from "../../strings/strings";
import { formatMetric } from "../../state/summary";
import type { SurfaceFigure } from "./figure";
import type { Pen } from "./pen";
import { laidRuns } from "./lines";
import { floorLevel, sheetHeight } from "./projection";
import { domainAt } from "./sheet";
import type { Sheet } from "./sheet";
import type { Staging } from "./staging";
import { isFloorVisible, isVisible } from "./visible";

const casing = css([0, 0, 0], 0.55);
const faintCasing = css([0, 0, 0], 0.25);
const light = "rgb(255, 255, 255)";
const faint = css([255, 255, 255], 0.7);
/** Height of the label of θ* above the sheet's top. */
const poleTop = sheetHeight + 0.1;

/** What stands on the sheet: the path of training, θ* with its pole and label, and the place under the cursor. */
export function paintMarks(pen: Pen, figure: SurfaceFigure, staging: Staging): void {
  const { sheet } = staging;
  const levels = figure.scene?.levels;
  if (!sheet || !levels) return;
  if (figure.path) paintPath(pen, figure.path, staging, sheet, figure.theme.highContrast);
  paintCentre(pen, figure, staging, sheet, levels);
  paintPlace(pen, figure, staging);
}

function paintCentre(
  pen: Pen,
  figure: SurfaceFigure,
  { projector, plane }: Staging,
  sheet: Sheet,
  levels: Levels,
): void {
  const { centre, theme } = figure;
  const [x, z] = [plane.x(0), plane.z(0)];
  const onSheet = domainAt(sheet, x, z);
  if (Number.isNaN(onSheet)) return;
  const position = Number.isFinite(centre) ? Math.min(1, Math.max(0, positionOf(levels, centre))) : onSheet;
  const y = (Number.isNaN(position) ? onSheet : position) * sheetHeight;
  const [left, top] = projector.project(x, y, z, [0, 0, 0]);
  const [labelX, labelY] = projector.project(x, poleTop, z, [0, 0, 0]);
  const seen = isVisible(sheet, projector, x, y, z);
  // From straight above, the pole would be a point.
  if (top - labelY > 20) {
    const from = figure.labels ? labelY + 10 : labelY;
    pen.line([left, top - 4, labelX, from], 4, { colour: css(theme.background, 0.5), width: 1 });
    pen.line([left, top - 4, labelX, from], 4, { colour: css(theme.foreground, 0.9), width: 1, dash: [3, 3] });
  }
  pen.circle(left, top, 4, {
    fill: seen ? light : undefined,
    line: { colour: seen ? "rgb(16, 18, 26)" : css(theme.foreground, 0.8), width: 1.6 },
  });
  if (!figure.labels) return;
  const above = Math.min(labelY, top - 18);
  pen.text(Number.isFinite(centre) ? centreText(figure, levels) : "θ*", labelX, above, {
    font: `600 12px ${theme.font}`,
    colour: css(theme.foreground),
    align: "center",
    halo: { colour: css(theme.background, 0.85), width: 4 },
  });
}

function centreText({ centre, scene }: SurfaceFigure, { signed }: Levels): string {
  const { metric, split } = scene!.field;
  const written = formatMetric(metric, centre, split);
  return signed ? texts.deltaMark(written) : strings.centreMark(written);
}

/** The place under the cursor: a ring on the sheet, and a point on the floor map. */
export function paintPlace(pen: Pen, figure: SurfaceFigure, { projector, plane, sheet }: Staging): void {
  if (!figure.cursor || !sheet) return;
  const [x, z] = [plane.x(figure.cursor.alpha), plane.z(figure.cursor.beta)];
  const t = domainAt(sheet, x, z);
  if (Number.isNaN(t)) return;
  const [left, top] = projector.project(x, t * sheetHeight, z, [0, 0, 0]);
  const [floorX, floorY] = projector.project(x, floorLevel, z, [0, 0, 0]);
  if (figure.floor && isFloorVisible(sheet, projector, x, z)) {
    pen.circle(floorX, floorY, 3, { fill: light, line: { colour: casing, width: 1.4 } });
  }
  pen.circle(left, top, 5, { line: { colour: "rgba(0, 0, 0, 0.6)", width: 3.6 } });
  pen.circle(left, top, 5, { line: { colour: light, width: 1.6 } });
}

/** The path laid over the sheet: solid where it is seen, dashed and fainter where the sheet hides it. */
function paintPath(pen: Pen, path: readonly PathPoint[], staging: Staging, sheet: Sheet, highContrast: boolean): void {
  const { plane, projector } = staging;
  const line = path.flatMap(({ x, y }) => [plane.x(x), plane.z(y)]);
  for (const { seen, points } of laidRuns(staging, sheet, line)) {
    pen.line(points, points.length, { colour: seen ? casing : faintCasing, width: seen ? 3.8 : 2.4 });
    pen.line(points, points.length, seen ? { colour: light, width: 1.8 } : { colour: faint, width: 1, dash: [2, 3] });
  }
  path.forEach(({ drop }, k) => {
    const [x, z] = [line[2 * k]!, line[2 * k + 1]!];
    const y = domainAt(sheet, x, z) * sheetHeight;
    if (Number.isNaN(y) || !isVisible(sheet, projector, x, y, z)) return;
    const [left, top] = projector.project(x, y, z, [0, 0, 0]);
    pen.circle(left, top, highContrast ? 4 : 3, { fill: light, line: { colour: casing, width: 1.2 } });
    if (drop) pen.circle(left, top, 7, { line: { colour: light, width: 1.6 } });
  });
}

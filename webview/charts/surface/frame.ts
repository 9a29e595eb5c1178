import { levelText } from "../colour-bar";
import { textWidth } from "../chart";
import { css } from "../colours";
import { formatTick } from "../format";
import { axisTicks } from "../layout";
import type { Level, Levels } from "../levels";
import { metricTitle } from "./bar";
import type { SurfaceFigure } from "./figure";
import type { LineStyle, Pen } from "./pen";
import { floorLevel, sheetHeight } from "./projection";
import type { Projector } from "./projection";
import type { Staging } from "./staging";

type Place = readonly [number, number, number];
type Pixel = readonly [number, number];

/** Distances in pixels: length of a tick, from it to its number, from the numbers to the name; half height of a number. */
const tick = { length: 5, gap: 4, name: 13, smallName: 9, half: 5 };
/** Numbers on the upright edge keep this distance from each other; a shorter edge has none. */
const valueGap = 13;
const shortestEdge = 48;

/** Signs of x and z of the corner that the walls meet in: the far one. */
interface Far {
  readonly x: 1 | -1;
  readonly z: 1 | -1;
}

export function farCorner(projector: Projector, halfX: number, halfZ: number): Far {
  const depth = (x: number, z: number) => projector.project(x, floorLevel, z, [0, 0, 0])[2];
  return {
    x: depth(halfX, 0) >= depth(-halfX, 0) ? 1 : -1,
    z: depth(0, halfZ) >= depth(0, -halfZ) ? 1 : -1,
  };
}

/** The two walls behind the surface, with rules at the ticks of the three axes. */
export function paintWalls(pen: Pen, figure: SurfaceFigure, { projector, plane }: Staging): void {
  const { theme, scene } = figure;
  const { halfX, halfZ } = plane;
  const far = farCorner(projector, halfX, halfZ);
  const rule: LineStyle = { colour: css(theme.rule), width: 1 };
  const edge: LineStyle = { colour: css(theme.frame), width: 1 };
  const [wallX, wallZ] = [far.x * halfX, far.z * halfZ];
  const line = (from: Place, to: Place, style: LineStyle) => segment(pen, projector, from, to, style);
  for (const { position } of scene?.levels ? majors(scene.levels) : []) {
    const y = position * sheetHeight;
    line([wallX, y, -halfZ], [wallX, y, halfZ], rule);
    line([-halfX, y, wallZ], [halfX, y, wallZ], rule);
  }
  for (const alpha of figure.scene ? axisTicks(ends(figure.plane.x)) : []) {
    line([plane.x(alpha), floorLevel, wallZ], [plane.x(alpha), sheetHeight, wallZ], rule);
  }
  for (const beta of figure.scene ? axisTicks(ends(figure.plane.y)) : []) {
    line([wallX, floorLevel, plane.z(beta)], [wallX, sheetHeight, plane.z(beta)], rule);
  }
  for (const y of [floorLevel, sheetHeight]) {
    line([wallX, y, -halfZ], [wallX, y, halfZ], edge);
    line([-halfX, y, wallZ], [halfX, y, wallZ], edge);
  }
  for (const [x, z] of [
    [wallX, wallZ],
    [-wallX, wallZ],
    [wallX, -wallZ],
  ] as const) {
    line([x, floorLevel, z], [x, sheetHeight, z], edge);
  }
}

/** The near edges of the floor with the numbers of the plane, and the left upright edge with those of the metric. */
export function paintAxes(pen: Pen, figure: SurfaceFigure, staging: Staging): void {
  const { projector, plane } = staging;
  const { halfX, halfZ } = plane;
  const far = farCorner(projector, halfX, halfZ);
  const [nearX, nearZ] = [-far.x * halfX, -far.z * halfZ];
  const edge: LineStyle = { colour: css(figure.theme.frame), width: 1 };
  segment(pen, projector, [-halfX, floorLevel, nearZ], [halfX, floorLevel, nearZ], edge);
  segment(pen, projector, [nearX, floorLevel, -halfZ], [nearX, floorLevel, halfZ], edge);
  if (!figure.labels && !figure.names) return;
  const ticksOf = (nodes: readonly number[]) => (figure.scene && figure.labels ? axisTicks(ends(nodes)) : []);
  floorAxis(pen, figure, staging, {
    ticks: ticksOf(figure.plane.x),
    at: (value, side) => [plane.x(value), floorLevel, side * nearZ],
    middle: (figure.plane.x[0]! + figure.plane.x[figure.plane.x.length - 1]!) / 2,
    name: figure.axes[0],
  });
  floorAxis(pen, figure, staging, {
    ticks: ticksOf(figure.plane.y),
    at: (value, side) => [side * nearX, floorLevel, plane.z(value)],
    middle: (figure.plane.y[0]! + figure.plane.y[figure.plane.y.length - 1]!) / 2,
    name: figure.axes[1],
  });
  if (figure.labels && figure.scene?.levels) valueAxis(pen, figure, projector, figure.scene.levels, far, halfX, halfZ);
}

interface FloorAxis {
  readonly ticks: readonly number[];
  /** Place of a value on the near edge (side 1) or the far one (side −1). */
  at(value: number, side: 1 | -1): Place;
  readonly middle: number;
  readonly name: string;
}

function floorAxis(pen: Pen, figure: SurfaceFigure, { projector }: Staging, axis: FloorAxis): void {
  const { theme, layout } = figure;
  const font = `11px ${theme.font}`;
  const edge: LineStyle = { colour: css(theme.frame), width: 1 };
  const outwards = (value: number) => {
    const from = pixel(projector, axis.at(value, 1));
    const back = pixel(projector, axis.at(value, -1));
    const [dx, dy] = [from[0] - back[0], from[1] - back[1]];
    const length = Math.hypot(dx, dy) || 1;
    const [x, y] = [dx / length, dy / length];
    return {
      at: (by: number): Pixel => [from[0] + x * by, from[1] + y * by],
      // How far a box of text reaches back towards the edge.
      reach: (width: number) => (Math.abs(x) * width) / 2 + Math.abs(y) * tick.half,
    };
  };
  let widest = 0;
  for (const value of axis.ticks) {
    const { at, reach } = outwards(value);
    const written = formatTick(value);
    const width = textWidth(written, font);
    widest = Math.max(widest, width);
    pen.line([...at(0), ...at(tick.length)], 4, edge);
    const [x, y] = at(tick.length + tick.gap + reach(width));
    pen.text(written, x, y, { font, colour: css(theme.muted), align: "center" });
  }
  const middle = outwards(axis.middle);
  const name = layout.narrow ? tick.smallName : tick.name;
  const beyond = tick.gap + name + (axis.ticks.length > 0 ? tick.length + 2 * middle.reach(widest) : 0);
  const [x, y] = middle.at(beyond);
  pen.text(axis.name, x, y, {
    font: `12px ${theme.font}`,
    colour: css(theme.foreground),
    align: "center",
    angle: axis.name.length > 2 ? uprightAngle(projector, axis) : 0,
  });
}

/** A long name runs along its edge, never upside down. */
function uprightAngle(projector: Projector, axis: FloorAxis): number {
  const [a, b] = [axis.ticks[0], axis.ticks[axis.ticks.length - 1]];
  if (a === undefined || b === undefined || a === b) return 0;
  const [from, to] = [pixel(projector, axis.at(a, 1)), pixel(projector, axis.at(b, 1))];
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  return angle > Math.PI / 2 ? angle - Math.PI : angle < -Math.PI / 2 ? angle + Math.PI : angle;
}

function valueAxis(
  pen: Pen,
  figure: SurfaceFigure,
  projector: Projector,
  levels: Levels,
  far: Far,
  halfX: number,
  halfZ: number,
): void {
  const { theme } = figure;
  const sides = [
    [-far.x * halfX, far.z * halfZ],
    [far.x * halfX, -far.z * halfZ],
  ] as const;
  const across = ([x, z]: readonly [number, number]) => pixel(projector, [x, 0, z])[0];
  const [x, z] = across(sides[0]) < across(sides[1]) ? sides[0] : sides[1];
  const at = (position: number) => pixel(projector, [x, position * sheetHeight, z]);
  const [top, bottom] = [at(1), at(0)];
  if (bottom[1] - top[1] < shortestEdge) return;
  let last = Infinity;
  for (const { position, value } of majors(levels)) {
    const [left, y] = at(position);
    if (last - y < valueGap) continue;
    last = y;
    pen.line([left, y, left - tick.length, y], 4, { colour: css(theme.frame), width: 1 });
    pen.text(levelText(value, figure.scene!.field.metric, levels.signed), left - 9, y, {
      font: `11px ${theme.font}`,
      colour: css(theme.muted),
      align: "right",
    });
  }
  const title = metricTitle(levels, figure.scene!.field.metric);
  const font = `12px ${theme.font}`;
  // On a narrow page the title would begin beyond the left end of the canvas.
  const right = Math.max(top[0] - 9, textWidth(title, font) + 2);
  pen.text(title, right, Math.min(top[1] - 20, last - 18), { font, colour: css(theme.foreground), align: "right" });
}

function majors(levels: Levels): readonly Level[] {
  return levels.levels.filter(({ major }) => major);
}

function ends(nodes: readonly number[]): readonly [number, number] {
  return [nodes[0] ?? -1, nodes[nodes.length - 1] ?? 1];
}

function pixel(projector: Projector, [x, y, z]: Place): Pixel {
  const [left, top] = projector.project(x, y, z, [0, 0, 0]);
  return [left, top];
}

function segment(pen: Pen, projector: Projector, from: Place, to: Place, style: LineStyle): void {
  pen.line([...pixel(projector, from), ...pixel(projector, to)], 4, style);
}

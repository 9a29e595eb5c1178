import { formatAccuracy, formatCoordinate, formatLoss, formatTick } from "../charts/format";
import { curvatureStrings as strings } from "../strings/curvature";
import type { CurvatureCell, CurvatureMap, Quantity } from "./curvature";
import { isMap, nonConvexCount } from "./curvature";
import type { RunData } from "./model";

/** Which loss over which parameters the Hessian is of. */
export function subjectOf({ header }: RunData, map: CurvatureMap): string {
  const { available, split } = header.data;
  const samples =
    map.samples < available ? strings.sampleSome(map.samples, available, split) : strings.sampleAll(map.samples, split);
  const { size } = map;
  const parameters =
    map.parameters === "kernels"
      ? size === undefined
        ? strings.kernelsOnly
        : strings.kernelsOf(size)
      : size === undefined
        ? strings.allOnly
        : strings.allOf(size);
  return strings.subject(samples, parameters);
}

/** A share of points, e.g. "24.0 %". */
export function shareOf(count: number, of: number): string {
  return formatAccuracy((100 * count) / of);
}

/** Distance of neighbouring points, which decides how many decimals a coordinate needs. */
export function mapStep(nodes: readonly number[]): number {
  return nodes.length > 1 ? Math.abs(nodes[1]! - nodes[0]!) || 1 : 1;
}

export function placeOf(map: CurvatureMap, alpha: number, beta: number): string {
  return `${strings.alpha} ${formatCoordinate(alpha, mapStep(map.x))}, ${strings.beta} ${formatCoordinate(beta, mapStep(map.y))}`;
}

/** What must be known of the map, in sentences. */
export function notesOf(map: CurvatureMap, quantity: Quantity): readonly string[] {
  const { count, of } = nonConvexCount(map);
  const unconverged = map.computed.filter(({ state }) => state === "unconverged").length;
  const notFinite = map.computed.filter(({ state }) => state === "not-finite").length;
  return [
    ...(of === 0 || !isMap(map)
      ? []
      : [count > 0 ? strings.nonConvex(count, of, shareOf(count, of)) : strings.nowhereNonConvex(of)]),
    ...(unconverged > 0 ? [strings.unconverged(unconverged, formatTick(map.tolerance))] : []),
    ...(notFinite > 0 ? [strings.notFinite(notFinite)] : []),
    ...(quantity === "ratio" && map.computed.some(({ ratio }) => ratio > 1) ? [strings.capped] : []),
    strings.nonConvexNote,
  ];
}

/** What the map shows, for those who do not see it. */
export function summaryOfMap(map: CurvatureMap, quantity: Quantity): string {
  const values = map.computed.map((cell) => cell[quantity]).filter(Number.isFinite);
  const { count, of } = nonConvexCount(map);
  return [
    strings.summary({
      quantity: strings.titles[quantity],
      columns: map.x.length,
      rows: map.y.length,
      computed: map.computed.length,
      total: map.cells.length,
    }),
    ...(map.centre ? [strings.summaryCentre(formatLoss(map.centre.max), formatLoss(map.centre.min))] : []),
    ...(values.length > 0
      ? [strings.summaryRange(formatLoss(Math.min(...values)), formatLoss(Math.max(...values)))]
      : []),
    ...(of > 0 ? [strings.summaryShare(shareOf(count, of))] : []),
  ].join(" ");
}

/** The values of a point, as they are spoken. */
export function spokenCell(map: CurvatureMap, index: number, cell: CurvatureCell | undefined): string {
  const place = placeOf(map, map.x[index % map.x.length]!, map.y[Math.floor(index / map.x.length)]!);
  if (!cell) return [place, strings.notComputed].join(", ");
  return [
    place,
    `${strings.titles.max} ${formatLoss(cell.max)}`,
    `${strings.titles.min} ${formatLoss(cell.min)}`,
    `${strings.ratio} ${formatLoss(cell.ratio)}`,
    ...(cell.isNonConvex ? [strings.nonConvexHere] : []),
    ...(cell.state === "unconverged" ? [strings.uncertain] : []),
  ].join(", ");
}

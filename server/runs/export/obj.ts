import type { SurfaceFigure } from "../../protocol/result";
import { surfaceOf, type Exportable, type ExportOptions } from "./exportable";
import { captionOf } from "./facts";
import { meshOf } from "./mesh";

/**
 * A surface as a Wavefront mesh of quadrilaterals: x = α, y = β, z upwards as `meshOf` says. Grid points without a finite
 * height leave holes, which the comments count.
 * @throws ProblemError `data-missing` when the result has no surface of that split.
 */
export function toObj(result: Exportable, options: ExportOptions): string {
  const surface: SurfaceFigure = surfaceOf(result, options.split);
  const { vertices, faces, left, height } = meshOf(surface, options);
  const comments = [
    ...captionOf(result, { split: surface.split }),
    `x, y: along the directions; z: ${height}; split ${surface.split}`,
    ...(left > 0 ? [`${left} grid points have no finite height and are left out`] : []),
  ];
  return [
    ...comments.map((line) => `# ${line.replaceAll(/[\r\n]+/g, " ")}`),
    "o loss_landscape",
    ...vertices.map((vertex) => `v ${vertex.join(" ")}`),
    ...faces.map((face) => `f ${face.map((vertex) => vertex + 1).join(" ")}`),
    "",
  ].join("\n");
}

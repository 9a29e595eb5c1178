import { nothing, svg } from "lit";
import type { SVGTemplateResult } from "lit";
import { boxPath, clipsOf, haloWidth, paint, svgText } from "../charts/drawing";
import type { Drawing, Mark } from "../charts/drawing";
import type { Box } from "../../server/drawing/box";
import { pngOf } from "./picture";
import type { PictureType } from "./picture";

/** Pixels per unit of a picture as PNG, and the most that a canvas has in one direction. */
const pixelRatio = 3;
const mostPixels = 16_000;

/** The marks of a drawing as elements of an SVG; ids of clips are kept apart by `prefix`. */
export function drawnMarks(marks: readonly Mark[], prefix = "clip") {
  const clips = clipsOf(marks);
  return svg`
    ${clips.map((clip, k) => svg`<clipPath id=${`${prefix}${k}`}><path d=${boxPath(clip)}></path></clipPath>`)}
    ${marks.map((mark) => drawnMark(mark, clips, prefix))}
  `;
}

function drawnMark(mark: Mark, clips: readonly Box[], prefix: string): SVGTemplateResult {
  if (mark.kind === "group") {
    return svg`<g transform=${`translate(${mark.x} ${mark.y})`}>
      ${mark.marks.map((each) => drawnMark(each, clips, prefix))}
    </g>`;
  }
  if (mark.kind === "text") {
    return svg`<text
      x=${mark.x}
      y=${mark.y}
      font-size=${mark.size}
      fill=${mark.fill}
      text-anchor=${mark.anchor ?? "start"}
      font-weight=${mark.weight ?? 400}
      stroke=${mark.halo ?? nothing}
      stroke-width=${mark.halo ? haloWidth : nothing}
      paint-order=${mark.halo ? "stroke" : nothing}
      data-role=${mark.role ?? nothing}
    >${mark.text}</text>`;
  }
  return svg`<path
    d=${mark.d}
    fill=${mark.fill ?? "none"}
    stroke=${mark.stroke ?? nothing}
    stroke-width=${mark.width ?? nothing}
    stroke-linejoin="round"
    stroke-dasharray=${mark.dash?.join(" ") ?? nothing}
    opacity=${mark.opacity ?? nothing}
    clip-path=${mark.clip ? `url(#${prefix}${clips.indexOf(mark.clip)})` : nothing}
    data-role=${mark.role ?? nothing}
  ></path>`;
}

/** A drawing as a file, on white: an SVG, or a PNG at three times its size where that can be. Texts are in `font`. */
export async function drawnPicture(drawing: Drawing, type: PictureType, font: string): Promise<Blob> {
  const background = "#ffffff";
  if (type === "svg") return new Blob([svgText(drawing, background, font)], { type: "image/svg+xml" });
  const ratio = Math.min(pixelRatio, mostPixels / Math.max(drawing.width, drawing.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(drawing.width * ratio);
  canvas.height = Math.round(drawing.height * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas can be had");
  context.scale(ratio, ratio);
  paint(drawing, context, background, font);
  return pngOf(canvas);
}

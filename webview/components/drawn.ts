import { nothing, svg } from "lit";
import { boxPath, clipsOf, haloWidth, paint, svgText } from "../charts/drawing";
import type { Drawing, Mark } from "../charts/drawing";
import type { Box } from "../charts/labels";
import { pngOf } from "./picture";
import type { PictureType } from "./picture";

/** Pixels per unit of a picture as PNG. */
const pixelRatio = 3;

/** The marks of a drawing as elements of an SVG; ids of clips are kept apart by `prefix`. */
export function drawnMarks(marks: readonly Mark[], prefix = "clip") {
  const clips = clipsOf(marks);
  return svg`
    ${clips.map((clip, k) => svg`<clipPath id=${`${prefix}${k}`}><path d=${boxPath(clip)}></path></clipPath>`)}
    ${marks.map((mark) => drawnMark(mark, clips, prefix))}
  `;
}

function drawnMark(mark: Mark, clips: readonly Box[], prefix: string) {
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

/** A drawing as a file, on white: an SVG, or a PNG at three times its size. Its texts are in `font`. */
export async function drawnPicture(drawing: Drawing, type: PictureType, font: string): Promise<Blob> {
  const background = "#ffffff";
  if (type === "svg") return new Blob([svgText(drawing, background, font)], { type: "image/svg+xml" });
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(drawing.width * pixelRatio);
  canvas.height = Math.round(drawing.height * pixelRatio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas can be had");
  context.scale(pixelRatio, pixelRatio);
  paint(drawing, context, background, font);
  return pngOf(canvas);
}

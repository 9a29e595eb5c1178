import type { Box } from "../../server/drawing/box";

/** A stroked or filled path; `d` as SVG has it. */
export interface PathMark {
  readonly kind: "path";
  readonly d: string;
  readonly fill?: string;
  readonly stroke?: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
  /** Nothing of it is seen outside. */
  readonly clip?: Box;
  /** What it stands for, for tests and assistive technology. */
  readonly role?: string;
}

export interface TextMark {
  readonly kind: "text";
  readonly x: number;
  /** Of the base line. */
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly fill: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly weight?: number;
  /** Colour of an outline that separates it from what is below. */
  readonly halo?: string;
  readonly role?: string;
}

/** Marks that are moved together. */
export interface GroupMark {
  readonly kind: "group";
  readonly x: number;
  readonly y: number;
  readonly marks: readonly Mark[];
}

export type Mark = PathMark | TextMark | GroupMark;

/** A figure as plain data: drawn on the page as SVG, saved as SVG, painted for PNG. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

/** Width of the outline of a text. */
export const haloWidth = 3;

const tidy = (value: number) => String(Math.round(value * 100) / 100);

/** A path through points in pixels (x0, y0, x1, y1, …); NaN interrupts it. */
export function linePath(points: ArrayLike<number>): string {
  let d = "";
  let isDown = false;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    if (Number.isNaN(x) || Number.isNaN(y)) isDown = false;
    else {
      d += `${isDown ? "L" : "M"}${tidy(x)} ${tidy(y)}`;
      isDown = true;
    }
  }
  return d;
}

/** The area between an upper and a lower line at the same places; NaN interrupts it. */
export function areaPath(x: ArrayLike<number>, upper: ArrayLike<number>, lower: ArrayLike<number>): string {
  let d = "";
  for (let start = 0; start < x.length; start++) {
    if (Number.isNaN(upper[start]!) || Number.isNaN(lower[start]!)) continue;
    let end = start;
    while (end + 1 < x.length && !Number.isNaN(upper[end + 1]!) && !Number.isNaN(lower[end + 1]!)) end++;
    const there = Array.from({ length: end - start + 1 }, (_, k) => [x[start + k]!, upper[start + k]!]);
    const back = Array.from({ length: end - start + 1 }, (_, k) => [x[end - k]!, lower[end - k]!]);
    d += `${linePath([...there, ...back].flat())}Z`;
    start = end;
  }
  return d;
}

/** Small filled circles at points in pixels; those that are NaN are left out. */
export function dotsPath(points: ArrayLike<number>, radius: number): string {
  let d = "";
  const r = tidy(radius);
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    d += `M${tidy(x - radius)} ${tidy(y)}a${r} ${r} 0 1 0 ${tidy(2 * radius)} 0a${r} ${r} 0 1 0 ${tidy(-2 * radius)} 0Z`;
  }
  return d;
}

export const boxPath = ({ x, y, width, height }: Box): string =>
  `M${tidy(x)} ${tidy(y)}h${tidy(width)}v${tidy(height)}h${tidy(-width)}Z`;

/** A drawing as the text of an SVG file. */
export function svgText({ width, height, marks }: Drawing, background: string, font: string): string {
  const clips = clipsOf(marks);
  const defs = clips.map((clip, k) => `<clipPath id="clip${k}"><path d="${boxPath(clip)}"/></clipPath>`).join("");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${escaped(font)}"><rect width="${width}" height="${height}" fill="${background}"/>` +
    `<defs>${defs}</defs>${marks.map((mark) => elementOf(mark, clips)).join("")}</svg>\n`
  );
}

function elementOf(mark: Mark, clips: readonly Box[]): string {
  if (mark.kind === "group") {
    const inner = mark.marks.map((each) => elementOf(each, clips)).join("");
    return `<g transform="translate(${tidy(mark.x)} ${tidy(mark.y)})">${inner}</g>`;
  }
  if (mark.kind === "text") {
    const halo = mark.halo ? ` stroke="${mark.halo}" stroke-width="${haloWidth}" paint-order="stroke"` : "";
    return (
      `<text x="${tidy(mark.x)}" y="${tidy(mark.y)}" font-size="${mark.size}" fill="${mark.fill}" ` +
      `text-anchor="${mark.anchor ?? "start"}" font-weight="${mark.weight ?? 400}"${halo}>${escaped(mark.text)}</text>`
    );
  }
  const { d, fill, stroke, width, dash, opacity, clip } = mark;
  const attributes = [
    `fill="${fill ?? "none"}"`,
    ...(stroke ? [`stroke="${stroke}" stroke-width="${width ?? 1}" stroke-linejoin="round"`] : []),
    ...(dash ? [`stroke-dasharray="${dash.join(" ")}"`] : []),
    ...(opacity === undefined ? [] : [`opacity="${opacity}"`]),
    ...(clip ? [`clip-path="url(#clip${clips.indexOf(clip)})"`] : []),
  ];
  return `<path d="${d}" ${attributes.join(" ")}/>`;
}

/** The boxes that marks are clipped to, each once. */
export function clipsOf(marks: readonly Mark[]): readonly Box[] {
  const found = marks.flatMap((mark) => {
    if (mark.kind === "group") return clipsOf(mark.marks);
    return mark.kind === "path" && mark.clip ? [mark.clip] : [];
  });
  return [...new Set(found)];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Paints a drawing on a canvas whose units are the drawing's. */
export function paint(
  { width, height, marks }: Drawing,
  to: CanvasRenderingContext2D,
  background: string,
  font: string,
): void {
  to.fillStyle = background;
  to.fillRect(0, 0, width, height);
  to.lineJoin = "round";
  for (const mark of marks) paintMark(mark, to, font);
}

function paintMark(mark: Mark, to: CanvasRenderingContext2D, font: string): void {
  to.save();
  if (mark.kind === "text") paintText(mark, to, font);
  else if (mark.kind === "path") paintPath(mark, to);
  else {
    to.translate(mark.x, mark.y);
    for (const each of mark.marks) paintMark(each, to, font);
  }
  to.restore();
}

function paintText(
  { x, y, text, size, fill, anchor, weight, halo }: TextMark,
  to: CanvasRenderingContext2D,
  font: string,
): void {
  to.font = `${weight ?? 400} ${size}px ${font}`;
  to.textAlign = anchor === "middle" ? "center" : anchor === "end" ? "right" : "left";
  if (halo) {
    to.strokeStyle = halo;
    to.lineWidth = haloWidth;
    to.strokeText(text, x, y);
  }
  to.fillStyle = fill;
  to.fillText(text, x, y);
}

function paintPath({ d, fill, stroke, width, dash, opacity, clip }: PathMark, to: CanvasRenderingContext2D): void {
  if (clip) to.clip(new Path2D(boxPath(clip)));
  to.globalAlpha = opacity ?? 1;
  const path = new Path2D(d);
  if (fill) {
    to.fillStyle = fill;
    to.fill(path);
  }
  if (stroke) {
    to.strokeStyle = stroke;
    to.lineWidth = width ?? 1;
    to.setLineDash(dash ? [...dash] : []);
    to.stroke(path);
  }
}

import type { LineStyle, Pen, TextStyle } from "./pen";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => escapes[letter]!);
const written = (value: number) => String(Math.round(value * 100) / 100);

/** Draws into the text of an SVG document; nothing in it is a picture of pixels. */
export class SvgPen implements Pen {
  #parts: string[] = [];
  #gradients = 0;

  fill(points: ArrayLike<number>, count: number, colour: string, seam = 0): void {
    this.#path(`${path(points, count)}Z`, `fill="${colour}"${seamOf(colour, seam)}`);
  }

  fillRings(rings: readonly ArrayLike<number>[], colour: string, seam = 0): void {
    if (rings.length === 0) return;
    const data = rings.map((ring) => `${path(ring, ring.length)}Z`).join("");
    this.#path(data, `fill="${colour}" fill-rule="evenodd"${seamOf(colour, seam)}`);
  }

  line(points: ArrayLike<number>, count: number, style: LineStyle): void {
    if (count >= 4) this.#path(path(points, count), `fill="none"${lineOf(style)}`);
  }

  circle(x: number, y: number, radius: number, style: { readonly fill?: string; readonly line?: LineStyle }): void {
    const line = style.line ? lineOf(style.line) : "";
    this.#parts.push(
      `<circle cx="${written(x)}" cy="${written(y)}" r="${written(radius)}" fill="${style.fill ?? "none"}"${line}/>`,
    );
  }

  text(text: string, x: number, y: number, style: TextStyle): void {
    const [, weight, size, family] = /^(?:(\d+)\s+)?(\d+(?:\.\d+)?)px\s+(.*)$/.exec(style.font) ?? [];
    const anchor = { left: "start", center: "middle", right: "end" }[style.align ?? "left"];
    const degrees = ((style.angle ?? 0) * 180) / Math.PI;
    const attributes = [
      `x="${written(x)}"`,
      `y="${written(y)}"`,
      // Not every program knows `dominant-baseline`.
      `dy="0.35em"`,
      `font-family="${escaped(family ?? "sans-serif")}"`,
      `font-size="${size ?? 12}"`,
      ...(weight ? [`font-weight="${weight}"`] : []),
      `text-anchor="${anchor}"`,
      ...(degrees === 0 ? [] : [`transform="rotate(${written(degrees)} ${written(x)} ${written(y)})"`]),
    ].join(" ");
    const content = escaped(text);
    if (style.halo) {
      const { colour, width } = style.halo;
      this.#parts.push(
        `<text ${attributes} fill="${colour}" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round" aria-hidden="true">${content}</text>`,
      );
    }
    this.#parts.push(`<text ${attributes} fill="${style.colour}">${content}</text>`);
  }

  shades(x: number, y: number, width: number, height: number, colours: readonly string[]): void {
    const id = `shades-${++this.#gradients}`;
    const stops = colours.map(
      (colour, index) => `<stop offset="${written(index / (colours.length - 1))}" stop-color="${colour}"/>`,
    );
    this.#parts.push(
      `<linearGradient id="${id}">${stops.join("")}</linearGradient>`,
      `<rect x="${written(x)}" y="${written(y)}" width="${written(width)}" height="${written(height)}" fill="url(#${id})"/>`,
    );
  }

  #path(data: string, attributes: string): void {
    this.#parts.push(`<path d="${data}" ${attributes}/>`);
  }

  /** The whole document, on a ground of one colour. */
  document(width: number, height: number, title: string, ground: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
      `<title>${escaped(title)}</title>`,
      `<rect width="${width}" height="${height}" fill="${ground}"/>`,
      ...this.#parts,
      "</svg>",
      "",
    ].join("\n");
  }
}

function path(points: ArrayLike<number>, count: number): string {
  let data = `M${written(points[0]!)} ${written(points[1]!)}`;
  for (let i = 2; i < count; i += 2) data += `L${written(points[i]!)} ${written(points[i + 1]!)}`;
  return data;
}

function seamOf(colour: string, seam: number): string {
  return seam === 0 ? "" : ` stroke="${colour}" stroke-width="${seam}" stroke-linejoin="round"`;
}

function lineOf({ colour, width, dash }: LineStyle): string {
  const dashes = dash ? ` stroke-dasharray="${dash.join(" ")}"` : "";
  return ` stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"${dashes}`;
}

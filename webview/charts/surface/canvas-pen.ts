import type { LineStyle, Pen, TextStyle } from "./pen";

/** Draws on a canvas whose context is scaled to pixels of the page. */
export class CanvasPen implements Pen {
  #dashed = false;

  constructor(private readonly context: CanvasRenderingContext2D) {
    context.lineJoin = "round";
    context.lineCap = "butt";
    context.textBaseline = "middle";
  }

  fill(points: ArrayLike<number>, count: number, colour: string, seam = 0): void {
    const { context } = this;
    context.beginPath();
    trace(context, points, count);
    context.closePath();
    context.fillStyle = colour;
    context.fill();
    if (seam === 0) return;
    this.#setLine({ colour, width: seam });
    context.stroke();
  }

  fillRings(rings: readonly ArrayLike<number>[], colour: string, seam = 0): void {
    const { context } = this;
    context.beginPath();
    for (const ring of rings) {
      trace(context, ring, ring.length);
      context.closePath();
    }
    context.fillStyle = colour;
    context.fill("evenodd");
    if (seam === 0) return;
    this.#setLine({ colour, width: seam });
    context.stroke();
  }

  line(points: ArrayLike<number>, count: number, style: LineStyle): void {
    if (count < 4) return;
    this.context.beginPath();
    trace(this.context, points, count);
    this.#setLine(style);
    this.context.stroke();
  }

  circle(x: number, y: number, radius: number, style: { readonly fill?: string; readonly line?: LineStyle }): void {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    if (style.fill) {
      context.fillStyle = style.fill;
      context.fill();
    }
    if (!style.line) return;
    this.#setLine(style.line);
    context.stroke();
  }

  text(text: string, x: number, y: number, style: TextStyle): void {
    const { context } = this;
    context.save();
    context.translate(x, y);
    if (style.angle) context.rotate(style.angle);
    context.font = style.font;
    context.textAlign = style.align ?? "left";
    if (style.halo) {
      this.#setLine(style.halo);
      context.strokeText(text, 0, 0);
    }
    context.fillStyle = style.colour;
    context.fillText(text, 0, 0);
    context.restore();
  }

  shades(x: number, y: number, width: number, height: number, colours: readonly string[]): void {
    const gradient = this.context.createLinearGradient(x, 0, x + width, 0);
    colours.forEach((colour, index) => gradient.addColorStop(index / (colours.length - 1), colour));
    this.context.fillStyle = gradient;
    this.context.fillRect(x, y, width, height);
  }

  #setLine({ colour, width, dash }: LineStyle): void {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    if (dash) context.setLineDash([...dash]);
    else if (this.#dashed) context.setLineDash([]);
    this.#dashed = dash !== undefined;
  }
}

function trace(context: CanvasRenderingContext2D, points: ArrayLike<number>, count: number): void {
  context.moveTo(points[0]!, points[1]!);
  for (let i = 2; i < count; i += 2) context.lineTo(points[i]!, points[i + 1]!);
}

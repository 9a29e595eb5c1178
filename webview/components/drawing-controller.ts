import type { LitElement, ReactiveController } from "lit";
import type { Chart, Drawn } from "../charts/chart";
import { CursorLayer } from "../charts/cursor-layer";
import { ChartController } from "./chart-controller";

/** What is on a canvas, in pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly elements: readonly Drawn[];
}

/** A chart's option that is nothing but these elements. */
export function drawingOption(elements: readonly Drawn[]): Parameters<Chart["setOption"]>[0] {
  const option = {
    backgroundColor: "transparent",
    animation: false,
    graphic: [{ type: "group", silent: true, children: elements }],
  };
  return option as Parameters<Chart["setOption"]>[0];
}

/** Keeps a drawing on an element of its host, in the width that the element has. */
export class DrawingController implements ReactiveController {
  #drawn?: Drawing;
  #cursor?: CursorLayer;
  readonly #chart: ChartController;

  /**
   * @param canvas the element that is drawn on
   * @param draw the drawing for a width; the same object when nothing has changed
   * @param cursor what follows the cursor, above the drawing
   */
  constructor(
    host: LitElement,
    private readonly canvas: () => HTMLElement | null,
    private readonly draw: (width: number) => Drawing | undefined,
    private readonly cursor: () => readonly Drawn[] = () => [],
  ) {
    this.#chart = new ChartController(host, canvas, {
      size: () => this.#drawing,
      draw: (chart) => this.#paint(chart, this.#drawing!),
      gone: () => {
        this.#cursor = undefined;
        this.#drawn = undefined;
      },
    });
    host.addController(this);
  }

  hostUpdated(): void {
    // The height at once, so that what is below does not jump when the drawing comes.
    const drawing = this.#drawing;
    if (drawing) this.canvas()?.style.setProperty("height", `${drawing.height}px`);
    this.#chart.request();
  }

  get #drawing(): Drawing | undefined {
    const width = this.canvas()?.clientWidth ?? 0;
    return width > 0 ? this.draw(width) : undefined;
  }

  #paint(chart: Chart, drawing: Drawing): void {
    this.#cursor ??= new CursorLayer(chart);
    if (drawing !== this.#drawn) {
      const { width, height } = drawing;
      if (this.#drawn?.width !== width || this.#drawn.height !== height) chart.resize({ width, height });
      // Merging would leave elements of the last drawing where the new one has fewer.
      chart.clear();
      chart.setOption(drawingOption(drawing.elements));
      this.#drawn = drawing;
    }
    this.#cursor.draw(this.cursor());
  }
}

import type { LitElement, ReactiveController } from "lit";
import { createChart } from "../charts/chart";
import type { Chart, Drawn } from "../charts/chart";
import { CursorLayer } from "../charts/cursor-layer";

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

/**
 * Keeps a drawing on an element of its host: once per frame at most, in the width that the element has, when the fonts are
 * there and the page is shown.
 */
export class DrawingController implements ReactiveController {
  #chart?: Chart;
  #drawn?: Drawing;
  #cursor?: CursorLayer;
  #pending = false;
  #fontsReady = false;
  #observed?: HTMLElement;
  #resize = new ResizeObserver(() => this.host.requestUpdate());

  /**
   * @param canvas the element that is drawn on
   * @param draw the drawing for a width; the same object when nothing has changed
   * @param cursor what follows the cursor, above the drawing
   */
  constructor(
    private readonly host: LitElement,
    private readonly canvas: () => HTMLElement | null,
    private readonly draw: (width: number) => Drawing | undefined,
    private readonly cursor: () => readonly Drawn[] = () => [],
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#request);
    void document.fonts.ready.then(() => {
      this.#fontsReady = true;
      this.#request();
    });
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#request);
    this.#resize.disconnect();
    this.#observed = undefined;
    this.#chart?.dispose();
    this.#chart = undefined;
    this.#cursor = undefined;
    this.#drawn = undefined;
  }

  hostUpdated(): void {
    const canvas = this.canvas();
    if (canvas && canvas !== this.#observed) {
      this.#resize.disconnect();
      this.#resize.observe(canvas);
      this.#observed = canvas;
    }
    // The height at once, so that what is below does not jump when the drawing comes.
    const drawing = canvas && canvas.clientWidth > 0 ? this.draw(canvas.clientWidth) : undefined;
    if (canvas && drawing) canvas.style.setProperty("height", `${drawing.height}px`);
    this.#request();
  }

  #request = (): void => {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#paint();
    });
  };

  #paint(): void {
    const canvas = this.canvas();
    if (document.hidden || !this.host.isConnected || !this.#fontsReady || !canvas || canvas.clientWidth === 0) return;
    const drawing = this.draw(canvas.clientWidth);
    if (!drawing) return;
    const size = { width: drawing.width, height: drawing.height };
    if (!this.#chart) {
      this.#chart = createChart(canvas, size);
      this.#cursor = new CursorLayer(this.#chart);
    }
    if (drawing !== this.#drawn) {
      if (this.#drawn?.width !== size.width || this.#drawn.height !== size.height) this.#chart.resize(size);
      // Merging would leave elements of the last drawing where the new one has fewer.
      this.#chart.clear();
      this.#chart.setOption(drawingOption(drawing.elements));
      this.#drawn = drawing;
    }
    this.#cursor!.draw(this.cursor());
  }
}

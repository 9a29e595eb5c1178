import type { LitElement, ReactiveController } from "lit";
import { createChart } from "../charts/chart";
import type { Chart } from "../charts/chart";

/** What a host draws on its canvas. */
export interface Charted {
  /** In pixels; undefined while there is nothing to draw. */
  readonly size: () => { readonly width: number; readonly height: number } | undefined;
  readonly draw: (chart: Chart) => void;
  /** The canvas is given up, and what was drawn on it: another one is made when the host comes back. */
  readonly gone?: () => void;
}

/**
 * The canvas of a host from its first drawing until the host goes: drawn once per frame at most, when the fonts are there
 * (text that is measured before stays at the wrong width) and the page is shown; the host is updated when its size changes.
 */
export class ChartController implements ReactiveController {
  #chart?: Chart;
  #pending = false;
  #fontsReady = false;
  #observed?: HTMLElement;
  #resize = new ResizeObserver(() => this.host.requestUpdate());

  constructor(
    private readonly host: LitElement,
    private readonly canvas: () => HTMLElement | null,
    private readonly charted: Charted,
  ) {
    host.addController(this);
  }

  /** Whether anything was drawn. */
  get exists(): boolean {
    return this.#chart !== undefined;
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.request);
    void document.fonts.ready.then(() => {
      this.#fontsReady = true;
      this.request();
    });
    // A host that comes back has its canvas already, and may have nothing to update.
    if (this.host.hasUpdated) this.#observe();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.request);
    this.#resize.disconnect();
    this.#observed = undefined;
    this.#chart?.dispose();
    this.#chart = undefined;
    this.charted.gone?.();
  }

  hostUpdated(): void {
    this.#observe();
  }

  /** Draws in the next frame. */
  request = (): void => {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#draw();
    });
  };

  #observe(): void {
    const canvas = this.canvas();
    if (!canvas || canvas === this.#observed) return;
    this.#resize.disconnect();
    this.#resize.observe(canvas);
    this.#observed = canvas;
  }

  #draw(): void {
    const canvas = this.canvas();
    if (document.hidden || !this.host.isConnected || !this.#fontsReady || !canvas || canvas.clientWidth === 0) return;
    const size = this.charted.size();
    if (!size) return;
    this.#chart ??= createChart(canvas, size);
    this.charted.draw(this.#chart);
  }
}

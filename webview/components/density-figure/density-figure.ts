import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { densityElements, densityLayout } from "../../charts/density-plot";
import type { DensityCurve } from "../../state/spectrum";
import { shared } from "../../styles/shared";
import { DrawingController } from "../drawing-controller";
import type { Drawing } from "../drawing-controller";
import { ThemeController } from "../theme-controller";

/** The spectral density on a canvas. */
@customElement("density-figure")
export class DensityFigure extends LitElement {
  static override styles = [
    shared,
    css`
      .canvas {
        width: 100%;
        overflow: hidden;
      }
    `,
  ];

  @property({ attribute: false }) curve!: DensityCurve;
  /** Smallest and largest eigenvalue. */
  @property({ attribute: false }) ends: readonly [number, number] = [0, 0];
  /** In words, for assistive technology. */
  @property() summary = "";
  @query(".canvas") private canvas!: HTMLElement;

  #theme = new ThemeController(this);
  #key: readonly unknown[] = [];
  #drawing?: Drawing;

  constructor() {
    super();
    new DrawingController(
      this,
      () => this.canvas,
      (width) => this.#draw(width),
    );
  }

  #draw(width: number): Drawing {
    const { curve, ends } = this;
    const { theme } = this.#theme;
    const key = [curve, ...ends, theme, width];
    if (this.#drawing && key.every((part, k) => part === this.#key[k])) return this.#drawing;
    this.#key = key;
    const { plot, height } = densityLayout(width);
    return (this.#drawing = { width, height, elements: densityElements({ curve, ends, plot, theme }) });
  }

  override render() {
    return html`<div class="canvas" role="img" aria-label=${this.summary}></div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "density-figure": DensityFigure;
  }
}

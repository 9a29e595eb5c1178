import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { FigureTheme } from "../../charts/theme";
import { shared } from "../../styles/shared";
import { DrawingController } from "../drawing-controller";
import type { Drawing } from "../drawing-controller";
import { ThemeController } from "../theme-controller";

/** A figure that is only looked at, drawn by a function of its width. */
@customElement("drawn-figure")
export class DrawnFigure extends LitElement {
  static override styles = [
    shared,
    css`
      .canvas {
        width: 100%;
        overflow: hidden;
      }
    `,
  ];

  /** What is drawn; the drawing is made anew when it is another object. */
  @property({ attribute: false }) data: unknown;
  @property({ attribute: false }) draw!: (width: number, theme: FigureTheme) => Drawing;
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
      (width) => this.#drawn(width),
    );
  }

  #drawn(width: number): Drawing {
    const { theme } = this.#theme;
    const key = [this.data, theme, width];
    if (this.#drawing && key.every((part, k) => part === this.#key[k])) return this.#drawing;
    this.#key = key;
    return (this.#drawing = this.draw(width, theme));
  }

  override render() {
    return html`<div class="canvas" role="img" aria-label=${this.summary}></div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "drawn-figure": DrawnFigure;
  }
}

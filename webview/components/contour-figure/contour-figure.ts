import type { PropertyValues } from "lit";
import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { createChart } from "../../charts/chart";
import type { Chart } from "../../charts/chart";
import { figureOption } from "../../charts/figure";
import type { FigureInput } from "../../charts/figure";
import type { Box } from "../../charts/labels";
import { contains, figureLayout, projection } from "../../charts/layout";
import type { FigureLayout } from "../../charts/layout";
import { Overlay } from "../../charts/overlay";
import type { Cursor } from "../../state/cursor";
import { pointerCursor, steppedCursor } from "../../state/cursor";
import { fieldOf } from "../../state/field";
import type { MapMarks } from "../../state/marks";
import type { RunData } from "../../state/model";
import { defaultView } from "../../state/view";
import type { PlaneWindow } from "../../state/window";
import { movedTo, shareOf, wholePlane, zoomed } from "../../state/window";
import { summaryOf } from "../../state/summary";
import { shared } from "../../styles/shared";
import { ThemeController } from "../theme-controller";
import { dragBox, smallestDrag } from "./drag";
import { figureInput, sameInput } from "./input";
import { figureIntent } from "./keys";

/** Within this many pixels the cursor stands on a grid point, so that the numbers shown are the grid's own. */
const cursorReach = 12;
const unknownPlane: PlaneWindow = { x: [-1, 1], y: [-1, 1] };

/**
 * The contour map on a canvas. It keeps no state of its own besides the drawing: the cursor and the shown window
 * come from outside, and every wish to change them is an event.
 * @fires figure-cursor the cursor was moved, pinned or freed (`detail`: Cursor or undefined)
 * @fires figure-window a zoom (`detail`: PlaneWindow, undefined for the whole plane)
 * @fires figure-copy the picture is to be copied
 */
@customElement("contour-figure")
export class ContourFigure extends LitElement {
  static override styles = [
    shared,
    css`
      .canvas {
        width: 100%;
        position: relative;
        overflow: hidden;
        touch-action: pan-y;
        user-select: none;
      }

      .canvas[data-inside] > * {
        cursor: crosshair !important;
      }
    `,
  ];

  /** Absent before a run is known: the frame alone is drawn. */
  @property({ attribute: false }) run?: RunData;
  @property({ attribute: false }) view = defaultView;
  @property({ attribute: false }) cursor?: Cursor;
  @property({ attribute: false }) marks?: MapMarks;
  /** The part of the plane that is shown, when not the whole. */
  @property({ attribute: false }) window?: PlaneWindow;
  @query(".canvas") private canvas!: HTMLElement;

  #theme = new ThemeController(this);
  #resize = new ResizeObserver(() => this.requestUpdate());
  #chart?: Chart;
  #overlay?: Overlay;
  #drawn?: FigureInput;
  #layout?: FigureLayout;
  #framePending = false;
  #fontsReady = false;
  #drag?: { readonly start: { x: number; y: number }; readonly box: Box };
  #press?: { readonly x: number; readonly y: number };

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#requestDraw);
    // Text that is measured before its font has arrived stays at the wrong width.
    void document.fonts.ready.then(() => {
      this.#fontsReady = true;
      this.#requestDraw();
    });
    if (this.hasUpdated) this.#resize.observe(this.canvas);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#requestDraw);
    this.#resize.disconnect();
    this.#chart?.dispose();
    this.#chart = undefined;
    this.#overlay = undefined;
    this.#drawn = undefined;
  }

  /** Layout of what is on the canvas, for those who place something on it. */
  get layout(): FigureLayout | undefined {
    return this.#layout;
  }

  override render() {
    const label = this.run ? summaryOf(this.run, this.view.metric, this.view.split) : strings.emptyFigure;
    return html`
      <div
        class="canvas"
        role="img"
        tabindex=${this.run ? "0" : "-1"}
        aria-label=${label}
        aria-describedby="keys"
        @pointermove=${this.#onMove}
        @pointerleave=${this.#onLeave}
        @pointerdown=${this.#onPress}
        @pointerup=${this.#onRelease}
        @pointercancel=${this.#onAbort}
        @dblclick=${this.#onDoubleClick}
        @keydown=${this.#onKey}
      ></div>
      <span id="keys" class="spoken">${strings.figureKeys}</span>
    `;
  }

  protected override firstUpdated(): void {
    this.#resize.observe(this.canvas);
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.#measure();
    if (changed.size > 0 || this.#chart || this.run === undefined) this.#requestDraw();
  }

  get #whole(): PlaneWindow {
    return this.run ? wholePlane(this.run.header.x, this.run.header.y) : unknownPlane;
  }

  get #shown(): PlaneWindow {
    return this.window ?? this.#whole;
  }

  /** Reserves the height at once, so that what is below does not jump when the drawing comes. */
  #measure(): void {
    const width = this.canvas.clientWidth;
    if (width === 0) return;
    const layout = figureLayout(width, this.#whole, this.#shown, { profiles: this.view.profiles });
    const same = this.#layout && JSON.stringify(this.#layout) === JSON.stringify(layout);
    if (same) return;
    this.#layout = layout;
    this.canvas.style.setProperty("height", `${layout.height}px`);
  }

  #requestDraw = () => {
    if (this.#framePending) return;
    this.#framePending = true;
    requestAnimationFrame(() => {
      this.#framePending = false;
      this.#draw();
    });
  };

  #draw(): void {
    if (document.hidden || !this.isConnected || !this.#layout || !this.#fontsReady) return;
    const layout = this.#layout;
    if (!this.#chart) {
      this.#chart = createChart(this.canvas, { width: layout.width, height: layout.height });
      this.#overlay = new Overlay(this.#chart);
    }
    const input = figureInput({
      run: this.run,
      view: this.view,
      layout,
      window: this.#shown,
      theme: this.#theme.theme,
      cursor: this.cursor,
      marks: this.marks,
    });
    if (!this.#drawn || !sameInput(this.#drawn, input)) {
      if (this.#drawn?.layout !== layout) this.#chart.resize({ width: layout.width, height: layout.height });
      // Merging would leave elements of the last drawing where the new one has fewer.
      this.#chart.clear();
      this.#chart.setOption(figureOption(input));
      this.#drawn = input;
    }
    this.#overlay?.draw({ ...input, cursor: this.cursor, drag: this.#drag?.box });
  }

  #emit(name: "figure-cursor" | "figure-window" | "figure-copy", detail?: Cursor | PlaneWindow): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #pixel(event: MouseEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** The cursor for a pixel of the plot. */
  #cursorAt(pixel: { x: number; y: number }): Cursor | undefined {
    if (!this.run || !this.#layout || !contains(this.#layout.plot, pixel.x, pixel.y)) return undefined;
    const project = projection(this.#layout.plot, this.#shown);
    const reach = [
      Math.abs(project.alpha(cursorReach) - project.alpha(0)),
      Math.abs(project.beta(cursorReach) - project.beta(0)),
    ] as const;
    return pointerCursor(
      fieldOf(this.run, this.view.metric, this.view.split),
      project.alpha(pixel.x),
      project.beta(pixel.y),
      reach,
    );
  }

  #onMove = (event: PointerEvent) => {
    const pixel = this.#pixel(event);
    const cursor = this.#cursorAt(pixel);
    this.canvas.toggleAttribute("data-inside", cursor !== undefined);
    if (this.#press && this.#layout) {
      const box = dragBox(this.#press, pixel, this.#layout.plot);
      this.#drag = Math.max(box.width, box.height) >= smallestDrag ? { start: this.#press, box } : undefined;
      this.#requestDraw();
      return;
    }
    if (!this.cursor?.pinned && (cursor || this.cursor)) this.#emit("figure-cursor", cursor);
  };

  #onLeave = () => {
    this.canvas.removeAttribute("data-inside");
    if (!this.#press && this.cursor && !this.cursor.pinned) this.#emit("figure-cursor");
  };

  #onPress = (event: PointerEvent) => {
    const pixel = this.#pixel(event);
    if (event.button !== 0 || !this.#cursorAt(pixel)) return;
    this.#press = pixel;
    this.canvas.setPointerCapture(event.pointerId);
  };

  #onRelease = (event: PointerEvent) => {
    if (!this.#press || !this.#layout) return;
    const drag = this.#drag;
    const cursor = this.#cursorAt(this.#press);
    this.#onAbort();
    if (!drag) {
      if (cursor && event.detail < 2) this.#emit("figure-cursor", { ...cursor, pinned: true });
      return;
    }
    const project = projection(this.#layout.plot, this.#shown);
    const share = (drag.box.width / this.#layout.plot.width) * shareOf(this.#whole, this.#shown);
    const alpha = project.alpha(drag.box.x + drag.box.width / 2);
    const beta = project.beta(drag.box.y + drag.box.height / 2);
    this.#emit("figure-window", zoomed(this.#whole, share, alpha, beta));
  };

  #onAbort = () => {
    this.#press = undefined;
    this.#drag = undefined;
    this.#requestDraw();
  };

  /** The first of its two clicks has pinned the cursor; that is taken back. */
  #onDoubleClick = () => {
    this.#emit("figure-cursor");
    this.#emit("figure-window");
  };

  #onKey = (event: KeyboardEvent) => {
    const intent = this.run && figureIntent(event);
    if (!intent) return;
    event.preventDefault();
    const field = fieldOf(this.run!, this.view.metric, this.view.split);
    const from = this.cursor ?? { alpha: 0, beta: 0, pinned: false, spoken: true };
    switch (intent.kind) {
      case "move":
        return this.#place(steppedCursor(field, from, intent.columns, intent.rows));
      case "home":
        return this.#place({ alpha: 0, beta: 0, pinned: from.pinned, spoken: true });
      case "pin":
        return this.#emit("figure-cursor", { ...from, pinned: true, spoken: true });
      case "free":
        return this.#emit("figure-cursor");
      case "zoom": {
        const share = shareOf(this.#whole, this.#shown) * intent.factor;
        return this.#emit("figure-window", zoomed(this.#whole, share, from.alpha, from.beta));
      }
      case "reset":
        return this.#emit("figure-window");
      case "copy":
        return this.#emit("figure-copy");
    }
  };

  /** A cursor moved by the keyboard stays in sight. */
  #place(cursor: Cursor): void {
    this.#emit("figure-cursor", cursor);
    if (!this.window) return;
    const moved = movedTo(this.window, cursor.alpha, cursor.beta);
    if (moved !== this.window) this.#emit("figure-window", moved);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "contour-figure": ContourFigure;
  }
}

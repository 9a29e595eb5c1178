import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { redraw } from "../../charts/chart";
import type { Chart } from "../../charts/chart";
import { figureOption, numberWidths } from "../../charts/figure";
import type { FigureInput } from "../../charts/figure";
import type { Box } from "../../../server/drawing/box";
import { contains, figureLayout, projection } from "../../charts/layout";
import type { FigureLayout } from "../../charts/layout";
import { Overlay } from "../../charts/overlay";
import type { Cursor } from "../../state/cursor";
import { pointerCursor, steppedCursor } from "../../state/cursor";
import { fieldOf } from "../../state/field";
import type { FinerRun } from "../../state/finer-runs";
import type { MapMarks } from "../../state/marks";
import type { RunData } from "../../state/model";
import { defaultView } from "../../state/view";
import type { PlaneWindow } from "../../state/window";
import { movedTo, panned, shareOf, tidied, wholePlane, zoomed, zoomedAt } from "../../state/window";
import { summaryOf } from "../../state/summary";
import { strings as texts } from "../../strings/contour";
import { canvasStyles } from "../../styles/canvas";
import { shared } from "../../styles/shared";
import { ChartController } from "../chart-controller";
import "../context-menu/context-menu";
import { emit } from "../events";
import "../region-bar/region-bar";
import { ThemeController } from "../theme-controller";
import { figureStyles } from "./contour-figure.styles";
import "./finer-outlines";
import type { FinerOutlines } from "./finer-outlines";
import { figureInput, sameInput } from "./input";
import { figureIntent } from "./keys";
import { mapMenu } from "./menu";
import type { MapMenuActions } from "./menu";
import { barPlace, boxOf, heldIn, windowOf } from "./places";
import { Scenes } from "./scenes";
import { PointerControl, wheelFactor } from "./pointer";
import type { Place } from "./pointer";

/** Within this many pixels the cursor stands on a grid point, so that the numbers shown are the grid's own. */
const cursorReach = 12;
const unknownPlane: PlaneWindow = { x: [-1, 1], y: [-1, 1] };

/**
 * The contour map on a canvas. It keeps no state of its own besides the drawing: the cursor and the shown window
 * come from outside, and every wish to change them is an event.
 * @fires figure-cursor the cursor was moved, pinned or freed (`detail`: Cursor or undefined)
 * @fires figure-window a zoom (`detail`: PlaneWindow, undefined for the whole plane)
 * @fires figure-copy the picture is to be copied
 * @fires measure-region a rectangle is to be measured on a grid of its own (bubbles)
 * @fires centre-here a place is to become the centre of a plane of its own (bubbles)
 */
@customElement("contour-figure")
export class ContourFigure extends LitElement {
  static override styles = [shared, canvasStyles, figureStyles];

  /** Absent before a run is known: the frame alone is drawn. */
  @property({ attribute: false }) run?: RunData;
  @property({ attribute: false }) view = defaultView;
  @property({ attribute: false }) cursor?: Cursor;
  @property({ attribute: false }) marks?: MapMarks;
  /** Runs that were measured inside of the plane. */
  @property({ attribute: false }) finer: readonly FinerRun[] = [];
  /** The part of the plane that is shown, when not the whole. */
  @property({ attribute: false }) window?: PlaneWindow;
  @query(".canvas") private canvas!: HTMLElement;
  @query("finer-outlines") private outlines?: FinerOutlines;

  #theme = new ThemeController(this);
  #chart = new ChartController(this, () => this.canvas, {
    size: () => this.#layout,
    draw: (chart) => this.#draw(chart, this.#layout!),
    gone: () => {
      this.#overlay = undefined;
      this.#drawn = undefined;
    },
  });
  #overlay?: Overlay;
  #drawn?: FigureInput;
  #layout?: FigureLayout;
  #scenes = new Scenes(() => this.#chart.request());
  #drag?: Box;
  /** The rectangle that was dragged last, as long as something may be done with it. */
  @state() private region?: PlaneWindow;
  /** Where the menu is open, in pixels and as a place of the plane. */
  @state() private menu?: { readonly at: Place; readonly cursor: Cursor };
  #pointer = new PointerControl({
    surroundings: () => this.#layout && { plot: this.#layout.plot, zoomed: this.window !== undefined },
    place: (event) => this.#pixel(event),
    hits: (place) => this.#cursorAt(place) !== undefined,
    hover: (place) => this.#hover(place),
    click: (place) => this.#click(place),
    dragging: (box) => {
      if (this.#drag === box) return;
      this.#drag = box;
      this.region = undefined;
      this.#chart.request();
    },
    selected: (box) => (this.region = windowOf(box, this.#layout!, this.#shown)),
    pan: (by) => this.#pan(by),
    pinch: (factor, around) => this.#zoom(factor, around),
  });

  /** Layout of what is on the canvas, for those who place something on it. */
  get layout(): FigureLayout | undefined {
    return this.#layout;
  }

  override render() {
    const label = this.run ? summaryOf(this.run, this.view.metric, this.view.split) : strings.emptyFigure;
    return html`
      <div class="frame">
        <div
          class="canvas"
          role="img"
          tabindex=${this.run ? "0" : "-1"}
          aria-label=${label}
          aria-describedby="keys"
          ?data-zoomed=${this.window !== undefined}
          @pointermove=${(event: PointerEvent) => this.#pointer.move(event)}
          @pointerleave=${() => this.#pointer.leave()}
          @pointerdown=${(event: PointerEvent) => this.#pointer.down(event)}
          @pointerup=${(event: PointerEvent) => this.#pointer.up(event)}
          @pointercancel=${(event: PointerEvent) => this.#pointer.cancel(event)}
          @dblclick=${this.#onDoubleClick}
          @contextmenu=${this.#onMenu}
          @keydown=${this.#onKey}
        ></div>
        ${this.finer.length > 0 ? html`<finer-outlines .runs=${this.finer}></finer-outlines>` : nothing}
        ${
          this.region && this.run
            ? html`<region-bar
                .points=${[this.run.header.x.length, this.run.header.y.length] as const}
                @region-zoom=${() => this.#zoomTo(this.region)}
                @region-measure=${() => this.#measureRegion(this.region)}
                @region-close=${() => this.#discard()}
              ></region-bar>`
            : nothing
        }
        ${
          this.menu
            ? html`<context-menu
                label=${texts.mapMenu}
                .items=${mapMenu(this.#menuActions(this.menu.cursor))}
                @context-close=${(event: CustomEvent<boolean>) => {
                  this.menu = undefined;
                  if (event.detail) this.canvas.focus();
                }}
              ></context-menu>`
            : nothing
        }
      </div>
      <span id="keys" class="spoken">${texts.figureKeys}</span>
    `;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (changed.has("window") || (before && before.header.id !== this.run?.header.id)) {
      this.region = undefined;
      this.menu = undefined;
    }
  }

  protected override firstUpdated(): void {
    // Lit would listen passively, and the page would scroll or zoom as well.
    this.canvas.addEventListener("wheel", this.#onWheel, { passive: false });
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.#measure();
    if (this.outlines) Object.assign(this.outlines, { layout: this.#layout, shown: this.#shown });
    if (changed.size > 0 || this.#chart.exists || this.run === undefined) this.#chart.request();
    const canvas = () => this.canvas.getBoundingClientRect();
    this.#placeOver(
      "region-bar",
      (size) => this.region && this.#layout && barPlace(boxOf(this.region, this.#layout, this.#shown), size, canvas()),
    );
    this.#placeOver("context-menu", (size) => this.menu && heldIn(this.menu.at, size, canvas()));
  }

  /** Puts an element over the canvas as soon as its size is known. */
  #placeOver(name: "region-bar" | "context-menu", place: (size: DOMRect) => Place | undefined): void {
    const element = this.renderRoot.querySelector<LitElement>(name);
    if (!element) return;
    void element.updateComplete.then(() => {
      const at = place(element.getBoundingClientRect());
      if (!at) return;
      element.style.setProperty("left", `${at.x}px`);
      element.style.setProperty("top", `${at.y}px`);
    });
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
    const { metric, split, profiles } = this.view;
    const numbers = this.run && numberWidths(fieldOf(this.run, metric, split), this.view, this.#theme.theme);
    const layout = figureLayout(width, this.#whole, this.#shown, { profiles, numbers });
    const same = this.#layout && JSON.stringify(this.#layout) === JSON.stringify(layout);
    if (same) return;
    this.#layout = layout;
    this.canvas.style.setProperty("height", `${layout.height}px`);
  }

  #draw(chart: Chart, layout: FigureLayout): void {
    this.#overlay ??= new Overlay(chart);
    const { run, view } = this;
    const input = figureInput({
      run,
      view,
      scene: run && this.#scenes.next(fieldOf(run, view.metric, view.split), view),
      layout,
      window: this.#shown,
      theme: this.#theme.theme,
      cursor: this.cursor,
      marks: this.marks,
    });
    if (!this.#drawn || !sameInput(this.#drawn, input)) {
      redraw(chart, figureOption(input), layout);
      this.#drawn = input;
    }
    const drag = this.#drag ?? (this.region && boxOf(this.region, layout, this.#shown));
    this.#overlay.draw({ ...input, cursor: this.cursor, drag });
    // In this frame, not in the next one, in which ECharts would paint by itself.
    chart.getZr().flush();
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

  #hover(place: Place | undefined): void {
    const cursor = place && this.#cursorAt(place);
    this.canvas.toggleAttribute("data-inside", cursor !== undefined);
    if (!this.cursor?.pinned && (cursor || this.cursor)) this.#emit("figure-cursor", cursor);
  }

  #click(place: Place): void {
    const cursor = this.#cursorAt(place);
    if (cursor) this.#emit("figure-cursor", { ...cursor, pinned: true });
  }

  #zoomTo(region: PlaneWindow | undefined): void {
    if (!region) return;
    const [alpha, beta] = [(region.x[0] + region.x[1]) / 2, (region.y[0] + region.y[1]) / 2];
    this.#emit("figure-window", zoomed(this.#whole, shareOf(this.#whole, region), alpha, beta));
    this.canvas.focus();
  }

  /** Asks for a region to be measured on a grid of its own: that which is selected, otherwise that which is shown. */
  #measureRegion(region: PlaneWindow | undefined): void {
    const asked = region ?? (this.window && tidied(this.window));
    if (asked) emit(this, "measure-region", asked);
    this.#discard();
  }

  #discard(): void {
    this.region = undefined;
    this.canvas.focus();
  }

  #centreOn(cursor: Cursor | undefined): void {
    if (cursor) emit(this, "centre-here", { alpha: cursor.alpha, beta: cursor.beta });
  }

  #zoom(factor: number, around: Place): void {
    if (!this.#layout) return;
    const project = projection(this.#layout.plot, this.#shown);
    const [alpha, beta] = [project.alpha(around.x), project.beta(around.y)];
    const window = zoomedAt(this.#whole, this.#shown, factor, alpha, beta);
    if (window || this.window) this.#emit("figure-window", window);
  }

  #pan(by: Place): void {
    if (!this.#layout || !this.window) return;
    const project = projection(this.#layout.plot, this.window);
    const moved = panned(
      this.#whole,
      this.window,
      project.alpha(0) - project.alpha(by.x),
      project.beta(0) - project.beta(by.y),
    );
    if (moved !== this.window) this.#emit("figure-window", moved);
  }

  /** A wheel alone scrolls the page, as over any other part of it; with Ctrl or Cmd, or as a pinch, it zooms. */
  #onWheel = (event: WheelEvent) => {
    const place = this.#pixel(event);
    if (!(event.ctrlKey || event.metaKey) || !this.#cursorAt(place)) return;
    event.preventDefault();
    this.#zoom(wheelFactor(event), place);
  };

  #onMenu = (event: MouseEvent) => {
    if (!this.run || !this.#layout) return;
    event.preventDefault();
    // The keyboard's menu key comes without a place: it is about the cursor.
    const byKeyboard = event.button !== 2 && event.detail === 0;
    const project = projection(this.#layout.plot, this.#shown);
    const atCursor = this.cursor ?? { alpha: 0, beta: 0, pinned: false, spoken: false };
    const at = byKeyboard ? { x: project.x(atCursor.alpha), y: project.y(atCursor.beta) } : this.#pixel(event);
    const cursor = byKeyboard ? atCursor : this.#cursorAt(at);
    this.menu = cursor && { at, cursor };
  };

  #menuActions(cursor: Cursor): MapMenuActions {
    const half = () => zoomed(this.#whole, shareOf(this.#whole, this.#shown) / 2, cursor.alpha, cursor.beta);
    return {
      zoomIn: () => this.#emit("figure-window", half()),
      reset: this.window && (() => this.#emit("figure-window")),
      measureRegion: this.region && (() => this.#measureRegion(this.region)),
      measureShown: this.window && (() => this.#measureRegion(undefined)),
      centre: () => this.#centreOn(cursor),
      pin: () => this.#emit("figure-cursor", { ...cursor, pinned: true, spoken: true }),
      copy: () => this.#emit("figure-copy"),
    };
  }

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
        return this.region ? this.#discard() : this.#emit("figure-cursor");
      case "measure":
        return this.#measureRegion(this.region);
      case "centre":
        return this.#centreOn(this.cursor);
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

import type { PropertyValues } from "lit";
import { html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { Chart } from "../../charts/chart";
import { coloursOf } from "../../charts/colours";
import { compareLayout } from "../../charts/compare/layout";
import type { CompareLayout, TileLayout } from "../../charts/compare/layout";
import { compareOption, figureLayoutOf } from "../../charts/compare/option";
import type { CompareInput, Tile } from "../../charts/compare/option";
import type { Box } from "../../../server/drawing/box";
import { contains, projection } from "../../charts/layout";
import { Overlay } from "../../charts/overlay";
import type { Cursor } from "../../state/cursor";
import { pointerCursor, steppedCursor } from "../../state/cursor";
import type { Field } from "../../state/field";
import { defaultView } from "../../state/view";
import type { PlaneWindow } from "../../state/window";
import { movedTo, shareOf, zoomed } from "../../state/window";
import { compareStrings } from "../../strings/compare";
import { canvasStyles } from "../../styles/canvas";
import { shared } from "../../styles/shared";
import { dragBox, smallestDrag } from "../contour-figure/drag";
import { figureIntent } from "../contour-figure/keys";
import { ChartController } from "../chart-controller";
import { ThemeController } from "../theme-controller";
import { figureStyles } from "./compare-figure.styles";
import "./tile-heads";
import type { TileHeads } from "./tile-heads";
import type { TileContent } from "./tiles";

/** Within this many pixels the cursor stands on a grid point, so that the numbers shown are the grid's own. */
const cursorReach = 8;

/**
 * Maps side by side on one canvas, under titles that are text of the page. It keeps no state besides the drawing.
 * @fires figure-cursor the cursor of all tiles was moved, pinned or freed (`detail`: Cursor or undefined)
 * @fires figure-window a zoom of all tiles (`detail`: PlaneWindow, undefined for all there is)
 * @fires figure-copy the picture is to be copied
 */
@customElement("compare-figure")
export class CompareFigure extends LitElement {
  static override styles = [shared, canvasStyles, figureStyles];

  @property({ attribute: false }) contents: readonly TileContent[] = [];
  /** The part of the plane that all runs have. */
  @property({ attribute: false }) whole!: PlaneWindow;
  @property({ attribute: false }) view = defaultView;
  @property({ type: Boolean }) sameScale = true;
  @property({ attribute: false }) cursor?: Cursor;
  @property({ attribute: false }) window?: PlaneWindow;
  /** What the figure shows, in a sentence or two. */
  @property() label = "";
  @query(".canvas") private canvas!: HTMLElement;
  @query("tile-heads") private heads!: TileHeads;

  #theme = new ThemeController(this);
  #chart = new ChartController(this, () => this.canvas, {
    size: () => this.#layout,
    draw: (chart) => this.#draw(chart, this.#layout!),
    gone: () => {
      this.#overlays = [];
      this.#drawnFor = [];
    },
  });
  #overlays: Overlay[] = [];
  #tiles: readonly Tile[] = [];
  #drawnFor: readonly unknown[] = [];
  #tilesFor: readonly unknown[] = [];
  #layout?: CompareLayout;
  #press?: { readonly tile: number; readonly at: { readonly x: number; readonly y: number } };
  #drag?: { readonly tile: number; readonly box: Box };

  /** Layout of what is on the canvas, for those who place something on it. */
  get layout(): CompareLayout | undefined {
    return this.#layout;
  }

  override render() {
    return html`
      <div class="stage">
        <div
          class="canvas"
          role="img"
          tabindex="0"
          aria-label=${this.label}
          aria-describedby="keys"
          @pointermove=${this.#onMove}
          @pointerleave=${this.#onLeave}
          @pointerdown=${this.#onPress}
          @pointerup=${this.#onRelease}
          @pointercancel=${this.#onAbort}
          @dblclick=${this.#onDoubleClick}
          @keydown=${this.#onKey}
        ></div>
        <tile-heads .contents=${this.contents} .cursor=${this.cursor}></tile-heads>
      </div>
      <span id="keys" class="spoken">${compareStrings.figureKeys}</span>
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.#measure();
    if (changed.size > 0 || this.#chart.exists) this.#chart.request();
  }

  get #shown(): PlaneWindow {
    return this.window ?? this.whole;
  }

  /** Reserves the height at once and puts the titles where the maps will be, so that nothing jumps when they come. */
  #measure(): void {
    const width = this.canvas.clientWidth;
    if (width === 0) return;
    const layout = compareLayout({
      width,
      ownBars: this.contents.map(({ difference }) => difference || !this.sameScale),
      window: this.#shown,
    });
    if (JSON.stringify(this.#layout) !== JSON.stringify(layout)) {
      this.#layout = layout;
      this.canvas.style.setProperty("height", `${layout.height}px`);
      this.heads.layout = layout;
    }
  }

  #draw(chart: Chart, layout: CompareLayout): void {
    while (this.#overlays.length < layout.tiles.length) this.#overlays.push(new Overlay(chart));
    const { theme } = this.#theme;
    const { contents, view } = this;
    const tilesFor = [contents, view, theme];
    if (!same(this.#tilesFor, tilesFor)) {
      this.#tiles = contents.map(({ scene, centre, lower, difference }): Tile => {
        const colours = coloursOf(difference ? { ...view, split: "difference" } : view, theme.dark);
        return { scene, centre, lower, colours };
      });
      this.#tilesFor = tilesFor;
    }
    const pinned = this.cursor?.pinned ? this.cursor : undefined;
    const input: CompareInput = {
      layout,
      tiles: this.#tiles,
      window: this.#shown,
      theme,
      metric: view.metric,
      fill: view.fill,
      points: view.measuredPoints,
      pinned,
    };
    const drawnFor = [layout, this.#tiles, ...input.window.x, ...input.window.y, theme, pinned?.alpha, pinned?.beta];
    if (!same(this.#drawnFor, drawnFor)) {
      chart.resize({ width: layout.width, height: layout.height });
      // Merging would leave elements of the last drawing where the new one has fewer.
      chart.clear();
      chart.setOption(compareOption(input));
      this.#drawnFor = drawnFor;
    }
    this.#overlays.forEach((overlay, index) => {
      const place = layout.tiles[index];
      const scene = this.#tiles[index]?.scene;
      overlay.draw({
        layout: figureLayoutOf(layout, place ?? layout.tiles[0]!),
        window: input.window,
        theme,
        cursor: place && scene ? this.cursor : undefined,
        drag: this.#drag?.tile === index ? this.#drag.box : undefined,
      });
    });
  }

  #emit(name: "figure-cursor" | "figure-window" | "figure-copy", detail?: Cursor | PlaneWindow): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #pixel(event: MouseEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** The tile that a pixel belongs to and that has something to read. */
  #tileAt(pixel: { x: number; y: number }): number {
    const tiles: readonly TileLayout[] = this.#layout?.tiles ?? [];
    return tiles.findIndex(({ plot }, index) => this.contents[index]?.field && contains(plot, pixel.x, pixel.y));
  }

  #cursorAt(pixel: { x: number; y: number }): Cursor | undefined {
    const tile = this.#tileAt(pixel);
    const field = this.contents[tile]?.field;
    if (!field || !this.#layout) return undefined;
    const project = projection(this.#layout.tiles[tile]!.plot, this.#shown);
    const reach = [
      Math.abs(project.alpha(cursorReach) - project.alpha(0)),
      Math.abs(project.beta(cursorReach) - project.beta(0)),
    ] as const;
    return pointerCursor(field, project.alpha(pixel.x), project.beta(pixel.y), reach);
  }

  #onMove = (event: PointerEvent) => {
    const pixel = this.#pixel(event);
    if (this.#press && this.#layout) {
      const { tile, at } = this.#press;
      const box = dragBox(at, pixel, this.#layout.tiles[tile]!.plot);
      this.#drag = Math.max(box.width, box.height) >= smallestDrag ? { tile, box } : undefined;
      this.#chart.request();
      return;
    }
    const cursor = this.#cursorAt(pixel);
    this.canvas.toggleAttribute("data-inside", cursor !== undefined);
    if (!this.cursor?.pinned && (cursor || this.cursor)) this.#emit("figure-cursor", cursor);
  };

  #onLeave = () => {
    this.canvas.removeAttribute("data-inside");
    if (!this.#press && this.cursor && !this.cursor.pinned) this.#emit("figure-cursor");
  };

  #onPress = (event: PointerEvent) => {
    const at = this.#pixel(event);
    const tile = this.#tileAt(at);
    if (event.button !== 0 || tile < 0) return;
    this.#press = { tile, at };
    this.canvas.setPointerCapture(event.pointerId);
  };

  #onRelease = (event: PointerEvent) => {
    if (!this.#press || !this.#layout) return;
    const drag = this.#drag;
    const { tile, at } = this.#press;
    this.#onAbort();
    if (!drag) {
      const cursor = this.#cursorAt(at);
      if (cursor && event.detail < 2) this.#emit("figure-cursor", { ...cursor, pinned: true });
      return;
    }
    const { plot } = this.#layout.tiles[tile]!;
    const project = projection(plot, this.#shown);
    const { whole } = this;
    const share = (drag.box.width / plot.width) * shareOf(whole, this.#shown);
    const alpha = project.alpha(drag.box.x + drag.box.width / 2);
    const beta = project.beta(drag.box.y + drag.box.height / 2);
    this.#emit("figure-window", zoomed(whole, share, alpha, beta));
  };

  #onAbort = () => {
    this.#press = undefined;
    this.#drag = undefined;
    this.#chart.request();
  };

  /** The first of its two clicks has pinned the cursor; that is taken back. */
  #onDoubleClick = () => {
    this.#emit("figure-cursor");
    this.#emit("figure-window");
  };

  /** The grid that the keyboard walks on: the first one there is. */
  get #field(): Field | undefined {
    return this.contents.find(({ field }) => field)?.field;
  }

  #onKey = (event: KeyboardEvent) => {
    const field = this.#field;
    const intent = field && figureIntent(event);
    if (!intent) return;
    event.preventDefault();
    const from = this.cursor ?? { alpha: 0, beta: 0, pinned: false, spoken: true };
    const { whole } = this;
    switch (intent.kind) {
      case "move":
        return this.#place(held(steppedCursor(field, from, intent.columns, intent.rows), whole));
      case "home":
        return this.#place({ alpha: 0, beta: 0, pinned: from.pinned, spoken: true });
      case "pin":
        return this.#emit("figure-cursor", { ...from, pinned: true, spoken: true });
      case "free":
        return this.#emit("figure-cursor");
      case "zoom": {
        const share = shareOf(whole, this.#shown) * intent.factor;
        return this.#emit("figure-window", zoomed(whole, share, from.alpha, from.beta));
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

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, index) => Object.is(each, b[index]));
}

/** A cursor inside the part of the plane that all runs have. */
function held(cursor: Cursor, { x, y }: PlaneWindow): Cursor {
  const within = (at: number, [from, to]: readonly [number, number]) => Math.min(to, Math.max(from, at));
  return { ...cursor, alpha: within(cursor.alpha, x), beta: within(cursor.beta, y) };
}

declare global {
  interface HTMLElementTagNameMap {
    "compare-figure": CompareFigure;
  }
}

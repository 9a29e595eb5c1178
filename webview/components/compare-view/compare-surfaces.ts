import type { PropertyValues } from "lit";
import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { css as written } from "../../charts/colours";
import { compareLayout } from "../../charts/compare/layout";
import type { CompareLayout } from "../../charts/compare/layout";
import { rotated } from "../../charts/surface/camera";
import type { Camera } from "../../charts/surface/camera";
import { CanvasPen } from "../../charts/surface/canvas-pen";
import type { SurfaceFigure } from "../../charts/surface/figure";
import { paintPlace } from "../../charts/surface/marks";
import { drawSurface } from "../../charts/surface/paint";
import type { Detail } from "../../charts/surface/paint";
import { pickPoint } from "../../charts/surface/pick";
import { stagingOf } from "../../charts/surface/staging";
import { contains } from "../../charts/layout";
import type { Cursor } from "../../state/cursor";
import { defaultView } from "../../state/view";
import type { PlaneWindow } from "../../state/window";
import { compareStrings } from "../../strings/compare";
import { shared } from "../../styles/shared";
import { Gestures } from "../surface-view/gestures";
import { ThemeController } from "../theme-controller";
import "./tile-heads";
import { tileFigure } from "./surfaces";
import type { TileContent } from "./tiles";

/** Radians of one press of an arrow key. */
const turn = 0.08;
/** Milliseconds without a turn after which the sheets are painted in full. */
const rest = 140;

/**
 * Surfaces side by side, all seen from the same place.
 * @fires camera-turned the camera of all tiles (`detail`: Camera, undefined for the first one)
 * @fires figure-cursor a place of all tiles is pointed at, pinned or freed (`detail`: Cursor or undefined)
 */
@customElement("compare-surfaces")
export class CompareSurfaces extends LitElement {
  static override styles = [
    shared,
    css`
      .stage {
        position: relative;
      }

      canvas {
        display: block;
        width: 100%;
        touch-action: pan-y;
        cursor: grab;
      }

      /* What follows the pointer, so that the surfaces need not be painted again. */
      canvas.places {
        position: absolute;
        inset: 0;
        pointer-events: none;
      }
    `,
  ];

  @property({ attribute: false }) contents: readonly TileContent[] = [];
  @property({ attribute: false }) view = defaultView;
  @property({ attribute: false }) whole!: PlaneWindow;
  @property({ attribute: false }) camera!: Camera;
  @property({ attribute: false }) cursor?: Cursor;
  @property({ type: Boolean }) sameScale = true;
  @property() label = "";
  @query("canvas") private canvas!: HTMLCanvasElement;
  @query("canvas.places") private places!: HTMLCanvasElement;

  #theme = new ThemeController(this);
  #resize = new ResizeObserver(() => this.requestUpdate());
  #gestures = new Gestures();
  #layout?: CompareLayout;
  #framePending = false;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #detail: Detail = "still";

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#requestDraw);
    if (this.hasUpdated) this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#requestDraw);
    clearTimeout(this.#resting);
    this.#resize.disconnect();
  }

  override render() {
    return html`
      <div class="stage">
        <canvas
          role="img"
          tabindex="0"
          aria-label=${this.label}
          aria-describedby="keys"
          @pointerdown=${this.#onPress}
          @pointermove=${this.#onMove}
          @pointerup=${this.#onRelease}
          @pointercancel=${this.#onCancel}
          @pointerleave=${this.#onLeave}
          @dblclick=${() => this.#turned(undefined)}
          @keydown=${this.#onKey}
        ></canvas>
        <canvas class="places" aria-hidden="true"></canvas>
        <tile-heads .contents=${this.contents} .layout=${this.#layout} .cursor=${this.cursor}></tile-heads>
      </div>
      <span id="keys" class="spoken">${compareStrings.surfaceKeys}</span>
    `;
  }

  protected override firstUpdated(): void {
    this.#resize.observe(this);
  }

  protected override willUpdate(): void {
    const width = this.clientWidth;
    if (width === 0) return;
    this.#layout = compareLayout({
      width,
      ownBars: this.contents.map(({ difference }) => difference || !this.sameScale),
      window: this.whole,
    });
  }

  protected override updated(changed: PropertyValues<this>): void {
    // A run that has come brings a first view of its own: nothing is being turned.
    if (changed.has("camera") && changed.get("camera") && !changed.has("contents")) this.#move();
    if (changed.size === 1 && changed.has("cursor")) this.#drawPlaces();
    else this.#requestDraw();
  }

  /** While surfaces turn they are painted roughly, and in full when they rest. */
  #move(): void {
    this.#detail = "moving";
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#detail = "still";
      this.#requestDraw();
    }, rest);
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
    const layout = this.#layout;
    if (document.hidden || !this.isConnected || !layout || !this.canvas) return;
    const context = contextOf(this.canvas, layout);
    if (!context) return;
    const { theme } = this.#theme;
    context.fillStyle = written(theme.background);
    context.fillRect(0, 0, layout.width, layout.height);
    const pen = new CanvasPen(context);
    this.contents.forEach((_, index) => {
      const figure = this.#figure(index);
      if (figure) drawSurface(pen, figure, this.#detail);
    });
    this.#drawPlaces();
  }

  /** The place of the cursor on every surface and on the map below it. */
  #drawPlaces(): void {
    const layout = this.#layout;
    const context = layout && contextOf(this.places, layout);
    if (!context) return;
    context.clearRect(0, 0, layout.width, layout.height);
    const pen = new CanvasPen(context);
    this.contents.forEach((_, index) => {
      const figure = this.cursor && this.#figure(index);
      if (figure) paintPlace(pen, { ...figure, cursor: this.cursor }, stagingOf(figure));
    });
  }

  #figure(index: number): SurfaceFigure | undefined {
    const content = this.contents[index];
    if (!content || !this.#layout) return undefined;
    return tileFigure(content, this.#layout, index, this.view, this.camera, this.#theme.theme);
  }

  #point(detail: Cursor | undefined): void {
    this.dispatchEvent(new CustomEvent<Cursor | undefined>("figure-cursor", { detail }));
  }

  /** The grid point that is seen in one of the tiles. */
  #cursorAt(event: MouseEvent): Cursor | undefined {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const index = this.#layout?.tiles.findIndex(({ plot }) => contains(plot, x, y)) ?? -1;
    const figure = this.#figure(index);
    const field = figure?.scene?.field;
    if (!field) return undefined;
    const point = pickPoint(stagingOf(figure), x, y, figure.floor);
    if (point === undefined) return undefined;
    const [alpha, beta] = [field.x[point % field.columns]!, field.y[Math.floor(point / field.columns)]!];
    return { alpha, beta, pinned: false, spoken: false };
  }

  #turned(detail: Camera | undefined): void {
    this.dispatchEvent(new CustomEvent("camera-turned", { detail }));
  }

  #onPress = (event: PointerEvent) => {
    this.#gestures.press(event.pointerId, { x: event.clientX, y: event.clientY }, event.shiftKey || event.button === 2);
    this.canvas.setPointerCapture(event.pointerId);
  };

  #onMove = (event: PointerEvent) => {
    if (!this.#gestures.active) {
      if (this.cursor?.pinned) return;
      const cursor = this.#cursorAt(event);
      if (cursor || this.cursor) this.#point(cursor);
      return;
    }
    const scale = (this.#layout?.tiles[0]?.plot.width ?? 300) / 2;
    const moved = this.#gestures.move(event.pointerId, { x: event.clientX, y: event.clientY }, this.camera, scale);
    if (moved) this.#turned(moved);
  };

  #onLeave = () => {
    if (!this.#gestures.active && this.cursor && !this.cursor.pinned) this.#point(undefined);
  };

  /** A click pins what is pointed at, and frees the cursor where nothing is. */
  #onRelease = (event: PointerEvent) => {
    const isClick = this.#gestures.active && !this.#gestures.dragged && event.button === 0 && event.detail < 2;
    this.#onCancel(event);
    if (!isClick) return;
    const cursor = this.#cursorAt(event);
    if (cursor || this.cursor?.pinned) this.#point(cursor && { ...cursor, pinned: true });
  };

  #onCancel = (event: PointerEvent) => this.#gestures.release(event.pointerId);

  #onKey = (event: KeyboardEvent) => {
    const turns: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-turn, 0],
      ArrowRight: [turn, 0],
      ArrowUp: [0, turn],
      ArrowDown: [0, -turn],
    };
    if (event.key === "Escape" && this.cursor) return this.#point(undefined);
    const by = turns[event.key];
    if (!by && event.key !== "0") return;
    event.preventDefault();
    this.#turned(by && rotated(this.camera, by[0], by[1]));
  };
}

/** What a canvas of that size is painted with, in its pixels. */
function contextOf(canvas: HTMLCanvasElement, size: CompareLayout): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.setProperty("height", `${size.height}px`);
  }
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

declare global {
  interface HTMLElementTagNameMap {
    "compare-surfaces": CompareSurfaces;
  }
}

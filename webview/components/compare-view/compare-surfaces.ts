import type { PropertyValues } from "lit";
import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { css as written } from "../../charts/colours";
import { compareLayout } from "../../charts/compare/layout";
import type { CompareLayout } from "../../charts/compare/layout";
import { rotated } from "../../charts/surface/camera";
import type { Camera } from "../../charts/surface/camera";
import { CanvasPen } from "../../charts/surface/canvas-pen";
import { drawSurface } from "../../charts/surface/paint";
import type { Detail } from "../../charts/surface/paint";
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
    `,
  ];

  @property({ attribute: false }) contents: readonly TileContent[] = [];
  @property({ attribute: false }) view = defaultView;
  @property({ attribute: false }) whole!: PlaneWindow;
  @property({ attribute: false }) camera!: Camera;
  @property({ type: Boolean }) sameScale = true;
  @property() label = "";
  @query("canvas") private canvas!: HTMLCanvasElement;

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
          @pointercancel=${this.#onRelease}
          @dblclick=${() => this.#turned(undefined)}
          @keydown=${this.#onKey}
        ></canvas>
        <tile-heads .contents=${this.contents} .layout=${this.#layout}></tile-heads>
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
    if (changed.has("camera") && changed.get("camera")) this.#move();
    this.#requestDraw();
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
    const context = this.canvas?.getContext("2d");
    if (document.hidden || !this.isConnected || !layout || !context) return;
    const ratio = window.devicePixelRatio;
    const [width, height] = [Math.round(layout.width * ratio), Math.round(layout.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.setProperty("height", `${layout.height}px`);
    }
    const { theme } = this.#theme;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = written(theme.background);
    context.fillRect(0, 0, layout.width, layout.height);
    const pen = new CanvasPen(context);
    this.contents.forEach((content, index) => {
      const figure = tileFigure(content, layout, index, this.view, this.camera, theme);
      if (figure) drawSurface(pen, figure, this.#detail);
    });
  }

  #turned(detail: Camera | undefined): void {
    this.dispatchEvent(new CustomEvent("camera-turned", { detail }));
  }

  #onPress = (event: PointerEvent) => {
    this.#gestures.press(event.pointerId, { x: event.clientX, y: event.clientY }, event.shiftKey || event.button === 2);
    this.canvas.setPointerCapture(event.pointerId);
  };

  #onMove = (event: PointerEvent) => {
    const scale = (this.#layout?.tiles[0]?.plot.width ?? 300) / 2;
    const moved = this.#gestures.move(event.pointerId, { x: event.clientX, y: event.clientY }, this.camera, scale);
    if (moved) this.#turned(moved);
  };

  #onRelease = (event: PointerEvent) => this.#gestures.release(event.pointerId);

  #onKey = (event: KeyboardEvent) => {
    const turns: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-turn, 0],
      ArrowRight: [turn, 0],
      ArrowUp: [0, turn],
      ArrowDown: [0, -turn],
    };
    const by = turns[event.key];
    if (!by && event.key !== "0") return;
    event.preventDefault();
    this.#turned(by && rotated(this.camera, by[0], by[1]));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "compare-surfaces": CompareSurfaces;
  }
}

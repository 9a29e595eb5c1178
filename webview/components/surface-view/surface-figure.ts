import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { between, magnified, rotated, startCamera } from "../../charts/surface/camera";
import type { Camera } from "../../charts/surface/camera";
import { CanvasPen } from "../../charts/surface/canvas-pen";
import type { SurfaceFigure } from "../../charts/surface/figure";
import { paintWalls } from "../../charts/surface/frame";
import type { GlSurface } from "../../charts/surface/gl";
import { surfaceLayout } from "../../charts/surface/layout";
import type { SurfaceLayout } from "../../charts/surface/layout";
import { drawAbove, drawBody } from "../../charts/surface/paint";
import type { Detail } from "../../charts/surface/paint";
import { pickPoint } from "../../charts/surface/pick";
import { stagingOf } from "../../charts/surface/staging";
import type { Staging } from "../../charts/surface/staging";
import type { Cursor } from "../../state/cursor";
import { origin } from "../../state/field";
import type { RunData } from "../../state/model";
import { defaultView } from "../../state/view";
import { surfaceStrings } from "../../strings/surface";
import { canvasStyles } from "../../styles/canvas";
import { shared } from "../../styles/shared";
import { wheelFactor } from "../contour-figure/pointer";
import { ThemeController } from "../theme-controller";
import { Gestures } from "./gestures";
import { sizeCanvas, SheetGraphics } from "./graphics";
import { sameBody, surfaceFigure, surfaceScene } from "./input";
import { surfaceIntent } from "./keys";
import type { RendererChoice, RendererUsed } from "./renderers";

/** Milliseconds that the way back to the first view takes. */
const resetTime = 160;
/** Milliseconds without a new camera after which the sheet is painted in full detail. */
const restTime = 140;
/** Milliseconds between two drawings of new data. */
const dataTime = 100;

/**
 * The surface on canvases: walls below, the sheet by WebGL or by the painter, axes and marks above. It keeps no state
 * besides the drawing; camera and cursor come from outside, and every wish to change them is an event.
 * @fires surface-camera (`detail`: Camera, undefined for the first view)
 * @fires surface-cursor a place is pointed at, pinned or freed (`detail`: Cursor or undefined)
 * @fires surface-renderer what the surface is drawn with has changed (`detail`: RendererUsed)
 * @fires surface-copy the picture is to be copied
 */
@customElement("surface-figure")
export class SurfaceFigureElement extends LitElement {
  static override styles = [
    shared,
    canvasStyles,
    css`
      .canvas {
        touch-action: none;
        cursor: grab;
      }

      .canvas[data-dragging] {
        cursor: grabbing;
      }

      canvas {
        position: absolute;
        left: 0;
        top: 0;
        pointer-events: none;
      }
    `,
  ];

  /** Absent before a run is known: the box alone is drawn. */
  @property({ attribute: false }) run?: RunData;
  @property({ attribute: false }) view = defaultView;
  /** Absent for the first view, which follows from the data. */
  @property({ attribute: false }) camera?: Camera;
  @property({ attribute: false }) cursor?: Cursor;
  @property({ type: Boolean }) floor = true;
  @property() renderer: RendererChoice = "auto";
  /** The sentence that says what the figure shows. */
  @property() label = "";
  @query(".canvas") private canvas!: HTMLElement;
  @query(".below") private below!: HTMLCanvasElement;
  @query(".above") private above!: HTMLCanvasElement;

  #theme = new ThemeController(this);
  #resize = new ResizeObserver(() => this.requestUpdate());
  #gestures = new Gestures();
  #layout?: SurfaceLayout;
  #figure?: SurfaceFigure;
  #detail?: Detail;
  #framePending = false;
  #fontsReady = false;
  #start?: { readonly run: string; readonly camera: Camera };
  #ease?: { readonly from: Camera; readonly began: number };
  #moved = -Infinity;
  #dataDrawn = -Infinity;
  #later?: ReturnType<typeof setTimeout>;
  #graphics = new SheetGraphics({
    place: (canvas) => this.above.before(canvas),
    changed: () => {
      this.#figure = undefined;
      this.requestUpdate();
    },
    slow: () => this.requestUpdate(),
  });

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#requestDraw);
    // Text that is drawn before its font has arrived stays in another one.
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
    clearTimeout(this.#later);
    this.#graphics.dispose();
    this.#figure = undefined;
  }

  /** What is on the canvas, for those who place something on it. */
  get staging(): Staging | undefined {
    return this.#figure && stagingOf(this.#figure);
  }

  /** The camera that is shown: the given one, or the first view. */
  get shownCamera(): Camera {
    return this.camera ?? this.#startCamera();
  }

  /** What draws with WebGL, while it does. */
  get graphics(): GlSurface | undefined {
    return this.#graphics.surface;
  }

  /** Draws everything again at once. */
  redraw(): void {
    this.#figure = undefined;
    this.#draw();
  }

  override render() {
    return html`
      <div
        class="canvas"
        role="img"
        tabindex=${this.run ? "0" : "-1"}
        aria-label=${this.label || surfaceStrings.empty}
        aria-describedby="keys"
        @pointermove=${this.#onMove}
        @pointerleave=${this.#onLeave}
        @pointerdown=${this.#onPress}
        @pointerup=${this.#onRelease}
        @pointercancel=${this.#onCancel}
        @contextmenu=${(event: Event) => event.preventDefault()}
        @keydown=${this.#onKey}
        @dblclick=${() => this.reset()}
      >
        <canvas class="below"></canvas>
        <canvas class="above"></canvas>
      </div>
      <span id="keys" class="spoken">${surfaceStrings.keys}</span>
    `;
  }

  protected override firstUpdated(): void {
    this.#resize.observe(this.canvas);
    this.canvas.addEventListener("wheel", this.#onWheel, { passive: false });
  }

  protected override updated(): void {
    const width = this.canvas.clientWidth;
    if (width > 0 && this.#layout?.width !== width) {
      this.#layout = surfaceLayout(width);
      this.canvas.style.setProperty("height", `${this.#layout.height}px`);
    }
    this.#chooseRenderer();
    this.#requestDraw();
  }

  /** The first view of a run stays as it is while the run's points arrive and another metric is chosen. */
  #startCamera(): Camera {
    const run = this.run?.header.id;
    if (this.#start && this.#start.run === run) return this.#start.camera;
    const field = this.run && surfaceScene(this.run, this.view).field;
    const camera = startCamera(field);
    const corners = field && [0, field.columns - 1, field.values.length - field.columns, field.values.length - 1];
    if (run !== undefined && corners?.every((corner) => field?.origins[corner] !== origin.unknown)) {
      this.#start = { run, camera };
    }
    return camera;
  }

  #chooseRenderer(): void {
    const used = this.#graphics.choose(this.renderer);
    if (!used) return;
    this.#figure = undefined;
    this.dispatchEvent(new CustomEvent<RendererUsed>("surface-renderer", { detail: used }));
  }

  #requestDraw = () => {
    if (this.#framePending) return;
    this.#framePending = true;
    requestAnimationFrame(() => {
      this.#framePending = false;
      this.#draw();
    });
  };

  #drawLater(milliseconds: number): void {
    clearTimeout(this.#later);
    this.#later = setTimeout(this.#requestDraw, milliseconds);
  }

  #draw(): void {
    if (document.hidden || !this.isConnected || !this.#layout || !this.#fontsReady) return;
    const now = performance.now();
    const figure = surfaceFigure({
      run: this.run,
      view: this.view,
      floor: this.floor,
      layout: this.#layout,
      camera: this.#cameraAt(now),
      theme: this.#theme.theme,
      cursor: this.cursor,
    });
    const before = this.#figure;
    // Points that arrive are merged; what the user does is shown at once.
    const onlyData = before && before.scene !== figure.scene && sameBody({ ...before, scene: figure.scene }, figure);
    if (onlyData && now - this.#dataDrawn < dataTime) return this.#drawLater(dataTime - (now - this.#dataDrawn));
    if (before?.scene !== figure.scene) this.#dataDrawn = now;
    if (before && before.camera !== figure.camera) this.#moved = now;
    const resting = now - this.#moved >= restTime;
    const detail: Detail = resting ? "still" : "moving";
    const staging = stagingOf(figure);
    if (!before || !sameBody(before, figure) || this.#detail !== detail) this.#drawBody(figure, staging, detail);
    this.#figure = figure;
    this.#detail = detail;
    this.#paint(this.above, (pen) => drawAbove(pen, figure, staging));
    if (this.#ease) this.#requestDraw();
    else if (!resting) this.#drawLater(restTime - (now - this.#moved));
  }

  #drawBody(figure: SurfaceFigure, staging: Staging, detail: Detail): void {
    const isDrawn = this.#graphics.draw(figure, staging);
    this.#paint(this.below, (pen) =>
      isDrawn ? paintWalls(pen, figure, staging) : drawBody(pen, figure, staging, detail),
    );
  }

  #paint(canvas: HTMLCanvasElement, draw: (pen: CanvasPen) => void): void {
    const { width, height } = this.#layout!;
    const [columns, rows] = [Math.floor(width * devicePixelRatio), Math.floor(height * devicePixelRatio)];
    if (canvas.width !== columns || canvas.height !== rows) {
      canvas.width = columns;
      canvas.height = rows;
    }
    sizeCanvas(canvas, this.#layout!);
    const context = canvas.getContext("2d")!;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    draw(new CanvasPen(context));
  }

  /** The camera of a frame: on its way back to the first view, or where it is. */
  #cameraAt(now: number): Camera {
    const shown = this.shownCamera;
    if (!this.#ease) return shown;
    const share = (now - this.#ease.began) / resetTime;
    if (share >= 1) this.#ease = undefined;
    return this.#ease ? between(this.#ease.from, shown, share) : shown;
  }

  #setCamera(camera: Camera): void {
    this.#ease = undefined;
    this.dispatchEvent(new CustomEvent<Camera>("surface-camera", { detail: camera }));
  }

  /** Goes back to the first view, in a short movement unless the user wants none. */
  reset(): void {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.camera && !still) this.#ease = { from: this.camera, began: performance.now() };
    this.dispatchEvent(new CustomEvent<Camera | undefined>("surface-camera", { detail: undefined }));
  }

  #setCursor(cursor: Cursor | undefined): void {
    this.dispatchEvent(new CustomEvent<Cursor | undefined>("surface-cursor", { detail: cursor }));
  }

  #pixel(event: MouseEvent): { readonly x: number; readonly y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #cursorAt(event: MouseEvent): Cursor | undefined {
    const staging = this.staging;
    if (!staging || !this.run) return undefined;
    const { x, y } = this.#pixel(event);
    const index = pickPoint(staging, x, y, this.floor);
    if (index === undefined) return undefined;
    const { header } = this.run;
    return {
      alpha: header.x[index % header.x.length]!,
      beta: header.y[Math.floor(index / header.x.length)]!,
      pinned: false,
      spoken: false,
    };
  }

  #onMove = (event: PointerEvent) => {
    if (!this.#gestures.active) {
      if (this.cursor?.pinned) return;
      const cursor = this.#cursorAt(event);
      if (cursor || this.cursor) this.#setCursor(cursor);
      return;
    }
    const scale = this.staging?.projector.scale ?? 1;
    const camera = this.#gestures.move(event.pointerId, this.#pixel(event), this.shownCamera, scale);
    if (!camera) return;
    this.canvas.toggleAttribute("data-dragging", true);
    this.#setCamera(camera);
  };

  #onLeave = () => {
    if (!this.#gestures.active && this.cursor && !this.cursor.pinned) this.#setCursor(undefined);
  };

  #onPress = (event: PointerEvent) => {
    if (!this.run || (event.button !== 0 && event.button !== 2)) return;
    this.#gestures.press(event.pointerId, this.#pixel(event), event.shiftKey || event.button === 2);
    this.canvas.setPointerCapture(event.pointerId);
  };

  #onRelease = (event: PointerEvent) => {
    if (!this.#gestures.active) return;
    const clicked = !this.#gestures.dragged && event.button === 0;
    this.#onCancel(event);
    if (!clicked || event.detail > 1) return;
    const cursor = this.#cursorAt(event);
    if (cursor || this.cursor?.pinned) this.#setCursor(cursor && { ...cursor, pinned: true });
  };

  #onCancel = (event: PointerEvent) => {
    this.#gestures.release(event.pointerId);
    this.canvas.removeAttribute("data-dragging");
  };

  /** As on the map: a wheel alone scrolls the page; with Ctrl or Cmd, or as a pinch, it zooms. */
  #onWheel = (event: WheelEvent) => {
    if (!this.run || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.#setCamera(magnified(this.shownCamera, 1 / wheelFactor(event)));
  };

  #onKey = (event: KeyboardEvent) => {
    const intent = this.run && surfaceIntent(event);
    if (!intent) return;
    event.preventDefault();
    switch (intent.kind) {
      case "rotate":
        return this.#setCamera(rotated(this.shownCamera, intent.yaw, intent.pitch));
      case "zoom":
        return this.#setCamera(magnified(this.shownCamera, intent.factor));
      case "reset":
        return this.reset();
      case "free":
        return this.#setCursor(undefined);
      case "copy":
        this.dispatchEvent(new Event("surface-copy"));
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "surface-figure": SurfaceFigureElement;
  }
}

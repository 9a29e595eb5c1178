import type { SurfaceFigure } from "../../charts/surface/figure";
import type { GlSurface } from "../../charts/surface/gl";
import type { Staging } from "../../charts/surface/staging";
import { createGlSurface, FrameWatch, rendererFor } from "./renderers";
import type { RendererChoice, RendererUsed } from "./renderers";

export interface GraphicsParts {
  /** Puts the canvas that WebGL draws on in its place. */
  readonly place: (canvas: HTMLCanvasElement) => void;
  /** Called when WebGL can draw, or cannot any more: all is to be drawn again. */
  readonly changed: () => void;
  /** Called when the frames have proved too slow. */
  readonly slow: () => void;
}

/** What draws the sheet: WebGL, loaded when it is first needed, or the painter where it is not there, slow or lost. */
export class SheetGraphics {
  #canvas?: HTMLCanvasElement;
  #gl?: GlSurface;
  #state: "none" | "loading" | "ready" | "lost" | "failed" = "none";
  #used?: RendererUsed;
  #watch = new FrameWatch();

  constructor(private readonly parts: GraphicsParts) {}

  /** What draws with WebGL, while that is chosen. */
  get surface(): GlSurface | undefined {
    return this.#used?.by === "webgl" ? this.#gl : undefined;
  }

  /** Goes by what the user wants; what the sheet is drawn with from now on, undefined where that has not changed. */
  choose(choice: RendererChoice): RendererUsed | undefined {
    const wanted = rendererFor(choice);
    if (wanted.by === "webgl" && this.#state === "none") void this.#load();
    const state = this.#state;
    const isGone = state === "lost" || state === "failed";
    const used: RendererUsed = wanted.by === "webgl" && isGone ? { by: "canvas", why: state } : wanted;
    if (this.#used?.by === used.by && this.#used.why === used.why) return undefined;
    this.#used = used;
    return used;
  }

  /** Draws the sheet with WebGL; false where the painter has to. */
  draw(figure: SurfaceFigure, staging: Staging): boolean {
    const canvas = this.#canvas;
    const surface = this.#state === "ready" ? this.surface : undefined;
    canvas?.toggleAttribute("hidden", !surface);
    if (!surface || !canvas) return false;
    sizeCanvas(canvas, figure.layout);
    const began = performance.now();
    surface.draw(figure, staging, devicePixelRatio);
    if (!this.#watch.watching || !staging.sheet) return true;
    surface.finish();
    if (this.#watch.tooSlow(performance.now() - began)) this.parts.slow();
    return true;
  }

  /** Gives everything back; it may be chosen again. */
  dispose(): void {
    this.#gl?.dispose();
    this.#canvas?.remove();
    this.#gl = this.#canvas = undefined;
    this.#state = "none";
  }

  async #load(): Promise<void> {
    const canvas = document.createElement("canvas");
    canvas.className = "gl";
    canvas.addEventListener("webglcontextlost", () => this.#enter(canvas, "lost"));
    canvas.addEventListener("webglcontextrestored", () => this.#enter(canvas, "ready"));
    this.#canvas = canvas;
    this.#state = "loading";
    try {
      const surface = await createGlSurface(canvas);
      if (this.#canvas !== canvas) return surface.dispose();
      this.#gl = surface;
      this.parts.place(canvas);
      this.#enter(canvas, "ready");
    } catch {
      this.#enter(canvas, "failed");
    }
  }

  /** A canvas that was given back says nothing any more. */
  #enter(canvas: HTMLCanvasElement, state: "ready" | "lost" | "failed"): void {
    if (this.#canvas !== canvas) return;
    this.#state = state;
    this.parts.changed();
  }
}

/** Gives a canvas its size on the page. */
export function sizeCanvas(canvas: HTMLCanvasElement, { width, height }: SurfaceFigure["layout"]): void {
  canvas.style.setProperty("width", `${width}px`);
  canvas.style.setProperty("height", `${height}px`);
}

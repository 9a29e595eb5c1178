import type { GlSurface } from "../../charts/surface/gl";

/** What a user may want the surface to be drawn with. */
export type RendererChoice = "auto" | "webgl" | "canvas";
export const rendererChoices: readonly RendererChoice[] = ["auto", "webgl", "canvas"];

/** What the surface is drawn with, and why. */
export interface RendererUsed {
  readonly by: "webgl" | "canvas";
  readonly why: "asked" | "hardware" | "none" | "software" | "slow" | "lost" | "failed";
}

/** Names of programs that draw WebGL without graphics hardware. */
const softwareNames = /swiftshader|llvmpipe|software|softpipe|microsoft basic render/i;

/** Above this many milliseconds a frame, the canvas painter is the better one. */
const slowFrame = 50;

let found: "hardware" | "software" | "none" | undefined;
let slow = false;

/** What the machine offers; found out once a page. */
export function offeredWebGl(): "hardware" | "software" | "none" {
  found ??= probe();
  return found;
}

function probe(): "hardware" | "software" | "none" {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return "none";
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const name: unknown = context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER);
  // Browsers allow few contexts at a time.
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return softwareNames.test(String(name)) ? "software" : "hardware";
}

/** The renderer for a choice on this machine, as far as it is known before the first frame. */
export function rendererFor(choice: RendererChoice, offered = offeredWebGl(), isSlow = slow): RendererUsed {
  if (choice === "canvas") return { by: "canvas", why: "asked" };
  if (offered === "none") return { by: "canvas", why: "none" };
  if (choice === "webgl") return { by: "webgl", why: "asked" };
  if (offered === "software") return { by: "canvas", why: "software" };
  return isSlow ? { by: "canvas", why: "slow" } : { by: "webgl", why: "hardware" };
}

/** Judges a renderer by its first three frames; the very first one also compiles the shaders. */
export class FrameWatch {
  #times: number[] = [];

  get watching(): boolean {
    return this.#times.length < 3;
  }

  /** Takes the milliseconds of a frame; true when the renderer has proved too slow, which the page then remembers. */
  tooSlow(milliseconds: number): boolean {
    this.#times.push(milliseconds);
    if (this.#times.length !== 3) return false;
    const [, middle] = [...this.#times].sort((a, b) => a - b);
    slow = middle! > slowFrame;
    return slow;
  }
}

/** Loads what draws with WebGL: a large part of the panel, which most panels never need. */
export async function createGlSurface(canvas: HTMLCanvasElement): Promise<GlSurface> {
  const gl = await import(/* webpackChunkName: "surface-gl" */ "../../charts/surface/gl");
  return new gl.GlSurface(canvas);
}

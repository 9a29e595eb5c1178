import { coloursOf } from "../../../webview/charts/colours";
import { sceneOf } from "../../../webview/charts/scene";
import { rotated, startCamera } from "../../../webview/charts/surface/camera";
import { CanvasPen } from "../../../webview/charts/surface/canvas-pen";
import type { SurfaceFigure } from "../../../webview/charts/surface/figure";
import { paintWalls } from "../../../webview/charts/surface/frame";
import { GlSurface } from "../../../webview/charts/surface/gl";
import { surfaceLayout } from "../../../webview/charts/surface/layout";
import { drawAbove, drawBody } from "../../../webview/charts/surface/paint";
import type { Detail } from "../../../webview/charts/surface/paint";
import { stagingOf } from "../../../webview/charts/surface/staging";
import { figureTheme } from "../../../webview/charts/theme";
import { origin } from "../../../webview/state/field";
import type { Field } from "../../../webview/state/field";
import { oracleSurface } from "../support/surface";

/** Milliseconds of the frames of a rotation: the middle one and the longest of all but the first. */
export interface FrameTimes {
  readonly median: number;
  readonly longest: number;
}

const frames = 20;
const width = 760;

function figureOf(points: number): SurfaceFigure {
  const { x, y, loss } = oracleSurface(points);
  const field: Field = {
    metric: "loss",
    split: 0,
    x,
    y,
    columns: points,
    rows: points,
    values: Float64Array.from(loss),
    origins: loss.map(() => origin.measured),
    complete: true,
  };
  return {
    scene: sceneOf(field, { scale: "auto" }),
    layout: surfaceLayout(width),
    camera: startCamera(field),
    theme: figureTheme([31, 31, 31], [204, 204, 204], "sans-serif", undefined),
    colours: coloursOf({ colours: "fathom", metric: "loss", split: 0 }, true),
    plane: { x, y },
    centre: 0.4,
    floor: true,
    labels: true,
    axes: ["α", "β"],
  };
}

/** Draws `frames` turns; `finish` waits until the pixels are there. */
function timed(points: number, draw: (figure: SurfaceFigure) => void, finish: () => void): FrameTimes {
  let figure = figureOf(points);
  const times: number[] = [];
  for (let frame = 0; frame <= frames; frame++) {
    figure = { ...figure, camera: rotated(figure.camera, 0.08, 0) };
    const began = performance.now();
    draw(figure);
    finish();
    times.push(performance.now() - began);
  }
  const sorted = times.slice(1).sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)]!, longest: sorted[sorted.length - 1]! };
}

function canvasOf(ratio: number): HTMLCanvasElement {
  const { height } = surfaceLayout(width);
  const canvas = document.createElement("canvas");
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  return canvas;
}

function penOn(canvas: HTMLCanvasElement, ratio: number): { pen: CanvasPen; finish: () => void } {
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { pen: new CanvasPen(context), finish: () => void context.getImageData(0, 0, 1, 1) };
}

/** The painter on a canvas of the processor, as the panel uses it while turning (`moving`) and at rest (`still`). */
export function painterTimes(points: number, detail: Detail, ratio: number): FrameTimes {
  const { pen, finish } = penOn(canvasOf(ratio), ratio);
  return timed(
    points,
    (figure) => {
      const staging = stagingOf(figure);
      drawBody(pen, figure, staging, detail);
      drawAbove(pen, figure, staging);
    },
    finish,
  );
}

/** Three with the canvases around it. */
export function glTimes(points: number, ratio: number): FrameTimes {
  const surface = new GlSurface(canvasOf(ratio));
  const [below, above] = [penOn(canvasOf(ratio), ratio), penOn(canvasOf(ratio), ratio)];
  const times = timed(
    points,
    (figure) => {
      const staging = stagingOf(figure);
      paintWalls(below.pen, figure, staging);
      surface.draw(figure, staging, ratio);
      drawAbove(above.pen, figure, staging);
    },
    () => {
      below.finish();
      surface.finish();
      above.finish();
    },
  );
  surface.dispose();
  return times;
}

/** The name of what draws WebGL. */
export function rendererName(): string {
  const context = document.createElement("canvas").getContext("webgl2");
  const info = context?.getExtension("WEBGL_debug_renderer_info");
  return info ? String(context!.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "no WebGL";
}

Object.assign(window, { painterTimes, glTimes, rendererName });

/// <reference types="vite/client" />
import { commands } from "@vitest/browser/context";
import pixelmatch from "pixelmatch";
import { expect, test } from "vitest";
import { coloursOf } from "../../../webview/charts/colours";
import { sceneOf } from "../../../webview/charts/scene";
import { startCamera } from "../../../webview/charts/surface/camera";
import type { Camera } from "../../../webview/charts/surface/camera";
import { CanvasPen } from "../../../webview/charts/surface/canvas-pen";
import { surfaceLayout } from "../../../webview/charts/surface/layout";
import { drawBody } from "../../../webview/charts/surface/paint";
import { stagingOf } from "../../../webview/charts/surface/staging";
import { figureTheme } from "../../../webview/charts/theme";
import type { Colour } from "../../../server/drawing/colours";
import { fieldOf } from "../../../webview/state/field";
import { runOf } from "../support/model";
import { oracleSurface } from "../support/surface";

/**
 * The painter against pictures made by it before and looked at: walls, floor map and sheet, which have no text. To make
 * them anew, run this file with VITE_UPDATE_REFERENCES=1 and look at them.
 */
const pictures = import.meta.glob<string>("../references/surface-*.png", {
  query: "?url",
  import: "default",
  eager: true,
});
/** Share of pixels that may differ: edges are smoothed differently from machine to machine. */
const tolerance = 0.01;
const width = 400;

function drawn(theme: { background: Colour; foreground: Colour }, camera: Partial<Camera>, hole: boolean): ImageData {
  const surface = oracleSurface(31);
  const loss = surface.loss.map((value, index) => (hole && index % 31 < 5 && index < 31 * 5 ? NaN : value));
  const field = fieldOf(runOf({ ...surface, loss }), "loss");
  const colours = figureTheme(theme.background, theme.foreground, "sans-serif", undefined);
  const layout = surfaceLayout(width);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = layout.height;
  const context = canvas.getContext("2d")!;
  context.fillStyle = `rgb(${theme.background.join(", ")})`;
  context.fillRect(0, 0, width, layout.height);
  const figure = {
    scene: sceneOf(field, { scale: "auto" }),
    layout,
    camera: { ...startCamera(field), ...camera },
    theme: colours,
    colours: coloursOf({ colours: "fathom", metric: "loss", split: 0 }, colours.dark),
    plane: { x: field.x, y: field.y },
    centre: NaN,
    floor: true,
    labels: false,
    axes: ["α", "β"],
  } as const;
  drawBody(new CanvasPen(context), figure, stagingOf(figure), "still");
  return context.getImageData(0, 0, width, layout.height);
}

async function png(image: ImageData): Promise<string> {
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1]!;
}

async function kept(name: string): Promise<ImageData> {
  const image = new Image();
  image.src = pictures[`../references/surface-${name}.png`]!;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext("2d")!;
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}

const dark = { background: [31, 31, 31], foreground: [204, 204, 204] } as const;
const light = { background: [255, 255, 255], foreground: [51, 51, 51] } as const;

test.each([
  ["dark", dark, {}, false],
  ["light-low-with-hole", light, { yaw: 2.2, pitch: 0.2 }, true],
  ["dark-from-above", dark, { yaw: 0.4, pitch: 1.4, zoom: 1.1 }, false],
] as const)("the painter's picture is as it was: %s", async (name, theme, camera, hole) => {
  const now = drawn(theme, camera, hole);
  if (import.meta.env.VITE_UPDATE_REFERENCES) {
    return commands.writeFile(`test/webview/references/surface-${name}.png`, await png(now), "base64");
  }
  const before = await kept(name);
  expect([now.width, now.height]).toEqual([before.width, before.height]);
  const apart = pixelmatch(now.data, before.data, undefined, now.width, now.height, { threshold: 0.1 });
  expect(apart / (now.width * now.height)).toBeLessThan(tolerance);
});

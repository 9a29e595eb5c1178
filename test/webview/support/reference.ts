import { commands, server } from "@vitest/browser/context";
import pixelmatch from "pixelmatch";
import { expect } from "vitest";

/** Share of the pixels that may differ: texts and the edges of lines are smoothed differently from machine to machine. */
const tolerance = 0.015;

interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Holds a part of a canvas, in its own pixels, against `test/webview/references/NAME.png`; `vitest --update` writes that
 * file anew.
 */
export async function expectReference(canvas: HTMLCanvasElement, part: Part, name: string): Promise<void> {
  const { width, height } = part;
  const drawn = canvas.getContext("2d")!.getImageData(part.x, part.y, width, height);
  const file = `${server.config.root}/test/webview/references/${name}.png`;
  if (server.config.snapshotOptions.updateSnapshot === "all") {
    await commands.writeFile(file, pngOf(drawn).split(",")[1]!, "base64");
    return;
  }
  const kept = await pixelsOf(await commands.readFile(file, "base64"));
  expect([kept.width, kept.height]).toEqual([width, height]);
  const different = pixelmatch(drawn.data, kept.data, undefined, width, height, { threshold: 0.03 });
  expect(different / (width * height), `share of pixels that differ from ${name}.png`).toBeLessThan(tolerance);
}

function pngOf(pixels: ImageData): string {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [pixels.width, pixels.height];
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
  return canvas.toDataURL("image/png");
}

async function pixelsOf(base64: string): Promise<ImageData> {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}

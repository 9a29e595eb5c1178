import type * as Resvg from "@resvg/resvg-wasm";
import type { Exportable, ExportOptions } from "./exportable";
import { readResource } from "./resources";
import { toSvg } from "./svg";
import { themes } from "./svg/theme";

type Library = typeof Resvg;

const font = { name: "DejaVuSans.ttf", inPackage: "dejavu-fonts-ttf/ttf/DejaVuSans.ttf" };
const program = { name: "resvg.wasm", inPackage: "@resvg/resvg-wasm/index_bg.wasm" };

interface Renderer {
  readonly library: Library;
  readonly font: Buffer;
}

/** The library may be started only once in a process. */
let started: Promise<Renderer> | undefined;

async function start(): Promise<Renderer> {
  const [library, wasm, letters] = await Promise.all([
    import("@resvg/resvg-wasm"),
    readResource(program.name, program.inPackage),
    readResource(font.name, font.inPackage),
  ]);
  await library.initWasm(wasm);
  return { library, font: letters };
}

/**
 * The picture of `toSvg` as PNG, with a font of our own, so that it looks the same on every machine.
 * `options.width` is its width in pixels; three times the picture's own when absent.
 */
export async function toPng(result: Exportable, options: ExportOptions = {}): Promise<Uint8Array> {
  const svg = toSvg(result, options);
  started ??= start();
  const { library, font: letters } = await started.catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  const renderer = new library.Resvg(svg, {
    fitTo: options.width === undefined ? { mode: "zoom", value: 3 } : { mode: "width", value: options.width },
    font: { fontBuffers: [letters], defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
    background: themes[options.theme ?? "light"].paper,
  });
  try {
    const image = renderer.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    renderer.free();
  }
}

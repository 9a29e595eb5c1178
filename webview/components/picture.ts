import { createChart } from "../charts/chart";
import type { Chart } from "../charts/chart";
import { baseName } from "../charts/format";
import { paperTheme, readTheme } from "../charts/theme";
import type { FigureTheme } from "../charts/theme";
import type { Split } from "../state/field";
import type { RunData } from "../state/model";
import { provenance } from "../state/provenance";
import { splitsIn } from "../state/splits";
import { extentText } from "../state/window-text";
import { strings } from "../strings/strings";
import { strings as figure } from "../strings/figure";

/**
 * How a view gives its figure as a picture (`Pictured`):
 *
 *     async picture(type: PictureType): Promise<Blob> {
 *       const theme = await pictureTheme(type);
 *       return pictureOf(type, { width: pictureWidth, height, option: myOption({ theme, caption: captionOf(run, split) }) });
 *     }
 *
 * The option must take its colours and its font from that theme. What stands on the canvas without being part of the
 * option, such as the profiles of a contour map, is drawn by `over`.
 */
export interface PictureSpec {
  /** Of the whole picture with its caption, in pixels of the page. */
  readonly width: number;
  readonly height: number;
  readonly option: Parameters<Chart["setOption"]>[0];
  readonly over?: (chart: Chart) => void;
}

export type PictureType = "png" | "svg";

/** Width of a picture in pixels of the page: that of a figure in a panel of usual width. */
export const pictureWidth = 760;

/** Pixels of a PNG per pixel of the page. */
const pixelRatio = 3;

/**
 * Fonts that every program that opens an SVG knows, and whose letters have the same widths. A font of this machine alone
 * would be replaced there by one with other widths.
 */
const portableFont = "Arial, Helvetica, 'Liberation Sans', sans-serif";

/** Light on white, whatever the page looks like; in the page's font, or one that is known everywhere for an SVG. */
export async function pictureTheme(type: PictureType): Promise<FigureTheme> {
  // Text that is measured before its font has arrived stays at the wrong width.
  await document.fonts.ready;
  return paperTheme(type === "svg" ? portableFont : readTheme().font);
}

/** A PNG at three times the size, or an SVG of vectors and texts, made off the page; on white. */
export async function pictureOf(type: PictureType, spec: PictureSpec): Promise<Blob> {
  const { width, height } = spec;
  const chart = createChart(document.createElement("div"), { width, height, vector: type === "svg" });
  try {
    chart.setOption({ ...spec.option, backgroundColor: "#ffffff" });
    spec.over?.(chart);
    if (type === "svg") return new Blob([chart.renderToSVGString()], { type: "image/svg+xml" });
    return await pngOf(chart.renderToCanvas({ pixelRatio, backgroundColor: "#ffffff" }));
  } finally {
    chart.dispose();
  }
}

/** The PNG of a canvas. */
export function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no image was made"))), "image/png");
  });
}

/** Puts a PNG on the clipboard. The blob is given as a promise, which keeps the user's gesture valid. */
export async function copyPicture(picture: Promise<Blob>): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
}

/** Model, data and samples of what is shown, grid, directions with their normalisation and seed, and engine in one line. */
export function captionOf(run: RunData, split: Split): string {
  const { header } = run;
  const data = splitsIn(run, split).map(({ data }) =>
    strings.dataFact(baseName(data.path), data.split, strings.samples(data.samples, data.available)),
  );
  return strings.caption({
    model: header.model.name,
    data: data.length > 1 ? figure.difference(data[1]!, data[0]!) : data[0]!,
    grid: `${provenance(run, split)}, ${extentText(header)}`,
    directions: header.directions.label,
    engine: `${header.engine.label} ${header.engine.version}`,
  });
}

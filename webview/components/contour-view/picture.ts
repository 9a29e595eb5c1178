import { strings } from "../../strings/strings";
import { createChart } from "../../charts/chart";
import { figureOption } from "../../charts/figure";
import { baseName } from "../../charts/format";
import { figureLayout } from "../../charts/layout";
import { Overlay } from "../../charts/overlay";
import { paperTheme, readTheme } from "../../charts/theme";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import type { RunData } from "../../state/model";
import { provenance } from "../../state/provenance";
import type { PlaneWindow } from "../../state/window";
import { wholePlane } from "../../state/window";
import { figureInput } from "../contour-figure/input";
import { rangeText } from "../run-settings/run-settings";

/** Pixels per unit of the copied picture, and its width on the page. */
const pixelRatio = 3;
const pictureWidth = 760;
const captionHeight = 44;

/** Model, data, samples, grid, directions and engine in one line. */
export function captionOf(run: RunData): string {
  const { header } = run;
  return strings.caption({
    model: header.model.name,
    data: baseName(header.data.path),
    samples: strings.samples(header.data.samples, header.data.available),
    grid: `${provenance(run)}, ${rangeText(header.x, header.y)}`,
    directions: header.directions.label,
    engine: `${header.engine.label} ${header.engine.version}`,
  });
}

/**
 * The figure as a PNG at three times its size, in the light orientation on white whatever the theme, with a caption
 * of provenance; a cursor appears in it only when it is pinned.
 */
export async function renderPicture(
  run: RunData,
  view: ViewState,
  window: PlaneWindow | undefined,
  cursor: Cursor | undefined,
): Promise<Blob> {
  await document.fonts.ready;
  const whole = wholePlane(run.header.x, run.header.y);
  const layout = figureLayout(pictureWidth, whole, window ?? whole, { profiles: view.profiles });
  const pinned = cursor?.pinned ? cursor : undefined;
  const theme = paperTheme(readTheme().font);
  const input = figureInput({ run, view, layout, window: window ?? whole, theme, cursor: pinned });
  const chart = createChart(document.createElement("div"), {
    width: layout.width,
    height: layout.height + captionHeight,
  });
  try {
    chart.setOption(figureOption({ ...input, caption: captionOf(run) }));
    new Overlay(chart).draw({ ...input, cursor: pinned });
    const canvas = chart.renderToCanvas({ pixelRatio, backgroundColor: "#ffffff" });
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no image was made"))), "image/png");
    });
  } finally {
    chart.dispose();
  }
}

/** Puts the picture on the clipboard. The blob is given as a promise, which keeps the user's gesture valid. */
export async function copyPicture(picture: Promise<Blob>): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
}

import { createChart } from "../../charts/chart";
import { figureOption } from "../../charts/figure";
import { figureLayout } from "../../charts/layout";
import { paperTheme, readTheme } from "../../charts/theme";
import type { ViewState } from "../../protocol/messages";
import type { RunData } from "../../state/model";
import type { Track } from "../../state/trajectory";
import { trackWindow } from "../../state/trajectory";
import { captionOf } from "../contour-view/picture";
import { trackFigure } from "./input";
import { paperTrackColours } from "./track-colours";

const pixelRatio = 3;
const pictureWidth = 760;
const captionHeight = 44;

/** The map with the path as a PNG at three times its size, light on white whatever the theme, with a caption. */
export async function renderTrack(run: RunData, view: ViewState, track: Track): Promise<Blob> {
  await document.fonts.ready;
  const { window } = trackWindow(run, track);
  const layout = figureLayout(pictureWidth, window, window, { profiles: false });
  const theme = paperTheme(readTheme().font);
  const current = track.points.length - 1;
  const input = trackFigure({ run, view, track, current, layout, window, theme, trackColours: paperTrackColours });
  const size = { width: layout.width, height: layout.height + captionHeight };
  const chart = createChart(document.createElement("div"), size);
  try {
    chart.setOption(figureOption({ ...input, caption: captionOf(run) }));
    const canvas = chart.renderToCanvas({ pixelRatio, backgroundColor: "#ffffff" });
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no image was made"))), "image/png");
    });
  } finally {
    chart.dispose();
  }
}

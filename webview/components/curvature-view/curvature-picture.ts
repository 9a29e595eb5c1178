import { captionElement, captionHeight } from "../../charts/caption";
import type { Drawn } from "../../charts/chart";
import { curvatureElements } from "../../charts/curvature-map";
import { densityElements, densityLayout } from "../../charts/density-plot";
import { baseName } from "../../charts/format";
import { nameStyle, textAt } from "../../charts/plot";
import type { ViewState } from "../../protocol/messages";
import { curvatureMapOf, isMap } from "../../state/curvature";
import type { CurvatureMap, Quantity } from "../../state/curvature";
import { subjectOf } from "../../state/curvature-words";
import type { RunData } from "../../state/model";
import { extentText } from "../../state/window-text";
import { curvatureStrings as strings } from "../../strings/curvature";
import { strings as panelStrings } from "../../strings/strings";
import { curvatureInput } from "../curvature-figure/curvature-figure";
import { drawingOption } from "../drawing-controller";
import { pictureOf, pictureTheme, pictureWidth } from "../picture";
import type { PictureType } from "../picture";
import { spectrumOf } from "./curvature-spectrum";

/** The curvature of a run as a picture on white. @throws Error when nothing of it is measured. */
export async function curvaturePicture(
  type: PictureType,
  run: RunData,
  view: ViewState,
  choice: { readonly quantity: Quantity; readonly contours: boolean },
): Promise<Blob> {
  const map = curvatureMapOf(run);
  if (!map) throw new Error("no curvature is measured");
  const theme = await pictureTheme(type);
  const parts: Drawn[] = [];
  let height = 0;
  if (isMap(map)) {
    const input = curvatureInput({ run, map, view, width: pictureWidth, theme, ...choice });
    parts.push(...curvatureElements(input));
    height = input.layout.height;
  }
  const spectrum = spectrumOf(run);
  if (spectrum) {
    const layout = densityLayout(pictureWidth);
    const { curve, ends } = spectrum;
    const title = textAt(layout.plot.x, 0, strings.densityTitle, { ...nameStyle(theme), verticalAlign: "top" });
    const children = [
      title,
      ...densityElements({ curve, ends, plot: { ...layout.plot, y: layout.plot.y + 16 }, theme }),
    ];
    parts.push({ type: "group", x: 0, y: height + 8, children });
    height += layout.height + 24;
  }
  const caption = captionOf(run, map);
  const place = { x: 54, y: height, width: pictureWidth - 54 - 16 };
  parts.push(captionElement(caption, place, theme));
  const whole = height + captionHeight(caption, place.width, theme);
  return pictureOf(type, { width: pictureWidth, height: whole, option: drawingOption(parts) });
}

/** What the picture is of, in one line. */
function captionOf(run: RunData, map: CurvatureMap): string {
  const { header } = run;
  const { samples, available, path, split } = header.data;
  const line = panelStrings.caption({
    model: header.model.name,
    data: panelStrings.dataFact(baseName(path), split, panelStrings.samples(samples, available)),
    grid: strings.mapGrid(map.x.length, map.y.length, extentText(header)),
    directions: header.directions.label,
    engine: `${header.engine.label} ${header.engine.version}`,
  });
  return `${line} ${subjectOf(run, map)}`;
}

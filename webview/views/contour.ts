import { html } from "lit";
import "../components/contour-view/contour-view";
import { strings } from "../strings/strings";
import { isSurface } from "../state/kind";
import type { PanelView } from "./view";

/** The surface from above. */
export const contour: PanelView = {
  name: "contour",
  title: strings.views.contour,
  applies: isSurface,
  render: ({ run, view, narrow, place }) =>
    html`<contour-view data-figure .run=${run} .view=${view} .place=${place} ?narrow=${narrow}></contour-view>`,
};

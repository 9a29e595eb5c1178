import { html } from "lit";
import "../components/surface-view/surface-view";
import { strings } from "../strings/strings";
import { isSurface } from "../state/kind";
import type { PanelView } from "./view";

/** The surface in three dimensions. */
export const surface: PanelView = {
  name: "surface",
  title: strings.views.surface,
  applies: isSurface,
  render: ({ run, view, narrow }) =>
    html`<surface-view data-figure .run=${run} .view=${view} ?narrow=${narrow}></surface-view>`,
};

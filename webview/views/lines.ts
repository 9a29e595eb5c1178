import { html } from "lit";
import "../components/lines-view/lines-view";
import { strings } from "../strings/strings";
import type { PanelView } from "./view";

/** Loss and accuracy along directions, and along the cuts of a surface. */
export const lines: PanelView = {
  name: "lines",
  title: strings.views.lines,
  applies: () => true,
  render: ({ run, view, narrow }) =>
    html`<lines-view data-figure .run=${run} .view=${view} ?narrow=${narrow}></lines-view>`,
};

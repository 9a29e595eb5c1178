import { html } from "lit";
import "../components/line-view/line-view";
import { strings } from "../strings/strings";
import { isSurface } from "../state/kind";
import type { PanelView } from "./view";

/** Loss and accuracy along directions. */
export const lines: PanelView = {
  name: "lines",
  title: strings.views.lines,
  applies: (run) => !isSurface(run),
  render: ({ run }) => html`<line-view .run=${run}></line-view>`,
};

import { html } from "lit";
import "../components/curvature-view/curvature-view";
import { strings } from "../strings/strings";
import { isSurface } from "../state/kind";
import type { PanelView } from "./view";

/** What is measured of the Hessian, or how to measure it. */
export const curvature: PanelView = {
  name: "curvature",
  title: strings.views.curvature,
  applies: (run) => isSurface(run) || run.header.study.curvature !== undefined,
  render: ({ run, model, view, narrow }) =>
    html`<curvature-view
      ?data-figure=${run.header.study.curvature !== undefined}
      .run=${run}
      .view=${view}
      .found=${model.found}
      ?narrow=${narrow}
    ></curvature-view>`,
};

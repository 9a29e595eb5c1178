import { html } from "lit";
import "../components/curvature-map/curvature-map";
import { strings } from "../strings/strings";
import type { PanelView } from "./view";

/** What is measured of the Hessian. */
export const curvature: PanelView = {
  name: "curvature",
  title: strings.views.curvature,
  applies: ({ header }) => header.study.curvature !== undefined,
  render: ({ run }) => html`<curvature-map .run=${run}></curvature-map>`,
};

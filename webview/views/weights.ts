import { html } from "lit";
import "../components/weights-view/weights-view";
import { strings } from "../strings/strings";
import type { PanelView } from "./view";

/** How the weights of the model are distributed; read when the view is opened. */
export const weights: PanelView = {
  name: "weights",
  title: strings.views.weights,
  applies: () => true,
  render: ({ run, model, view, narrow }) =>
    html`<weights-view data-figure .run=${run} .view=${view} .stale=${model.stale} ?narrow=${narrow}></weights-view>`,
};

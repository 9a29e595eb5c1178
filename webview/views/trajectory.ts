import { html } from "lit";
import "../components/trajectory-view/trajectory-empty";
import "../components/trajectory-view/trajectory-view";
import { isSurface } from "../state/kind";
import { strings } from "../strings/strings";
import type { PanelView } from "./view";

/** The way that training took through the plane. */
export const trajectory: PanelView = {
  name: "trajectory",
  title: strings.views.trajectory,
  applies: isSurface,
  render: ({ run, model, view, narrow, wide }) =>
    run.header.trajectory && run.header.trajectory.checkpoints.length > 0
      ? html`<trajectory-view
          data-figure
          .run=${run}
          .view=${view}
          .plane=${model.plane}
          ?narrow=${narrow}
          ?wide=${wide}
        ></trajectory-view>`
      : html`<trajectory-empty ?found=${model.plane === "random"} ?narrow=${narrow}></trajectory-empty>`,
};

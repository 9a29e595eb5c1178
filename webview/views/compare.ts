import { html } from "lit";
import "../components/compare-view/compare-view";
import { isSurface } from "../state/kind";
import { compareStrings } from "../strings/compare";
import type { PanelView } from "./view";

/** This run beside others. */
export const compare: PanelView = {
  name: "compare",
  title: compareStrings.title,
  applies: isSurface,
  render: ({ run, model, view, narrow }) =>
    html`<compare-view
      data-figure
      .run=${run}
      .comparing=${model.comparing}
      .view=${view}
      ?narrow=${narrow}
    ></compare-view>`,
};

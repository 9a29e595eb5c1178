import { html } from "lit";
import "../components/trust-view/trust-view";
import { strings } from "../strings/strings";
import type { PanelView } from "./view";

/** Whether to believe the picture. */
export const trust: PanelView = {
  name: "trust",
  title: strings.views.trust,
  applies: () => true,
  badge: ({ checks }) => checks.filter(({ level }) => level !== "ok").length,
  render: ({ run, model, narrow }) =>
    html`<trust-view
      .run=${run}
      .trail=${model.trail}
      .found=${model.found}
      .checking=${model.checking}
      ?narrow=${narrow}
    ></trust-view>`,
};

import { html } from "lit";
import "../components/check-list/check-list";
import { strings } from "../strings/strings";
import type { PanelView } from "./view";

/** Whether to believe the picture. */
export const trust: PanelView = {
  name: "trust",
  title: strings.views.trust,
  applies: ({ checks }) => checks.length > 0,
  badge: ({ checks }) => checks.filter(({ level }) => level !== "ok").length,
  render: ({ run, narrow }) => html`<check-list .checks=${run.checks} ?narrow=${narrow}></check-list>`,
};

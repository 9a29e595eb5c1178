import type { PanelState, ViewState } from "../protocol/messages";

export const defaultView: ViewState = {
  version: 1,
  metric: "loss",
  scale: "auto",
  profiles: true,
  measuredPoints: false,
  colours: "fathom",
  table: false,
};

const choices = {
  metric: ["loss", "accuracy"],
  scale: ["auto", "log", "linear"],
  colours: ["fathom", "viridis", "cividis", "magma", "grey"],
} as const;

function oneOf<T extends string>(allowed: readonly T[], value: unknown, otherwise: T): T {
  return allowed.find((item) => item === value) ?? otherwise;
}

/** The view kept by an earlier session: whatever is missing or unknown takes its default. */
export function readView(kept: unknown): ViewState {
  if (typeof kept !== "object" || kept === null) return defaultView;
  const view = kept as Record<string, unknown>;
  if (view.version !== 1) return defaultView;
  const flag = (value: unknown, otherwise: boolean) => (typeof value === "boolean" ? value : otherwise);
  return {
    version: 1,
    metric: oneOf(choices.metric, view.metric, defaultView.metric),
    scale: oneOf(choices.scale, view.scale, defaultView.scale),
    profiles: flag(view.profiles, defaultView.profiles),
    measuredPoints: flag(view.measuredPoints, defaultView.measuredPoints),
    colours: oneOf(choices.colours, view.colours, defaultView.colours),
    table: flag(view.table, defaultView.table),
  };
}

/** What an earlier session kept, or nothing when it is of another version. */
export function readPanelState(kept: unknown): PanelState | undefined {
  if (typeof kept !== "object" || kept === null) return undefined;
  const state = kept as Record<string, unknown>;
  if (state.version !== 1 || typeof state.source !== "string") return undefined;
  const view = readView(state.view);
  return typeof state.journal === "string"
    ? { version: 1, source: state.source, journal: state.journal, view }
    : { version: 1, source: state.source, view };
}

import { viewNames } from "../protocol/messages";
import type { PanelState, ViewName, ViewOption, ViewState } from "../protocol/messages";

export const defaultView: ViewState = {
  version: 2,
  shown: "contour",
  metric: "loss",
  split: 0,
  scale: "auto",
  fill: "filled",
  profiles: true,
  measuredPoints: false,
  colours: "fathom",
  table: false,
  options: {},
};

const choices = {
  metric: ["loss", "accuracy", "error"],
  scale: ["auto", "log", "linear", "paper"],
  fill: ["filled", "lines"],
  colours: ["fathom", "viridis", "cividis", "magma", "grey"],
} as const;

function oneOf<T extends string>(allowed: readonly T[], value: unknown, otherwise: T): T {
  return allowed.find((item) => item === value) ?? otherwise;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** The view kept by an earlier session: whatever is missing or unknown takes its default. */
export function readView(kept: unknown): ViewState {
  if (!isRecord(kept) || kept.version !== 2) return defaultView;
  const flag = (value: unknown, otherwise: boolean) => (typeof value === "boolean" ? value : otherwise);
  const { split, clip } = kept;
  return {
    version: 2,
    shown: oneOf(viewNames, kept.shown, defaultView.shown),
    metric: oneOf(choices.metric, kept.metric, defaultView.metric),
    split:
      split === "difference" || (typeof split === "number" && Number.isInteger(split) && split >= 0)
        ? split
        : defaultView.split,
    scale: oneOf(choices.scale, kept.scale, defaultView.scale),
    fill: oneOf(choices.fill, kept.fill, defaultView.fill),
    ...(typeof clip === "number" && Number.isFinite(clip) ? { clip } : {}),
    profiles: flag(kept.profiles, defaultView.profiles),
    measuredPoints: flag(kept.measuredPoints, defaultView.measuredPoints),
    colours: oneOf(choices.colours, kept.colours, defaultView.colours),
    table: flag(kept.table, defaultView.table),
    options: readOptions(kept.options),
  };
}

function readOptions(kept: unknown): ViewState["options"] {
  if (!isRecord(kept)) return {};
  return Object.fromEntries(
    viewNames.flatMap((name) => {
      const options = kept[name];
      return isRecord(options) ? [[name, options as Record<string, ViewOption>]] : [];
    }),
  );
}

/**
 * What a view keeps of its own: an option of another type than its default, or of one of several words that is none of
 * them, takes the default.
 * @param words the words that an option may be, by its name.
 */
export function optionsOf<T extends Readonly<Record<string, ViewOption>>>(
  view: ViewState,
  name: ViewName,
  defaults: T,
  words: { readonly [K in keyof T]?: readonly T[K][] } = {},
): T {
  const kept: Readonly<Record<string, unknown>> = view.options[name] ?? {};
  const entries = Object.entries(defaults).map(([key, otherwise]) => {
    const value = kept[key];
    const sameType = typeof value === typeof otherwise && Array.isArray(value) === Array.isArray(otherwise);
    const known = words[key]?.some((word) => word === value) ?? true;
    return [key, sameType && known ? value : otherwise] as const;
  });
  return Object.fromEntries(entries) as T;
}

/** The change of the view that sets options of one of its views. */
export function withOptions(
  view: ViewState,
  name: ViewName,
  change: Readonly<Record<string, ViewOption>>,
): Pick<ViewState, "options"> {
  return { options: { ...view.options, [name]: { ...view.options[name], ...change } } };
}

/** What an earlier session kept, or nothing when it is of another version. */
export function readPanelState(kept: unknown): PanelState | undefined {
  if (!isRecord(kept) || kept.version !== 1 || typeof kept.source !== "string") return undefined;
  const view = readView(kept.view);
  return typeof kept.journal === "string"
    ? { version: 1, source: kept.source, journal: kept.journal, view }
    : { version: 1, source: kept.source, view };
}

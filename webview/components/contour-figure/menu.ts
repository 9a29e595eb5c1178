import { strings } from "../../strings/contour";
import type { ContextItem } from "../context-menu/context-menu";

/** What the menu of a map can do at a place; what makes no sense there is absent. */
export interface MapMenuActions {
  readonly zoomIn: () => void;
  readonly reset?: () => void;
  readonly measureRegion?: () => void;
  readonly measureShown?: () => void;
  readonly centre: () => void;
  readonly pin: () => void;
  readonly copy: () => void;
}

/** The entries of a map's menu, each with its key. */
export function mapMenu(actions: MapMenuActions): readonly ContextItem[] {
  const entry = (label: string, key: string, choose: (() => void) | undefined): readonly ContextItem[] =>
    choose ? [{ label, key, choose }] : [];
  return [
    ...entry(strings.zoomIn, "+", actions.zoomIn),
    ...entry(strings.resetZoom, "0", actions.reset),
    ...(actions.measureRegion
      ? entry(strings.measureHere, "M", actions.measureRegion)
      : entry(strings.measureShown, "M", actions.measureShown)),
    ...entry(strings.centreHere, "C", actions.centre),
    ...entry(strings.pinHere, strings.enterKey, actions.pin),
    ...entry(strings.copyImage, strings.copyKey, actions.copy),
  ];
}

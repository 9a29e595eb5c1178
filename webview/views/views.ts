import { viewNames } from "../protocol/messages";
import type { ViewName } from "../protocol/messages";
import type { RunData } from "../state/model";
import { compare } from "./compare";
import { contour } from "./contour";
import { curvature } from "./curvature";
import { lines } from "./lines";
import { surface } from "./surface";
import { trajectory } from "./trajectory";
import { trust } from "./trust";
import type { PanelView } from "./view";
import { weights } from "./weights";

const views: readonly PanelView[] = [contour, surface, lines, trajectory, curvature, weights, compare, trust];

/** Views that draw and do nothing else: what is measured with a part of the samples is not for more. */
const drawings: readonly PanelView[] = [contour, surface, lines];

/** The views of a run, in the order of their tabs. */
export function viewsOf(run: RunData): readonly PanelView[] {
  const all = run.isProvisional ? drawings : views;
  return viewNames.flatMap((name) => all.filter((view) => view.name === name && view.applies(run)));
}

/** The view that is shown: the one asked for, otherwise the first that there is; undefined when there is none. */
export function shownView(run: RunData, asked: ViewName): PanelView | undefined {
  const all = viewsOf(run);
  return all.find(({ name }) => name === asked) ?? all[0];
}

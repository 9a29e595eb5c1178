import type { TemplateResult } from "lit";
import type { PanelEvents } from "../components/events";
import type { ViewName, ViewState } from "../protocol/messages";
import type { PanelModel, RunData } from "../state/model";

/** All that a view may draw from. */
export interface ViewContext {
  readonly run: RunData;
  readonly model: PanelModel;
  readonly view: ViewState;
  readonly narrow: boolean;
  /** There is room for something beside a map. */
  readonly wide: boolean;
  /** A place that is to be seen at once. */
  readonly place?: PanelEvents["show-place"];
}

/** One way of looking at a run: a tab of the panel. */
export interface PanelView {
  readonly name: ViewName;
  readonly title: string;
  /** Whether there is anything that this view could show of such a run, now or after more is measured. */
  applies(run: RunData): boolean;
  /** How much of it asks for attention; shown beside the title unless it is 0. */
  badge?(run: RunData): number;
  /** The view's element, marked with `data-figure` where it is `Pictured`. */
  render(context: ViewContext): TemplateResult;
}

/** An element whose figure can be taken out of the panel: on white, with a caption, whatever the theme. */
export interface Pictured {
  picture(type: "png" | "svg"): Promise<Blob>;
  /** Copies the figure as an image, and says in the view whether that worked. */
  copyImage(): Promise<void>;
}

/** The element as one whose figure can be taken out; undefined where there is none. */
export function picturedOf(element: Element | null): (Element & Pictured) | undefined {
  return element && "picture" in element && "copyImage" in element ? (element as Element & Pictured) : undefined;
}

import type { FigureInput } from "../../charts/figure";
import { formatAccuracy } from "../../charts/format";
import { projection } from "../../charts/layout";
import type { FigureLayout } from "../../charts/layout";
import type { FigureTheme } from "../../charts/theme";
import { trackMarks } from "../../charts/trajectory/track";
import type { TrackColours } from "../../charts/trajectory/points";
import type { ViewState } from "../../protocol/messages";
import type { RunData } from "../../state/model";
import type { Track } from "../../state/trajectory";
import type { PlaneWindow } from "../../state/window";
import { trajectoryStrings as strings } from "../../strings/trajectory";
import { figureInput } from "../contour-figure/input";

/** The map of a plane with the path over it. */
export function trackFigure(parts: {
  readonly run: RunData;
  readonly view: ViewState;
  readonly track: Track;
  readonly current: number;
  readonly layout: FigureLayout;
  readonly window: PlaneWindow;
  readonly theme: FigureTheme;
  readonly trackColours: TrackColours;
}): FigureInput {
  const { run, track, layout, window } = parts;
  const base = figureInput(parts);
  return {
    ...base,
    path: undefined,
    lower: undefined,
    axes: axesOf(run, track),
    over: trackMarks({
      ...parts,
      levels: base.scene?.levels,
      colours: base.colours,
      project: projection(layout.plot, window),
    }),
  };
}

/** Names of the axes, with the share of the variance that each principal direction holds. */
export function axesOf({ header }: RunData, { explained }: Track): readonly [string, string] {
  if (!explained) return header.directions.axes;
  const [first, second] = explained.shares.map((share) => formatAccuracy(100 * share)) as [string, string];
  return [strings.principalAxis(strings.component(1), first), strings.principalAxis(strings.component(2), second)];
}

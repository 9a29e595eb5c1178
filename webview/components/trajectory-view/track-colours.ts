import { css, parseColour } from "../../charts/colours";
import type { FigureTheme } from "../../charts/theme";
import type { TrackColours } from "../../charts/trajectory/points";

/** Of the light theme, for pictures on white. */
export const paperTrackColours: TrackColours = { accent: "rgb(26, 133, 255)", drop: "rgb(191, 136, 3)" };

/** The accent and the colour of drops of the page's theme. */
export function readTrackColours(theme: FigureTheme): TrackColours {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string, otherwise: string): string => {
    const found = parseColour(style.getPropertyValue(`--vscode-${name}`));
    return found ? css(found) : otherwise;
  };
  const fallback = theme.dark ? { accent: "rgb(89, 164, 249)", drop: "rgb(204, 167, 0)" } : paperTrackColours;
  return { accent: colour("charts-blue", fallback.accent), drop: colour("charts-yellow", fallback.drop) };
}

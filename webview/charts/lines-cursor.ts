import { css } from "./colours";
import { dotsPath } from "./drawing";
import type { Mark } from "./drawing";
import { projectX, projectY } from "./lines-frame";
import type { PanelGeometry } from "./lines-frame";
import type { FigureTheme } from "./theme";

/** A value under the cursor. */
export interface CursorValue {
  readonly axis: "left" | "right";
  readonly value: number;
  readonly colour: string;
}

/** The place of the cursor and the values there; a filled dot where one was measured, a ring where it is interpolated. */
export function cursorMarks(
  geometry: PanelGeometry,
  at: number,
  values: readonly (CursorValue & { readonly isMeasured: boolean })[],
  theme: FigureTheme,
): readonly Mark[] {
  const { plot, window, left, right } = geometry;
  if (at < window[0] || at > window[1]) return [];
  const x = projectX(geometry, at);
  return [
    {
      kind: "path",
      d: `M${x.toFixed(2)} ${plot.y}v${plot.height}`,
      stroke: css(theme.foreground),
      width: theme.highContrast ? 2 : 1,
      role: "cursor",
    },
    ...values.flatMap(({ axis, value, colour, isMeasured }): Mark[] => {
      const y = projectY(geometry, axis === "left" ? left : (right ?? left), value);
      if (!Number.isFinite(value) || Number.isNaN(y)) return [];
      return [
        {
          kind: "path",
          d: dotsPath([x, y], 4),
          fill: isMeasured ? colour : css(theme.background),
          stroke: isMeasured ? css(theme.background) : colour,
          width: 1.5,
          clip: plot,
          role: "cursor-value",
        },
      ];
    }),
  ];
}

/** The part of the axis that is being dragged over. */
export function dragMark({ plot }: PanelGeometry, from: number, to: number, theme: FigureTheme): Mark {
  const [left, right] = [Math.max(plot.x, Math.min(from, to)), Math.min(plot.x + plot.width, Math.max(from, to))];
  return {
    kind: "path",
    d: `M${left} ${plot.y}H${right}V${plot.y + plot.height}H${left}Z`,
    fill: css(theme.foreground),
    stroke: css(theme.foreground),
    opacity: 0.15,
    role: "drag",
  };
}

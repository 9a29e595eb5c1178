import { strings } from "../strings/strings";
import type { Metric } from "../state/field";
import { textWidth } from "./chart";
import type { Drawn } from "./chart";
import { levelText } from "./colour-bar";
import { css } from "./colours";
import { formatTick } from "./format";
import { spaced, toNumbers } from "./layout";
import type { FigureLayout } from "./layout";
import type { Levels } from "./levels";
import { profileRules, profileShare } from "./profiles";
import type { FigureTheme } from "./theme";

/** How far numbers may stand out of the right profile: to the plot, and to the title of the bar. */
const room = { before: 8, after: 10 };

const numberFont = (family: string) => `10px ${family}`;

/** Width of the longest number beside the upper profile, in pixels; 0 without levels. */
export function profileNumbersWidth(levels: Levels | undefined, metric: Metric, family: string): number {
  const texts = levels ? profileRules(levels).map((value) => levelText(value, metric, levels.signed)) : [];
  return Math.max(0, ...texts.map((each) => textWidth(each, numberFont(family))));
}

/** What the frame of the profiles is about. */
export interface ProfileFrameInput {
  readonly levels: Levels;
  readonly metric: Metric;
  readonly layout: FigureLayout;
  readonly theme: FigureTheme;
}

/**
 * Rules and their values behind the two profiles; the lines themselves follow the cursor. The upper one has a number at
 * every rule, the right one at those that have room.
 */
export function profileFrame({ levels, metric, layout, theme }: ProfileFrameInput): readonly Drawn[] {
  if (!layout.profiles) return [];
  const { above, right } = layout.profiles;
  const rules = profileRules(levels);
  const style = { stroke: css(theme.rule), lineWidth: 1 };
  const font = numberFont(theme.font);
  const across = (value: number) => Math.round(right.x + right.width * profileShare(levels, value)) + 0.5;
  const beside = rules.flatMap((value, index): Drawn[] => {
    const y = Math.round(above.y + above.height * (1 - profileShare(levels, value))) + 0.5;
    const written = levelText(value, metric, levels.signed);
    const named = strings.profileTick(written);
    const isNamed =
      index === rules.length - 1 &&
      metric === "loss" &&
      !levels.signed &&
      toNumbers.profile + textWidth(named, font) + toNumbers.beyond <= above.x;
    return [
      { type: "line", shape: { x1: above.x, x2: above.x + above.width, y1: y, y2: y }, style },
      {
        type: "text",
        x: above.x - toNumbers.profile,
        y,
        style: {
          text: isNamed ? named : written,
          font,
          fill: css(theme.muted),
          align: "right",
          verticalAlign: "middle",
        },
      },
    ];
  });
  const lines = rules.map((value): Drawn => {
    const x = across(value);
    return { type: "line", shape: { x1: x, x2: x, y1: right.y, y2: right.y + right.height }, style };
  });
  const numbers = rules.map((value) => {
    const text = formatTick(value);
    return { text, at: across(value), width: textWidth(text, font) };
  });
  const over = spaced(numbers, right.x - room.before, right.x + right.width + room.after);
  return [
    ...beside,
    ...lines,
    ...over.map(({ text, at }): Drawn => ({
      type: "text",
      x: at,
      y: right.y - 5,
      style: { text, font, fill: css(theme.muted), align: "center", verticalAlign: "bottom" },
    })),
  ];
}

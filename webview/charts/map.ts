import { placeLabels } from "../../server/drawing/labels";
import type { LabelRules } from "../../server/drawing/labels";
import type { Drawn } from "./chart";
import { levelText } from "./colour-bar";
import { black, ink, lineOn, white } from "../../server/drawing/colours";
import { css, lineInk } from "./colours";
import type { ColourMap } from "../../server/drawing/colours";
import type { FigureLayout, Projection } from "./layout";
import type { Level } from "./levels";
import type { Scene } from "./scene";
import type { FigureTheme } from "./theme";
import type { ViewState } from "../protocol/messages";

/** The rules for labels of the panel's size. */
export const labelRules: LabelRules = {
  fromFrame: 24,
  fromOthers: 34,
  onSameLevel: 190,
  shortestLine: 70,
  step: 7,
  perLevel: 2,
};

/**
 * The map: each level's region over the one below it, then the level lines, the hatch over cells that are not finite,
 * and the labels; without the regions, and with lines in their own colours, when lines alone are wanted. `avoid` are
 * pixels that labels keep away from.
 */
export function mapElements(
  scene: Scene,
  fill: ViewState["fill"],
  colours: ColourMap,
  layout: FigureLayout,
  project: Projection,
  theme: FigureTheme,
  avoid: readonly { readonly x: number; readonly y: number }[],
  labelsPerLevel = labelRules.perLevel,
): readonly Drawn[] {
  const { levels, shapes, nonFinite, field } = scene;
  if (!scene.drawable) return [];
  const plot = layout.plot;
  const hatched = nonFinite.map((cell) => {
    const x = project.x(cell.x0);
    const y = project.y(cell.y1);
    return { x, y, width: project.x(cell.x1) - x, height: project.y(cell.y0) - y };
  });
  if (!levels) return hatch();

  const filled = fill === "filled";
  // What lies outside the grid was not measured and stays blank.
  const left = project.x(field.x[0]!);
  const top = project.y(field.y[field.rows - 1]!);
  const ground: Drawn = {
    type: "rect",
    shape: {
      x: left,
      y: top,
      width: project.x(field.x[field.columns - 1]!) - left,
      height: project.y(field.y[0]!) - top,
    },
    style: { fill: css(colours(levels.bands[0]!.shade)) },
  };
  const regions = (): Drawn[] =>
    shapes.map((shape, index) => {
      const colour = css(colours(levels.bands[index + 1]!.shade));
      return {
        type: "rings",
        shape: { rings: new Set(shape.region.map(project.line)) },
        // The stroke closes the seam that antialiasing leaves between neighbouring bands.
        style: { fill: colour, stroke: colour, lineWidth: 0.6 },
      };
    });
  const lines = shapes.map((shape) => shape.lines.map(project.line));
  const strokes = levels.levels.map((level, index): Drawn => {
    return { type: "rings", shape: { rings: new Set(lines[index]) }, style: { fill: "none", ...lineStyle(level) } };
  });
  const taken = avoid.map((place) => ({ ...place }));
  const labels = levels.levels.flatMap((level, index): Drawn[] => {
    if (!level.major) return [];
    const under = filled ? colours(level.shade) : theme.background;
    const fill = ink(under);
    const halo = theme.highContrast ? (fill === black ? white : black) : under;
    return placeLabels(lines[index]!, plot, taken, { ...labelRules, perLevel: labelsPerLevel }).map((place) => ({
      type: "text",
      x: place.x,
      y: place.y,
      rotation: -place.angle,
      style: {
        text: levelText(level.value, field.metric, levels.signed),
        align: "center",
        verticalAlign: "middle",
        font: `500 11px ${theme.font}`,
        fill: css(fill),
        stroke: css(halo),
        lineWidth: theme.highContrast ? 4 : 3.5,
        lineJoin: "round",
      },
    }));
  });
  return [...(filled ? [ground, ...regions()] : []), ...strokes, ...hatch(), ...labels];

  function lineStyle(level: Level): object {
    if (!filled) {
      const stroke = css(lineInk(colours(level.shade), theme));
      return { stroke, lineWidth: level.major ? 1.6 : 0.9 };
    }
    const stroke = lineOn(colours(level.shade), theme.highContrast);
    const opacity = level.major ? (theme.highContrast ? 0.95 : 0.72) : theme.highContrast ? 0.55 : 0.36;
    return { stroke: css(stroke, opacity), lineWidth: level.major ? (theme.highContrast ? 1.4 : 0.9) : 0.6 };
  }

  function hatch(): Drawn[] {
    if (hatched.length === 0) return [];
    const outline = hatched.map((box) => {
      const right = box.x + box.width;
      const bottom = box.y + box.height;
      return Float64Array.of(box.x, box.y, right, box.y, right, bottom, box.x, bottom, box.x, box.y);
    });
    const fill = css(theme.background);
    return [
      { type: "rings", shape: { rings: new Set(outline) }, style: { fill, stroke: fill, lineWidth: 0.6 } },
      {
        type: "hatch",
        shape: { boxes: hatched, step: 7 },
        style: { fill: "none", stroke: css(theme.muted), lineWidth: 1 },
      },
    ];
  }
}

import type { LinesInput, LinesPanel, DrawnCurve } from "../../charts/lines";
import { quantityStyle, runStyle } from "../../charts/line-styles";
import type { ChartColours } from "../../charts/line-styles";
import type { FigureTheme } from "../../charts/theme";
import type { ViewState } from "../../protocol/messages";
import { alongOf } from "../../state/curves";
import type { Quantity } from "../../state/curves";
import { lineOptions } from "../../state/line-options";
import { familyBand, quantitiesOf, rowPanels } from "../../state/line-rows";
import type { LineRow, RowPanel, RowsInput } from "../../state/line-rows";
import type { RunData } from "../../state/model";
import { heldView, splitName } from "../../state/splits";
import { strings } from "../../strings/lines";

/** Windows of the panels, where they do not show the whole. */
export type Windows = readonly (readonly [number, number] | undefined)[];

/** What is shown of a run and those beside it, before it is drawn. */
export interface Shown extends RowsInput {
  readonly panels: readonly RowPanel[];
  readonly quantities: readonly Quantity[];
}

export function shownOf(run: RunData, others: readonly RunData[], view: ViewState): Shown {
  const { metric, split } = heldView(run, view);
  const input = { run, others, metric, split, options: lineOptions(view) };
  return { ...input, panels: rowPanels(input), quantities: quantitiesOf(input) };
}

/** What the figure draws. */
export function linesInput(
  shown: Shown,
  parts: {
    readonly width: number;
    readonly view: ViewState;
    readonly windows: Windows;
    readonly theme: FigureTheme;
    readonly page?: ChartColours;
    readonly caption?: string;
  },
): LinesInput {
  const { run, options, split, quantities } = shown;
  const { width, view, windows, theme, caption } = parts;
  const [left, right] = quantities.map((quantity) => {
    const name = { loss: strings.lossAxis, accuracy: strings.accuracyAxis, error: strings.errorAxis }[quantity];
    const isDifference = options.splits === "one" && split === "difference";
    return isDifference ? strings.differenceOf(name, splitName(run, split)) : name;
  });
  return {
    width,
    theme,
    scale: view.scale,
    left: left!,
    ...(view.clip === undefined ? {} : { clip: view.clip }),
    ...(right === undefined ? {} : { right }),
    ...(caption === undefined ? {} : { caption }),
    panels: shown.panels.map((panel, k) => panelOf(panel, shown, windows[k], theme, view, parts.page)),
  };
}

function panelOf(
  { axis, ends, cut, rows }: RowPanel,
  { others, options, quantities }: Shown,
  window: readonly [number, number] | undefined,
  theme: FigureTheme,
  view: ViewState,
  page: ChartColours | undefined,
): LinesPanel {
  const isOverlaid = others.length > 0;
  const curveOf = (row: LineRow, quantity: Quantity, side: number): DrawnCurve | undefined => {
    if (quantity !== "loss" && !row.hasAccuracy) return undefined;
    const style = isOverlaid
      ? runStyle(row.run, row.isDashed, theme)
      : quantityStyle(quantity === "loss", row.isDashed, theme, page);
    const band = familyBand(row, quantity);
    const first = row.curves[0]!;
    const along = band ? { values: band.median, origins: band.origins } : alongOf(first, quantity);
    const hasErrors = options.errors && quantity === "loss" && !band;
    return {
      key: `${quantity} ${row.key}`,
      ...labelOf(row, quantity, rows, quantities, isOverlaid),
      quantity,
      axis: side === 0 ? "left" : "right",
      style: row.isSingle ? { ...style, width: style.width / 2 } : style,
      x: first.x,
      ...along,
      ...(hasErrors ? { errors: first.lossError } : {}),
      ...(band ? { band } : {}),
      hasDots: view.measuredPoints || cut !== undefined,
    };
  };
  const curves = quantities.flatMap((quantity, side) => rows.flatMap((row) => curveOf(row, quantity, side) ?? []));
  return { axis, curves, ...(ends ? { ends } : {}), ...(window ? { window } : {}) };
}

/** The label at a line's end; of a family whose lines are all drawn the first one speaks for all of its split. */
function labelOf(
  row: LineRow,
  quantity: Quantity,
  rows: readonly LineRow[],
  quantities: readonly Quantity[],
  isOverlaid: boolean,
): { readonly label?: string } {
  const isFirst = rows.find(({ run, split }) => run === row.run && split === row.split) === row;
  if (row.isSingle && !isFirst) return {};
  const split = row.curves[0]!.splitName;
  const isOneSplit = new Set(rows.map((each) => each.curves[0]!.splitName)).size === 1;
  if (isOverlaid) return { label: row.name };
  const name = strings.quantities[quantity];
  if (quantities.length === 1) return { label: isOneSplit ? name : split };
  return { label: isOneSplit ? name : strings.curve(name, split) };
}

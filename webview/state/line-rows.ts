import { strings } from "../strings/lines";
import { formatCoordinate } from "../charts/format";
import { comparedSplit, drawnSplit } from "./comparison";
import { bandOf, curvesOf } from "./curves";
import type { Curve, Cut, Quantity } from "./curves";
import type { Metric, Split } from "./field";
import { isSurface } from "./kind";
import type { LineOptions } from "./line-options";
import { cutsOf } from "./line-options";
import type { RunData } from "./model";
import { runLabels } from "./run-labels";
import { metricsOf, splitName } from "./splits";
import { gridStep } from "./summary";

/** What is drawn and read as one: a line, or a family of lines. */
export interface LineRow {
  readonly key: string;
  /** At the ends of lines: what all lines of a family have in common. */
  readonly name: string;
  readonly label: string;
  readonly run: number;
  readonly split: Split;
  /** Drawn dashed: not the training data, where there are several; the second of two cuts in one panel. */
  readonly isDashed: boolean;
  /** One line; several of a family are drawn as a band. */
  readonly curves: readonly Curve[];
  /** It is one of a family of which all are drawn. */
  readonly isSingle: boolean;
  readonly hasAccuracy: boolean;
}

/** The rows of one panel of the figure. */
export interface RowPanel {
  readonly axis: string;
  /** Letter of the coordinate, for the read-out. */
  readonly coordinate: string;
  readonly ends?: readonly [string, string];
  readonly cut?: Cut;
  readonly rows: readonly LineRow[];
}

/** All that the figure, the read-out and the table are made from. */
export interface RowsInput {
  readonly run: RunData;
  /** Runs beside it. */
  readonly others: readonly RunData[];
  readonly metric: Metric;
  readonly split: Split;
  readonly options: LineOptions;
}

/** Quantities that are drawn, on the left axis and on the right: runs beside one another share one. */
export function quantitiesOf({ run, others, metric, options }: RowsInput): readonly Quantity[] {
  if (metricsOf(run).length < 2) return ["loss"];
  if (options.show === "one" || others.length > 0) return [metric];
  return ["loss", metric === "error" ? "error" : "accuracy"];
}

/** The panels of the figure: one for lines, one for each cut of a surface. */
export function rowPanels(input: RowsInput): readonly RowPanel[] {
  const { run, options } = input;
  const cuts = cutsOf(run, options);
  if (cuts.length === 0) return [{ ...lineAxis(run), rows: rowsOf(input, undefined) }];
  return cuts.map((cut) => ({ ...cutAxis(run, cut), cut, rows: rowsOf(input, cut) }));
}

function rowsOf(input: RowsInput, cut: Cut | undefined): readonly LineRow[] {
  const { run: shown, others, split, options } = input;
  const runs = [shown, ...others];
  const labels = runLabels(runs);
  // The split of one name; a run without it shows its first, which is said then.
  const ofRuns = runs.map((run, index) => (index === 0 ? split : drawnSplit(run, comparedSplit(shown, split))));
  const isOneName = new Set(runs.map((run, index) => splitName(run, ofRuns[index]!))).size === 1;
  return runs.flatMap((run, index): readonly LineRow[] => {
    const asked = options.splits === "all" ? "all" : ofRuns[index]!;
    // Beside lines a surface is cut along both of its directions, beside a surface along the same one.
    const cuts = isSurface(run) ? (index === 0 ? [cut] : beside(cut)) : cut?.along === "beta" ? [] : [undefined];
    return cuts.flatMap((own) => {
      const curves = curvesOf(run, index, asked, own);
      const names = new Set(curves.map(({ splitName }) => splitName));
      const isFamily = curves.some(({ member }) => member > 0);
      const groups = groupsOf(curves, isFamily && !options.singles);
      return groups.map((group): LineRow => {
        const { splitName: its, member, split: taken } = group[0]!;
        const parts = [
          ...(runs.length > 1 ? [labels[index]!] : []),
          ...(own && cut === undefined ? [own.along === "alpha" ? "α" : "β"] : []),
          ...(names.size > 1 || runs.length === 1 || !isOneName ? [its] : []),
        ];
        const name = parts.reduce((so, part) => strings.curve(so, part));
        const isSingle = isFamily && options.singles;
        return {
          key: `${index} ${own?.along ?? "line"} ${String(taken)} ${group.length > 1 ? "family" : member}`,
          name,
          label: isSingle
            ? strings.curve(name, strings.direction(member + 1))
            : group.length > 1
              ? strings.median(name)
              : name,
          run: index,
          split: taken,
          // Both cuts of a surface beside a line have one colour.
          isDashed: (names.size > 1 && !/^train/i.test(its)) || (cut === undefined && own?.along === "beta"),
          curves: group,
          isSingle,
          hasAccuracy: metricsOf(run).length > 1,
        };
      });
    });
  });
}

function beside(cut: Cut | undefined): readonly Cut[] {
  return (["alpha", "beta"] as const).flatMap((along) => (cut && cut.along !== along ? [] : [{ along, at: 0 }]));
}

function groupsOf(curves: readonly Curve[], together: boolean): readonly (readonly Curve[])[] {
  if (!together) return curves.map((curve) => [curve]);
  const splits = new Map<Split, Curve[]>();
  for (const curve of curves) splits.set(curve.split, [...(splits.get(curve.split) ?? []), curve]);
  return [...splits.values()];
}

/** Files at both ends of the line between two models. */
function lineEnds({ header }: RunData): readonly [string, string] | undefined {
  const { model, directions } = header.study;
  if (directions.kind === "to") return toldApart(model.weights ?? model.path, directions.checkpoint);
  return directions.kind === "between" ? toldApart(...directions.checkpoints) : undefined;
}

/** File names, with as many folders as tell them apart. */
function toldApart(first: string, second: string): readonly [string, string] {
  const [a, b] = [first, second].map((path) => path.split(/[\\/]/)) as [string[], string[]];
  let parts = 1;
  while (parts < Math.min(a.length, b.length, 4) && a.slice(-parts).join("/") === b.slice(-parts).join("/")) parts++;
  return [a.slice(-parts).join("/"), b.slice(-parts).join("/")];
}

function lineAxis(run: RunData): Pick<RowPanel, "axis" | "coordinate" | "ends"> {
  const ends = lineEnds(run);
  if (ends) return { axis: strings.t, coordinate: strings.t, ends };
  const { header } = run;
  if (header.directions.kind !== "random") return { axis: header.directions.axes[0], coordinate: "α" };
  const count = header.y.length;
  return { axis: count > 1 ? strings.alphaMany(count) : strings.alphaOne, coordinate: "α" };
}

function cutAxis({ header }: RunData, { along, at }: Cut): Pick<RowPanel, "axis" | "coordinate"> {
  const isAlpha = along === "alpha";
  const random = header.directions.kind === "random";
  const name = random ? (isAlpha ? strings.alphaOne : strings.betaOne) : header.directions.axes[isAlpha ? 0 : 1];
  const across = isAlpha ? header.y : header.x;
  return {
    axis: strings.along(name, isAlpha ? "β" : "α", formatCoordinate(at, gridStep(across))),
    coordinate: isAlpha ? "α" : "β",
  };
}

/** What a row shows of a quantity along its places: a line's own values, or the median of a family with its band. */
export const familyBand = (row: LineRow, quantity: Quantity) =>
  row.curves.length > 1 ? bandOf(row.curves, quantity) : undefined;

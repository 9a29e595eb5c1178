import { formatCoordinate, formatLoss, formatTick } from "../../charts/format";
import { alongOf } from "../../state/curves";
import type { Curve, Quantity } from "../../state/curves";
import { origin } from "../../state/field";
import { lineOptions } from "../../state/line-options";
import type { RowPanel } from "../../state/line-rows";
import { runLabels, differences } from "../../state/run-labels";
import { formatMetric, gridStep } from "../../state/summary";
import { strings } from "../../strings/lines";
import type { ViewState } from "../../protocol/messages";
import type { Shown } from "./panels";

/** What of a panel's first run was measured, in words. */
export function panelProvenance({ rows }: RowPanel): string {
  const own = rows.filter(({ run }) => run === 0);
  const curves = own.flatMap((row) => row.curves);
  const lines = new Set(curves.map(({ member }) => member)).size;
  const all = curves.flatMap(({ loss }) => [...loss.origins]);
  const splits = Math.max(1, curves.length / Math.max(1, lines));
  const share = (from: number) => Math.round(all.filter((each) => each === from).length / splits);
  const [measured, total] = [share(origin.measured), Math.round(all.length / splits)];
  if (measured === total) return strings.provenanceAll(total / lines, lines);
  return share(origin.interpolated) > 0
    ? strings.provenanceSome(measured, total)
    : strings.provenanceFew(measured, total);
}

/** What a reader of the figure must know and could overlook, each with a name for tests. */
export function notesOf(shown: Shown, view: ViewState): readonly (readonly [string, string])[] {
  const { panels, run, others, quantities } = shown;
  const notes: (readonly [string, string])[] = [];
  const options = lineOptions(view);
  for (const { cut, rows } of panels) {
    const own = rows.find((row) => row.run === 0)?.curves[0];
    if (!cut || !own?.loss.origins.includes(origin.interpolated)) continue;
    // θ* is measured wherever the grid lies.
    if (own.loss.origins.some((from, k) => from === origin.measured && own.x[k] !== 0)) continue;
    const across = cut.along === "alpha" ? run.header.y : run.header.x;
    const name = cut.along === "alpha" ? "β" : "α";
    const at = formatCoordinate(cut.at, gridStep(across));
    const hasCentre = own.loss.origins.includes(origin.measured);
    notes.push(["off-grid", hasCentre ? strings.offGridButCentre(name, at) : strings.offGrid(name, at)]);
  }
  const curves = panels.flatMap(({ rows }) => rows.flatMap((row) => row.curves));
  const isMixed = curves.some(({ loss }) => loss.origins.includes(origin.interpolated));
  if (isMixed) notes.push(["interpolated", strings.dotted]);
  const family = panels[0]?.rows.find((row) => row.curves.length > 1);
  if (family) notes.push(["band", strings.band(family.curves.length)]);
  const splits = new Set(curves.filter((curve) => curve.run === 0).map(({ splitName }) => splitName));
  if (splits.size > 1 && panels[0]?.rows.some(({ isDashed }) => isDashed)) notes.push(["dashes", strings.reading]);
  const missing = quantities.includes("loss")
    ? curves.reduce(
        (sum, { loss }) =>
          sum + loss.values.filter((v, k) => loss.origins[k] !== origin.unknown && !Number.isFinite(v)).length,
        0,
      )
    : 0;
  if (missing > 0) notes.push(["not-finite", strings.notFinite(missing)]);
  const { clip } = view;
  const isAbove = ({ loss }: Curve) => loss.values.some((value) => Number.isFinite(value) && value > clip!);
  if (clip !== undefined && quantities.includes("loss") && curves.some(isAbove)) {
    notes.push(["cut-off", strings.cutOff(formatLoss(clip))]);
  }
  if (others.length > 0 && options.runs.length > 0) {
    const runs = [run, ...others];
    differences(runs, runLabels(runs)).forEach((sentence, k) => notes.push([`differs-${k}`, sentence]));
  }
  return notes;
}

/** The figure in words: what is drawn over what range, the extremes of each quantity, and how much is measured. */
export function linesSummary({ panels, quantities }: Shown): string {
  return panels
    .map((panel) => {
      const rows = panel.rows;
      const x = rows[0]?.curves[0]?.x ?? [];
      const what = quantities
        .map((quantity) => strings.quantities[quantity])
        .concat()
        .join(", ");
      const values = rows.map((row) =>
        quantities.flatMap((quantity) => extremesOf(row, quantity, gridStep(x)) ?? []).join(" "),
      );
      return strings.summary({
        what: `${what} (${rows.map(({ label }) => label).join("; ")})`,
        axis: panel.axis,
        from: formatTick(x[0] ?? 0),
        to: formatTick(x.at(-1) ?? 0),
        values: values.filter((text) => text !== "").join(" "),
        provenance: panelProvenance(panel),
      });
    })
    .join(" ");
}

/** Lowest and highest measured value of a row. */
function extremesOf(row: RowPanel["rows"][number], quantity: Quantity, step: number): string | undefined {
  let low: { readonly value: number; readonly at: number } | undefined;
  let high: typeof low;
  for (const curve of row.curves) {
    const { values, origins } = alongOf(curve, quantity);
    curve.x.forEach((at, k) => {
      const value = values[k]!;
      if (origins[k] !== origin.measured || !Number.isFinite(value)) return;
      if (!low || value < low.value) low = { value, at };
      if (!high || value > high.value) high = { value, at };
    });
  }
  if (!low || !high) return undefined;
  const name = `${strings.quantities[quantity]}, ${row.label}`;
  const written = (value: number) => formatMetric(quantity, value, row.split);
  return strings.extremes(
    name,
    written(low.value),
    formatCoordinate(low.at, step),
    written(high.value),
    formatCoordinate(high.at, step),
  );
}

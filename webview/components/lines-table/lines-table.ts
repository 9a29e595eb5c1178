import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { formatCoordinate, formatError } from "../../charts/format";
import { readCurve } from "../../state/curves";
import type { Curve, Quantity } from "../../state/curves";
import { origin } from "../../state/field";
import type { LineRow, RowPanel } from "../../state/line-rows";
import { formatMetric, gridStep } from "../../state/summary";
import { strings } from "../../strings/lines";
import { strings as common } from "../../strings/strings";
import { shared } from "../../styles/shared";
import { gridTable } from "../../styles/table";

/** Every value of every line, place by place; cells carry their numbers in full precision. */
@customElement("lines-table")
export class LinesTable extends LitElement {
  static override styles = [
    shared,
    gridTable,
    css`
      .region {
        max-height: 480px;
      }
    `,
  ];

  @property({ attribute: false }) panels: readonly RowPanel[] = [];
  @property({ attribute: false }) quantities: readonly Quantity[] = [];
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    return this.panels.map((panel) => this.#table(panel));
  }

  #table({ axis, coordinate, rows }: RowPanel) {
    const places = [...new Set(rows.flatMap(({ curves }) => curves.flatMap(({ x }) => x)))].sort((a, b) => a - b);
    const lines = rows.flatMap((row) => row.curves.map((curve) => ({ row, curve })));
    const step = gridStep(places);
    return html`
      <div class="region" role="region" tabindex="0" aria-label=${`${strings.tableRegion}: ${axis}`}>
        <table>
          <caption>
            ${strings.tableCaption(axis)}
          </caption>
          <thead>
            <tr>
              <th scope="col">${coordinate}</th>
              ${lines.map(({ row, curve }) =>
                this.quantities.flatMap((quantity) => [
                  html`<th scope="col">${strings.curve(nameOf(row, curve), strings.quantities[quantity])}</th>`,
                  ...(quantity === "loss" ? [html`<th scope="col">${strings.standardError}</th>`] : []),
                ]),
              )}
            </tr>
          </thead>
          <tbody>
            ${places.map(
              (at) => html`
                <tr>
                  <th scope="row" data-at=${at}>${formatCoordinate(at, step)}</th>
                  ${lines.map(({ row, curve }) => this.quantities.map((quantity) => this.#cells(row, curve, quantity, at)))}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  #cells(row: LineRow, curve: Curve, quantity: Quantity, at: number) {
    const known = quantity === "loss" || row.hasAccuracy;
    const { value, origin: from, error } = readCurve(curve, quantity, at);
    const isKnown = known && from !== origin.unknown;
    const isMeasured = from === origin.measured;
    const written = isKnown ? formatMetric(quantity, value, row.split) : "–";
    return [
      html`<td
        data-at=${at}
        data-quantity=${quantity}
        data-value=${String(value)}
        data-measured=${isMeasured ? "1" : "0"}
      >
        ${
          isKnown && !isMeasured
            ? html`<span aria-hidden="true">≈&nbsp;</span><span class="spoken">${common.interpolated} </span>`
            : ""
        }${written}
      </td>`,
      ...(quantity === "loss" ? [html`<td>${Number.isFinite(error) ? formatError(error) : "–"}</td>`] : []),
    ];
  }
}

/** Families have a column for each of their lines. */
function nameOf({ name, curves, label }: LineRow, { member }: Curve): string {
  return curves.length > 1 ? strings.curve(name, strings.direction(member + 1)) : label;
}

declare global {
  interface HTMLElementTagNameMap {
    "lines-table": LinesTable;
  }
}

import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { strings as figure } from "../../strings/figure";
import { formatCoordinate } from "../../charts/format";
import type { Metric, Split } from "../../state/field";
import { fieldOf, origin } from "../../state/field";
import type { RunData } from "../../state/model";
import { provenance } from "../../state/provenance";
import { formatMetric, gridStep } from "../../state/summary";
import { hasSplits, splitName } from "../../state/splits";
import { shared } from "../../styles/shared";
import { gridTable } from "../../styles/table";

/** The whole grid as a table, β from the top down as in the figure; cells carry their numbers in full precision. */
@customElement("data-table")
export class DataTable extends LitElement {
  static override styles = [
    shared,
    gridTable,
    css`
      .region {
        max-height: 640px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property() metric: Metric = "loss";
  @property({ attribute: false }) split: Split = 0;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const { x, y } = this.run.header;
    const columnStep = gridStep(x);
    const rowStep = gridStep(y);
    const rows = y.map((_, index) => y.length - 1 - index);
    return html`
      <div class="region" role="region" tabindex="0" aria-label=${strings.tableRegion}>
        <table>
          <caption>
            ${figure.tableCaption(this.#title(), provenance(this.run, this.split))}
          </caption>
          <thead>
            <tr>
              <th scope="col">${strings.tableCorner}</th>
              ${x.map((alpha) => html`<th scope="col" data-alpha=${alpha}>${formatCoordinate(alpha, columnStep)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) => html`
                <tr>
                  <th scope="row" data-beta=${y[row]!}>${formatCoordinate(y[row]!, rowStep)}</th>
                  ${x.map((_, column) => this.#cell(row * x.length + column))}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  #title(): string {
    const name = strings.metric(this.metric);
    return hasSplits(this.run) ? figure.splitOf(name, splitName(this.run, this.split)) : name;
  }

  #cell(index: number) {
    const { run, metric, split } = this;
    const losses = fieldOf(run, "loss", split);
    const from = losses.origins[index]!;
    if (from === origin.unknown) return html`<td data-index=${index}>–</td>`;
    const loss = losses.values[index]!;
    const accuracy = fieldOf(run, "accuracy", split).values[index]!;
    const measured = from === origin.measured;
    const written = formatMetric(metric, fieldOf(run, metric, split).values[index]!, split);
    return html`<td
      data-index=${index}
      data-loss=${String(loss)}
      data-accuracy=${String(accuracy)}
      data-measured=${measured ? "1" : "0"}
      title=${strings.cellTitle(String(loss), String(accuracy), measured)}
    >
      ${measured ? nothing : html`<span aria-hidden="true">≈&nbsp;</span><span class="spoken">${strings.interpolated} </span>`}${written}
    </td>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "data-table": DataTable;
  }
}

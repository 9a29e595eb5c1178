import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { LayerWeights, WeightHistogram } from "../../../server/protocol/weights";
import { formatCount, formatLoss } from "../../charts/format";
import { toNumber } from "../../state/numbers";
import { zeroFilters } from "../../state/weights";
import { strings } from "../../strings/weights";
import { shared } from "../../styles/shared";
import { gridTable } from "../../styles/table";

/** A row of the table: one file's weights of one layer. */
interface Row {
  readonly layer?: LayerWeights;
  readonly file: number;
  readonly model: WeightHistogram;
}

/** All numbers of the weights, layer by layer or of all kernels together; cells carry them in full precision. */
@customElement("weights-table")
export class WeightsTable extends LitElement {
  static override styles = [
    shared,
    gridTable,
    css`
      .region {
        max-height: 640px;
      }

      .region:not(.framed) {
        border: 0;
      }

      .region:not(.framed) th {
        border-right: 0;
      }

      th:not(.number),
      td.text {
        text-align: left;
      }

      tbody th {
        color: var(--vscode-foreground);
      }

      td.text {
        color: var(--ll-muted);
      }
    `,
  ];

  @property({ attribute: false }) layers: readonly LayerWeights[] = [];
  /** Of all kernels together, in place of layers. */
  @property({ attribute: false }) overall?: readonly WeightHistogram[];
  @property({ attribute: false }) names: readonly string[] = [];
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const { columns } = strings;
    const isOverall = this.overall !== undefined;
    const rows: readonly Row[] = this.overall
      ? this.overall.map((model, file) => ({ file, model }))
      : this.layers.flatMap((layer) => layer.models.map((model, file) => ({ layer, file, model })));
    const numbers = [
      columns.count,
      columns.mean,
      columns.deviation,
      columns.least,
      columns.greatest,
      columns.zeros,
      columns.norm,
      columns.nonFinite,
      ...(isOverall ? [] : [columns.zeroFilters]),
    ];
    return html`
      <div
        class=${isOverall ? "region" : "region framed"}
        role="region"
        tabindex="0"
        aria-label=${isOverall ? strings.overallRegion : strings.tableRegion}
      >
        <table>
          ${
            isOverall
              ? ""
              : html`<caption>
                  ${strings.tableCaption}
                </caption>`
          }
          <thead>
            <tr>
              ${isOverall ? "" : html`<th scope="col">${columns.layer}</th>`}
              <th scope="col">${isOverall ? strings.allLayers : columns.file}</th>
              ${
                isOverall
                  ? ""
                  : html`<th scope="col">${columns.kind}</th>
                      <th scope="col">${columns.shape}</th>`
              }
              ${numbers.map((name) => html`<th scope="col" class="number">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map((row) => this.#row(row))}
          </tbody>
        </table>
      </div>
    `;
  }

  #row({ layer, file, model }: Row) {
    const { count, mean, deviation, least, greatest, zeros, norm, nonFinite } = model;
    const name = this.names[file]!;
    const cell = (key: string, exact: number, text: string) =>
      html`<td data-key=${key} data-value=${String(exact)} title=${String(exact)}>${text}</td>`;
    const real = (key: string, value: typeof mean) => cell(key, toNumber(value), formatLoss(toNumber(value)));
    const whole = (key: string, value: number) => cell(key, value, formatCount(value));
    return html`<tr data-layer=${layer?.name ?? ""} data-file=${file}>
      ${layer ? html`<th scope="row">${layer.name}</th>` : html`<th scope="row">${name}</th>`}
      ${
        layer
          ? html`<td class="text">${name}</td>
              <td class="text">${strings.kinds[layer.role]}</td>
              <td class="text">${strings.shape(layer.shape)}</td>`
          : ""
      }
      ${whole("count", count)} ${real("mean", mean)} ${real("deviation", deviation)} ${real("least", least)}
      ${real("greatest", greatest)} ${whole("zeros", zeros)} ${real("norm", norm)} ${whole("nonFinite", nonFinite)}
      ${
        layer
          ? layer.filterNorms.length > 0
            ? whole("zeroFilters", zeroFilters(layer.filterNorms[file]!))
            : html`<td>–</td>`
          : ""
      }
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "weights-table": WeightsTable;
  }
}

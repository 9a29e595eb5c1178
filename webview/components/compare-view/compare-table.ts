import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Measure } from "../../state/measures";
import { compareStrings } from "../../strings/compare";
import { shared } from "../../styles/shared";

/** The measures of the compared runs: a row for each, the lowest value in bold. */
@customElement("compare-table")
export class CompareTable extends LitElement {
  static override styles = [
    shared,
    css`
      .region {
        overflow-x: auto;
        border-top: 1px solid var(--ll-rule);
      }

      table {
        width: 100%;
        border-collapse: separate;
        border-spacing: 0;
        font-size: 12px;
        line-height: 20px;
      }

      th,
      td {
        font-weight: 400;
        text-align: right;
        padding: 4px 12px;
        white-space: nowrap;
        border-bottom: 1px solid var(--ll-rule);
      }

      th {
        color: var(--ll-muted);
      }

      thead th {
        max-width: 220px;
        overflow: hidden;
        text-overflow: ellipsis;
      }

      th:first-child {
        text-align: left;
        padding-left: 16px;
        position: sticky;
        left: 0;
        background: var(--vscode-editor-background);
      }

      th:last-child,
      td:last-child {
        padding-right: 16px;
      }

      td {
        font-variant-numeric: tabular-nums;
      }

      td[data-lowest] {
        font-weight: 600;
      }

      td[data-missing] {
        color: var(--ll-muted);
      }

      :host([narrow]) th:first-child {
        padding-left: 12px;
        white-space: normal;
        min-width: 96px;
      }
    `,
  ];

  @property({ attribute: false }) names: readonly string[] = [];
  @property({ attribute: false }) measures: readonly Measure[] = [];
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    return html`
      <div class="region" role="region" tabindex="0" aria-label=${compareStrings.tableLabel}>
        <table>
          <thead>
            <tr>
              <th scope="col">${compareStrings.measure}</th>
              ${this.names.map((name) => html`<th scope="col" title=${name}>${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${this.measures.map(
              ({ name, cells }) =>
                html`<tr data-measure=${name}>
                  <th scope="row">${compareStrings.measures[name]}</th>
                  ${cells.map(
                    ({ text, value, lowest }) =>
                      html`<td
                        data-value=${value === undefined ? nothing : String(value)}
                        ?data-lowest=${lowest}
                        ?data-missing=${text === compareStrings.notRun}
                      >
                        ${text}
                      </td>`,
                  )}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "compare-table": CompareTable;
  }
}

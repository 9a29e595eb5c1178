import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { formatCoordinate, formatError } from "../../charts/format";
import type { Quantity } from "../../state/curves";
import { origin } from "../../state/field";
import { readRow } from "../../state/line-readings";
import type { LineReading } from "../../state/line-readings";
import type { LineRow, RowPanel } from "../../state/line-rows";
import { formatMetric, gridStep } from "../../state/summary";
import { strings } from "../../strings/lines";
import { shared } from "../../styles/shared";
import type { LineCursor } from "../lines-figure/lines-figure";

/** The values of every line at the cursor, or at θ* without one; spoken when the keyboard has moved it. */
@customElement("line-readings")
export class LineReadings extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        padding: 4px 16px;
        font-size: 12px;
        line-height: 20px;
        overflow-x: auto;
      }

      table {
        border-collapse: collapse;
      }

      th {
        font-weight: 400;
        color: var(--ll-muted);
        text-align: left;
        white-space: nowrap;
        padding: 0 16px 0 0;
      }

      thead th {
        border-bottom: 1px solid var(--ll-rule);
      }

      thead th.number,
      td {
        text-align: right;
        padding: 0 0 0 16px;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
        min-width: 84px;
      }

      tbody th {
        color: var(--vscode-foreground);
      }

      td.source {
        color: var(--ll-muted);
        text-align: left;
      }

      thead th.source {
        padding-left: 16px;
      }

      :host([narrow]) {
        padding: 4px 12px;
      }

      /* What is interpolated has its sign before the number. */
      :host([narrow]) .source {
        display: none;
      }

      :host([narrow]) td,
      :host([narrow]) tbody th {
        white-space: normal;
      }
    `,
  ];

  @property({ attribute: false }) panels: readonly RowPanel[] = [];
  @property({ attribute: false }) quantities: readonly Quantity[] = [];
  @property({ attribute: false }) cursor?: LineCursor;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private spoken = "";

  get #panel(): RowPanel | undefined {
    return this.panels[this.cursor?.panel ?? 0];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("cursor") && this.cursor?.spoken) this.spoken = this.#sentence(this.cursor);
  }

  #place(at: number): string {
    const panel = this.#panel!;
    return strings.at(panel.coordinate, formatCoordinate(at, gridStep(panel.rows[0]?.curves[0]?.x ?? [])));
  }

  #written(row: LineRow, quantity: Quantity, reading: LineReading): string {
    const { split } = row;
    if (reading.origin === origin.unknown) return "–";
    const value = formatMetric(quantity, reading.value, split);
    if (reading.extent) {
      const [low, high] = reading.extent.map((each) => formatMetric(quantity, each, split));
      return strings.fromTo(reading.origin === origin.measured ? value : strings.approximately(value), low!, high!);
    }
    if (reading.origin === origin.interpolated) return strings.approximately(value);
    if (!Number.isFinite(reading.error)) return value;
    return strings.plusMinus(value, formatError(reading.error));
  }

  #source(reading: LineReading): string {
    if (reading.origin === origin.unknown) return strings.notMeasured;
    return reading.origin === origin.interpolated ? strings.interpolated : strings.measured;
  }

  #sentence({ at }: LineCursor): string {
    const panel = this.#panel;
    if (!panel) return "";
    const lines = panel.rows.flatMap((row) =>
      this.quantities.map((quantity) => {
        const reading = readRow(row, quantity, at);
        const note = reading.origin === origin.measured ? "" : ` (${this.#source(reading)})`;
        return `${row.label}: ${strings.quantities[quantity]} ${this.#written(row, quantity, reading)}${note}`;
      }),
    );
    return [this.#place(at), ...lines].join(", ");
  }

  override render() {
    const panel = this.#panel;
    if (!panel) return nothing;
    const at = this.cursor?.at ?? 0;
    return html`
      <table>
        <thead>
          <tr>
            <th scope="col" data-at=${at}>${this.#place(at)}</th>
            ${this.quantities.map((quantity) => html`<th scope="col" class="number">${strings.quantities[quantity]}</th>`)}
            <th scope="col" class="source">${strings.source}</th>
          </tr>
        </thead>
        <tbody>
          ${panel.rows.map((row) => this.#row(row, at))}
        </tbody>
      </table>
      <span class="spoken" role="status" aria-live="polite">${this.spoken}</span>
    `;
  }

  #row(row: LineRow, at: number) {
    const readings = this.quantities.map((quantity) => readRow(row, quantity, at));
    return html`<tr data-row=${row.key}>
      <th scope="row">${row.label}</th>
      ${readings.map(
        (reading, k) =>
          html`<td
            data-quantity=${this.quantities[k]!}
            data-value=${String(reading.value)}
            data-error=${String(reading.error)}
          >
            ${this.#written(row, this.quantities[k]!, reading)}
          </td>`,
      )}
      <td class="source">${this.#source(readings[0]!)}</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "line-readings": LineReadings;
  }
}

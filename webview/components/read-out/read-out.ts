import "@vscode-elements/elements/dist/vscode-icon/index.js";
import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { formatAccuracy, formatCoordinate, formatLoss } from "../../charts/format";
import type { Cursor } from "../../state/cursor";
import { fieldOf, origin, readingAt } from "../../state/field";
import type { Metric, Reading } from "../../state/field";
import type { RunData } from "../../state/model";
import { provenance } from "../../state/provenance";
import { centreValue, formatMetric, gridStep } from "../../state/summary";
import { shared } from "../../styles/shared";

interface ReadValue {
  readonly text: string;
  readonly exact: number;
}

/** The values under the cursor (at θ* without one) on the left, what was measured on the right. */
@customElement("read-out")
export class ReadOut extends LitElement {
  static override styles = [
    shared,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 16px;
        min-height: 28px;
        padding: 4px 16px;
        font-size: 12px;
        line-height: 20px;
      }

      .values {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 16px;
        font-variant-numeric: tabular-nums;
      }

      dt {
        color: var(--ll-muted);
        margin-right: 6px;
      }

      dl {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
      }

      dl div {
        display: flex;
        white-space: nowrap;
      }

      .provenance {
        margin-left: auto;
        text-align: right;
        color: var(--ll-muted);
      }

      :host([narrow]) .row {
        padding: 4px 12px;
      }

      :host([narrow]) .provenance {
        margin-left: 0;
        text-align: left;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) cursor?: Cursor;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private spoken = "";

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("cursor") && this.cursor?.spoken) this.spoken = this.#sentence(this.cursor);
  }

  #place(): { alpha: number; beta: number } {
    return this.cursor ?? { alpha: 0, beta: 0 };
  }

  #reading(metric: Metric, place: { alpha: number; beta: number }): Reading {
    // Without a cursor the values are those of the unperturbed model, as in the header.
    if (!this.cursor) return { value: centreValue(this.run, metric), origin: origin.measured };
    return readingAt(fieldOf(this.run, metric), place.alpha, place.beta);
  }

  #value(metric: Metric, reading: Reading): ReadValue {
    const written = formatMetric(metric, reading.value);
    const text =
      reading.origin === origin.unknown
        ? "–"
        : reading.origin === origin.interpolated
          ? strings.approximately(written)
          : written;
    return { text, exact: reading.value };
  }

  #sentence(cursor: Cursor): string {
    const { x, y } = this.run.header;
    const loss = this.#reading("loss", cursor);
    const accuracy = this.#reading("accuracy", cursor);
    const place = [
      `${strings.alpha} ${formatCoordinate(cursor.alpha, gridStep(x))}`,
      `${strings.beta} ${formatCoordinate(cursor.beta, gridStep(y))}`,
    ];
    if (loss.origin === origin.unknown) return strings.spokenReading([...place, strings.notMeasured]);
    return strings.spokenReading([
      ...place,
      `${strings.loss} ${formatLoss(loss.value)}`,
      `${strings.accuracy} ${formatAccuracy(accuracy.value)}`,
      ...(loss.origin === origin.interpolated ? [strings.interpolated] : []),
    ]);
  }

  override render() {
    const place = this.#place();
    const { x, y } = this.run.header;
    const loss = this.#reading("loss", place);
    const accuracy = this.#reading("accuracy", place);
    const note =
      loss.origin === origin.interpolated
        ? strings.interpolated
        : loss.origin === origin.unknown
          ? strings.notMeasured
          : "";
    return html`
      <div class="row">
        <div class="values">
          <dl>
            ${this.#entry("alpha", strings.alpha, { text: formatCoordinate(place.alpha, gridStep(x)), exact: place.alpha })}
            ${this.#entry("beta", strings.beta, { text: formatCoordinate(place.beta, gridStep(y)), exact: place.beta })}
            ${this.#entry("loss", strings.loss, this.#value("loss", loss))}
            ${this.#entry("accuracy", strings.accuracy, this.#value("accuracy", accuracy))}
          </dl>
          ${note ? html`<span class="note muted">${note}</span>` : nothing}
          ${this.cursor?.pinned ? html`<vscode-icon name="pinned" title=${strings.pinned}></vscode-icon>` : nothing}
        </div>
        <span class="provenance">${provenance(this.run)}</span>
        <span class="spoken" role="status" aria-live="polite">${this.spoken}</span>
      </div>
    `;
  }

  #entry(name: string, label: string, value: ReadValue) {
    return html`<div>
      <dt>${label}</dt>
      <dd data-read=${name} data-value=${String(value.exact)}>${value.text}</dd>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "read-out": ReadOut;
  }
}

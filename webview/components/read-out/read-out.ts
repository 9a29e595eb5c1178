import "@vscode-elements/elements/dist/vscode-icon/index.js";
import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { strings as figure } from "../../strings/figure";
import { formatCoordinate } from "../../charts/format";
import type { Cursor } from "../../state/cursor";
import { centreValue, fieldOf, origin, readingAt } from "../../state/field";
import type { Metric, Reading, Split } from "../../state/field";
import type { RunData } from "../../state/model";
import { provenance } from "../../state/provenance";
import { formatMetric, gridStep } from "../../state/summary";
import { hasSplits, metricsOf, splitName, splitsIn } from "../../state/splits";
import { shared } from "../../styles/shared";

interface ReadValue {
  readonly text: string;
  readonly exact: number;
}

/**
 * The values under the cursor (at θ* without one) on the left, what was measured on the right.
 * @slot actions - buttons about the place of the cursor
 */
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
  @property({ attribute: false }) split: Split = 0;
  /** What the mark under the cursor means. */
  @property() mark = "";
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
    const { run, split } = this;
    const from = run.isProvisional ? origin.interpolated : origin.measured;
    if (!this.cursor) return { value: centreValue(run, metric, split), origin: from };
    return readingAt(fieldOf(run, metric, split), place.alpha, place.beta);
  }

  #value(metric: Metric, reading: Reading): ReadValue {
    const written = formatMetric(metric, reading.value, this.split);
    const text =
      reading.origin === origin.unknown
        ? "–"
        : reading.origin === origin.interpolated
          ? strings.approximately(written)
          : written;
    return { text, exact: reading.value };
  }

  /** What a value is called: with the name of its split where the run has several. */
  #label(metric: Metric): string {
    const name = strings.metric(metric);
    return hasSplits(this.run) ? figure.splitOf(name, splitName(this.run, this.split)) : name;
  }

  get #metrics(): readonly Metric[] {
    return metricsOf(this.run).filter((metric) => metric !== "error");
  }

  /** What a value is that is not measured. */
  #estimated(): string {
    const preliminary = splitsIn(this.run, this.split).find(({ interpolated }) => interpolated?.preliminary)
      ?.interpolated?.preliminary;
    return preliminary ? strings.preliminary(preliminary.samples, preliminary.of) : strings.interpolated;
  }

  #sentence(cursor: Cursor): string {
    const { x, y } = this.run.header;
    const place = [
      `${strings.alpha} ${formatCoordinate(cursor.alpha, gridStep(x))}`,
      `${strings.beta} ${formatCoordinate(cursor.beta, gridStep(y))}`,
    ];
    const readings = this.#metrics.map((metric) => ({ metric, ...this.#reading(metric, cursor) }));
    const from = readings[0]!.origin;
    if (from === origin.unknown) return strings.spokenReading([...place, strings.notMeasured]);
    return strings.spokenReading([
      ...place,
      ...readings.map(({ metric, value }) => `${this.#label(metric)} ${formatMetric(metric, value, this.split)}`),
      ...(from === origin.interpolated ? [this.#estimated()] : []),
      ...(this.mark ? [this.mark] : []),
    ]);
  }

  override render() {
    const place = this.#place();
    const { x, y } = this.run.header;
    const loss = this.#reading("loss", place);
    const note =
      loss.origin === origin.interpolated
        ? this.#estimated()
        : loss.origin === origin.unknown
          ? strings.notMeasured
          : "";
    return html`
      <div class="row">
        <div class="values">
          <dl>
            ${this.#entry("alpha", strings.alpha, { text: formatCoordinate(place.alpha, gridStep(x)), exact: place.alpha })}
            ${this.#entry("beta", strings.beta, { text: formatCoordinate(place.beta, gridStep(y)), exact: place.beta })}
            ${this.#metrics.map((metric) =>
              this.#entry(metric, this.#label(metric), this.#value(metric, this.#reading(metric, place))),
            )}
          </dl>
          ${note ? html`<span class="note muted">${note}</span>` : nothing}
          ${this.mark ? html`<span class="mark muted">${this.mark}</span>` : nothing}
          ${this.cursor?.pinned ? html`<vscode-icon name="pinned" title=${strings.pinned}></vscode-icon>` : nothing}
          <slot name="actions"></slot>
        </div>
        <span class="provenance">${provenance(this.run, this.split)}</span>
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

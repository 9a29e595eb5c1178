import { css, html, LitElement, nothing } from "lit";
import type { PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { formatAccuracy, formatCoordinate, formatLoss, formatTick } from "../../charts/format";
import type { Metric, Split } from "../../state/field";
import type { RunData } from "../../state/model";
import { provenance } from "../../state/provenance";
import { hasSplits, splitName } from "../../state/splits";
import { formatMetric, gridStep } from "../../state/summary";
import type { Track, TrackPoint } from "../../state/trajectory";
import { shared } from "../../styles/shared";
import { strings as figure } from "../../strings/figure";
import { trajectoryStrings as strings } from "../../strings/trajectory";

/** The values of the checkpoint that is looked at on the left, what was measured of the map on the right. */
@customElement("checkpoint-read-out")
export class CheckpointReadOut extends LitElement {
  static override styles = [
    shared,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 16px;
        /* Two rows of values fit, so that nothing below moves when a longer value comes. */
        min-height: 48px;
        padding: 4px 16px;
        font-size: 12px;
        line-height: 20px;
      }

      dl {
        flex: 1 1 300px;
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        font-variant-numeric: tabular-nums;
      }

      dl div {
        display: flex;
        white-space: nowrap;
      }

      dt {
        color: var(--ll-muted);
        margin-right: 6px;
      }

      .provenance {
        align-self: flex-end;
        color: var(--ll-muted);
      }

      :host([narrow]) .row {
        padding: 4px 12px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) track!: Track;
  @property({ attribute: false }) metric: Metric = "loss";
  @property({ attribute: false }) split: Split = 0;
  @property({ type: Number }) index = 0;
  /** The keyboard chose the checkpoint: its values are spoken. */
  @property({ type: Boolean }) speaks = false;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private spoken = "";

  override willUpdate(changed: PropertyValues<this>): void {
    if (this.speaks && (changed.has("index") || changed.has("speaks"))) this.spoken = this.#sentence();
  }

  get #point(): TrackPoint {
    return this.track.points[this.index]!;
  }

  #values(): readonly {
    readonly name: string;
    readonly label: string;
    readonly text: string;
    readonly exact: number;
  }[] {
    const { metric, split, run } = this;
    const point = this.#point;
    const { epoch, learningRate, own, inPlane, x, y, offPlane, offPlaneShare } = point;
    const last = this.track.points.at(-1)!.label;
    const { header } = run;
    const place = strings.pair(
      formatCoordinate(x, gridStep(header.x) / 20),
      formatCoordinate(y, gridStep(header.y) / 20),
    );
    const entry = (name: string, label: string, text: string, exact: number) => ({ name, label, text, exact });
    return [
      epoch === undefined
        ? entry("epoch", strings.checkpointNumber, strings.ofLast(point.label, last), point.index + 1)
        : entry("epoch", strings.epoch, strings.ofLast(point.label, last), epoch),
      ...(learningRate === undefined
        ? []
        : [entry("rate", strings.learningRate, formatTick(learningRate), learningRate)]),
      entry("own", this.#name(metric), point.isMeasured ? formatMetric(metric, own, split) : "–", own),
      entry("in-plane", strings.inPlane, this.#inPlaneText(), inPlane),
      ...(metric === "loss" && Number.isFinite(point.accuracy)
        ? [entry("accuracy", this.#name("accuracy"), formatMetric("accuracy", point.accuracy, split), point.accuracy)]
        : []),
      entry("place", strings.place(this.track.explained !== undefined), place, x),
      entry(
        "off-plane",
        strings.offPlane,
        Number.isFinite(offPlaneShare)
          ? strings.offPlaneValue(formatLoss(offPlane), formatAccuracy(100 * offPlaneShare))
          : formatLoss(offPlane),
        offPlane,
      ),
    ];
  }

  /** What a value is called: with its split where the run has several. */
  #name(metric: Metric): string {
    const name = strings.metric(metric);
    return hasSplits(this.run) ? figure.splitOf(name, splitName(this.run, this.split)) : name;
  }

  /** The value in the plane, and by how much it differs from the checkpoint's own. */
  #inPlaneText(): string {
    const { own, inPlane, isMeasured } = this.#point;
    if (!isMeasured) return "–";
    const text = formatMetric(this.metric, inPlane, this.split);
    const difference = inPlane - own;
    if (!Number.isFinite(difference)) return text;
    return `${text} ${strings.difference(formatMetric(this.metric, difference, "difference"))}`;
  }

  #sentence(): string {
    return this.#values()
      .map(({ label, text }) => `${label} ${text === "–" ? strings.notMeasured : text}`)
      .join(", ");
  }

  override render() {
    const { name, isMeasured } = this.#point;
    return html`
      <div class="row">
        <dl title=${name}>
          ${this.#values().map(
            ({ name: key, label, text, exact }) =>
              html`<div>
                <dt>${label}</dt>
                <dd data-read=${key} data-value=${String(exact)}>${text}</dd>
              </div>`,
          )}
        </dl>
        ${isMeasured ? nothing : html`<span class="muted note">${strings.notMeasured}</span>`}
        <span class="provenance">${provenance(this.run, this.split)}</span>
        <span class="spoken" role="status" aria-live="polite">${this.spoken}</span>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "checkpoint-read-out": CheckpointReadOut;
  }
}

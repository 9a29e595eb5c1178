import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
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

/** All checkpoints of a path with their numbers. */
@customElement("checkpoint-table")
export class CheckpointTable extends LitElement {
  static override styles = [
    shared,
    css`
      .frame {
        overflow: auto;
        max-height: 70vh;
        margin: 8px 16px;
      }

      table {
        border-collapse: collapse;
        font-size: 12px;
        line-height: 18px;
        font-variant-numeric: tabular-nums;
      }

      caption {
        text-align: left;
        padding-bottom: 6px;
        color: var(--ll-muted);
      }

      th {
        font-weight: 400;
        color: var(--ll-muted);
        background: var(--vscode-editor-background);
      }

      thead th {
        position: sticky;
        top: 0;
        border-bottom: 1px solid var(--ll-rule);
      }

      th,
      td {
        padding: 3px 12px 3px 0;
        text-align: right;
        white-space: nowrap;
      }

      th:first-child {
        text-align: left;
      }

      tbody th {
        color: inherit;
      }

      :host([narrow]) .frame {
        margin: 8px 12px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) track!: Track;
  @property({ attribute: false }) metric: Metric = "loss";
  @property({ attribute: false }) split: Split = 0;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const { metric, split } = this;
    const { columns } = strings;
    const { x, y } = this.run.header;
    const value = (number: number, { isMeasured }: TrackPoint) =>
      isMeasured ? formatMetric(metric, number, split) : "–";
    const named = (name: string) => (hasSplits(this.run) ? figure.splitOf(name, splitName(this.run, split)) : name);
    return html`
      <div class="frame" tabindex="0" role="region" aria-label=${strings.tableRegion}>
        <table>
          <caption>
            ${strings.tableCaption(provenance(this.run, this.split))}
          </caption>
          <thead>
            <tr>
              ${[
                columns.name,
                columns.epoch,
                columns.rate,
                named(strings.metric(metric)),
                columns.inPlane,
                named(columns.accuracy),
                ...(this.track.explained ? [strings.component(1), strings.component(2)] : [columns.x, columns.y]),
                columns.offPlane,
                columns.share,
              ].map((name) => html`<th scope="col">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${this.track.points.map(
              (point) =>
                html`<tr>
                  <th scope="row">${point.name}</th>
                  <td>${point.epoch === undefined ? "–" : formatTick(point.epoch)}</td>
                  <td>${point.learningRate === undefined ? "–" : formatTick(point.learningRate)}</td>
                  <td>${value(point.own, point)}</td>
                  <td>${value(point.inPlane, point)}</td>
                  <td>${Number.isNaN(point.accuracy) ? "–" : formatMetric("accuracy", point.accuracy, split)}</td>
                  <td>${formatCoordinate(point.x, gridStep(x) / 20)}</td>
                  <td>${formatCoordinate(point.y, gridStep(y) / 20)}</td>
                  <td>${formatLoss(point.offPlane)}</td>
                  <td>${Number.isNaN(point.offPlaneShare) ? "–" : formatAccuracy(100 * point.offPlaneShare)}</td>
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
    "checkpoint-table": CheckpointTable;
  }
}

import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { curvatureStrings as strings } from "../../strings/curvature";
import { formatCoordinate, formatCount, formatLoss } from "../../charts/format";
import type { CurvatureMap } from "../../state/curvature";
import { mapStep, spokenCell } from "../../state/curvature-words";
import { shared } from "../../styles/shared";
import { nearestToCentre } from "../curvature-figure/curvature-figure";
import type { CellCursor } from "../curvature-figure/curvature-figure";

/** The values of the point under the cursor, at θ* without one, and how exact they are. */
@customElement("curvature-read-out")
export class CurvatureReadOut extends LitElement {
  static override styles = [
    shared,
    css`
      .rows {
        padding: 4px 16px;
        font-size: 12px;
        line-height: 20px;
        font-variant-numeric: tabular-nums;
        /* Two lines, so that nothing jumps between points that have values and points that have none. */
        min-height: 48px;
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

      dt {
        color: var(--ll-muted);
        margin-right: 6px;
      }

      .line,
      .marks {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 16px;
      }

      .mark {
        display: inline-flex;
        gap: 4px;
        align-items: center;
      }

      :host([narrow]) dl div {
        white-space: normal;
      }

      :host([narrow]) .rows {
        padding: 4px 12px;
        min-height: 88px;
      }
    `,
  ];

  @property({ attribute: false }) map!: CurvatureMap;
  @property({ attribute: false }) cursor?: CellCursor;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const { map, cursor } = this;
    const index = cursor?.index ?? nearestToCentre(map);
    const cell = map.cells[index];
    const [alpha, beta] = [map.x[index % map.x.length]!, map.y[Math.floor(index / map.x.length)]!];
    return html`
      <div class="rows">
        <div class="line">
          <dl>
            ${
              alpha === 0 && beta === 0
                ? html`<div>
                    <dt>${strings.place}</dt>
                    <dd data-read="place">${strings.atCentre}</dd>
                  </div>`
                : html`${this.#entry("alpha", strings.alpha, formatCoordinate(alpha, mapStep(map.x)), alpha)}
                  ${this.#entry("beta", strings.beta, formatCoordinate(beta, mapStep(map.y)), beta)}`
            }
            ${
              cell
                ? html`
                    ${this.#entry("max", strings.titles.max, formatLoss(cell.max), cell.max)}
                    ${this.#entry("min", strings.titles.min, formatLoss(cell.min), cell.min)}
                    ${this.#entry("ratio", strings.titles.ratio, formatLoss(cell.ratio), cell.ratio)}
                  `
                : nothing
            }
          </dl>
          <div class="marks">
            ${cell ? nothing : html`<span class="muted" data-read="none">${strings.notComputed}</span>`}
            ${cell?.isNonConvex ? html`<span data-read="convex">${strings.nonConvexHere}</span>` : nothing}
            ${
              cell?.state === "unconverged"
                ? html`<span class="mark" data-read="uncertain">
                    <vscode-icon class="warning" name="warning"></vscode-icon>${strings.uncertain}
                  </span>`
                : nothing
            }
            ${cursor?.pinned ? html`<vscode-icon name="pinned" title=${strings.pinned}></vscode-icon>` : nothing}
          </div>
        </div>
        ${
          cell
            ? html`<dl>
                ${this.#entry("samples", strings.samples, formatCount(map.samples), map.samples)}
                ${this.#entry("products", strings.products, formatCount(cell.products), cell.products, strings.productsHint)}
                ${this.#entry(
                  "residual",
                  strings.residual,
                  strings.residuals(formatLoss(cell.residual[0]), formatLoss(cell.residual[1])),
                  Math.max(...cell.residual),
                  strings.residualHint,
                )}
                ${this.#entry("symmetry", strings.symmetry, formatLoss(cell.symmetry), cell.symmetry, strings.symmetryHint)}
              </dl>`
            : nothing
        }
        <span class="spoken" role="status" aria-live="polite"
          >${cursor?.spoken ? spokenCell(map, index, cell) : nothing}</span
        >
      </div>
    `;
  }

  #entry(name: string, label: string, text: string, exact: number, hint?: string) {
    return html`<div title=${hint ?? nothing}>
      <dt>${label}</dt>
      <dd data-read=${name} data-value=${String(exact)}>${text}</dd>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "curvature-read-out": CurvatureReadOut;
  }
}

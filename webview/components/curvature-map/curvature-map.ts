import { css, html, LitElement, nothing, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { ramp } from "../../charts/colours";
import { formatLoss, formatTick } from "../../charts/format";
import type { CurvatureTable } from "../../state/curvature";
import { curvatureTable } from "../../state/curvature";
import type { RunData } from "../../state/model";
import { shared } from "../../styles/shared";

const side = 220;

/** Heat maps of the Hessian's extreme eigenvalues and of their ratio. */
@customElement("curvature-map")
export class CurvatureMap extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        border-top: 1px solid var(--ll-rule);
        padding: 12px 8px;
      }

      h2 {
        font-size: 13px;
        font-weight: 600;
        margin: 0 0 8px;
      }

      .maps {
        display: flex;
        flex-wrap: wrap;
        gap: 16px 24px;
      }

      figure {
        margin: 0;
      }

      .frame {
        stroke: var(--ll-rule);
      }

      figcaption,
      .note {
        color: var(--ll-muted);
        font-size: 12px;
        line-height: 18px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;

  override render() {
    const table = curvatureTable(this.run);
    if (!table) return nothing;
    return html`
      <section aria-label=${strings.curvature}>
        <h2>${strings.curvature}</h2>
        <div class="maps">
          ${this.#map(table, "min", strings.curvatureMin)} ${this.#map(table, "max", strings.curvatureMax)}
          ${this.#map(table, "ratio", strings.curvatureRatio)}
        </div>
        <p class="note">${strings.curvatureNote}</p>
      </section>
    `;
  }

  #map(table: CurvatureTable, quantity: "min" | "max" | "ratio", title: string) {
    const values = table[quantity];
    const finite = values.filter(Number.isFinite);
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    const colours = ramp("cividis", false, "loss");
    const [width, height] = [side / table.x.length, side / table.y.length];
    const fill = (value: number): string => {
      const [r, g, b] = colours(high > low ? (value - low) / (high - low) : 0.5);
      return `rgb(${r}, ${g}, ${b})`;
    };
    const cells = values.map((value, index) => {
      if (!Number.isFinite(value)) return nothing;
      const [column, row] = [index % table.x.length, Math.floor(index / table.x.length)];
      const [alpha, beta] = [table.x[column]!, table.y[row]!];
      return svg`<rect
        x=${column * width} y=${side - (row + 1) * height} width=${width + 0.4} height=${height + 0.4} fill=${fill(value)}
      ><title>${`α ${formatTick(alpha)}, β ${formatTick(beta)}: ${formatLoss(value)}`}</title></rect>`;
    });
    const range = finite.length > 0 ? strings.rangeOf(formatLoss(low), formatLoss(high)) : strings.notMeasuredYet;
    return html`<figure>
      <svg width=${side} height=${side} viewBox="0 0 ${side} ${side}" role="img" aria-label=${`${title}: ${range}`}>
        ${cells}
        <rect class="frame" x="0.5" y="0.5" width=${side - 1} height=${side - 1} fill="none"></rect>
      </svg>
      <figcaption>${title}<br />${range}</figcaption>
    </figure>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "curvature-map": CurvatureMap;
  }
}

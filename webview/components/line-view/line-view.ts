import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { createChart } from "../../charts/chart";
import type { Chart } from "../../charts/chart";
import { linesOption } from "../../charts/lines";
import type { RunData } from "../../state/model";
import { lineSeries } from "../../state/lines";
import { shared } from "../../styles/shared";
import { ThemeController } from "../theme-controller";

/** Loss and accuracy along one direction, or along a family of them. */
@customElement("line-view")
export class LineView extends LitElement {
  static override styles = [
    shared,
    css`
      .canvas {
        width: 100%;
        max-width: 818px;
        height: 360px;
        margin-top: 12px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @query(".canvas") private canvas!: HTMLElement;

  #theme = new ThemeController(this);
  #resize = new ResizeObserver(() => this.#chart?.resize());
  #chart?: Chart;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#resize.observe(this.canvas);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    this.#chart?.dispose();
    this.#chart = undefined;
  }

  override render() {
    return html`<div class="canvas" role="img" tabindex="0" aria-label=${strings.linesSummary(this.#facts())}></div>`;
  }

  protected override firstUpdated(): void {
    this.#resize.observe(this.canvas);
  }

  protected override updated(): void {
    this.#chart ??= createChart(this.canvas);
    const { header } = this.run;
    const input = {
      x: header.x,
      series: lineSeries(this.run),
      axis: header.directions.axes[0],
      theme: this.#theme.theme,
    };
    this.#chart.setOption(linesOption(input), true);
  }

  #facts() {
    const { header, measured } = this.run;
    return {
      count: header.y.length,
      points: header.x.length,
      measured: measured.count,
      splits: [header.data.split, ...(header.splits ?? []).map(({ data }) => data.split)],
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "line-view": LineView;
  }
}

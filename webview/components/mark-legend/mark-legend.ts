import { css, html, LitElement, nothing, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { accuracyError, formatCoordinate, formatCount } from "../../charts/format";
import { centreValue } from "../../state/field";
import type { Extreme } from "../../state/field";
import type { MapMarks, MarkName } from "../../state/marks";
import type { RunData } from "../../state/model";
import { splitsIn } from "../../state/splits";
import { formatMetric, gridStep } from "../../state/summary";
import { defaultView } from "../../state/view";
import { strings } from "../../strings/contour";
import { shared } from "../../styles/shared";

const symbols: Readonly<Record<Exclude<MarkName, "path">, ReturnType<typeof svg>>> = {
  centre: svg`<path d="M1 7h12M7 1v12" />`,
  lowest: svg`<path d="M7 2l5 5-5 5-5-5z" />`,
  saddles: svg`<path d="M3 3l8 8M3 11l8-8" />`,
};

/** The marks of a map beside their symbols, each with what it means and where it is. */
@customElement("mark-legend")
export class MarkLegend extends LitElement {
  static override styles = [
    shared,
    css`
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        padding: 0 16px 4px;
        font-size: 12px;
        line-height: 20px;
        color: var(--ll-muted);
        font-variant-numeric: tabular-nums;
      }

      li {
        display: flex;
        align-items: center;
        gap: 6px;
      }

      svg {
        width: 14px;
        height: 14px;
        flex: none;
        fill: none;
        stroke: var(--vscode-foreground);
        stroke-width: 1.5;
        stroke-linecap: round;
      }

      :host([narrow]) ul {
        padding: 0 12px 4px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  /** As `heldView` has it for the run. */
  @property({ attribute: false }) view = defaultView;
  @property({ attribute: false }) marks!: MapMarks;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const { centre, lowest, saddles } = this.marks;
    const [first] = saddles;
    return html`<ul aria-label=${strings.legend}>
      ${centre ? this.#entry("centre", strings.legendCentre) : nothing}
      ${lowest ? this.#entry("lowest", this.#lowest(lowest)) : nothing}
      ${
        first
          ? this.#entry(
              "saddles",
              saddles.length === 1
                ? strings.legendSaddle(...this.#place(first))
                : strings.legendSaddles(formatCount(saddles.length), ...this.#place(first)),
            )
          : nothing
      }
    </ul>`;
  }

  /** Where it is, and whether the trained weights are worse by more than chance may make them. */
  #lowest(lowest: Extreme): string {
    const { metric, split } = this.view;
    const { centre, data } = splitsIn(this.run, split)[0];
    const error = metric === "loss" ? Number(centre.lossError) : accuracyError(Number(centre.accuracy), data.samples);
    const gain = Math.abs(lowest.value - centreValue(this.run, metric, split));
    const text = (metric === "accuracy" ? strings.legendHighest : strings.legendLowest)(...this.#place(lowest));
    return gain < error ? strings.withinError(text) : text;
  }

  #place({ value, alpha, beta }: Extreme): [string, string, string] {
    const { x, y } = this.run.header;
    const { metric, split } = this.view;
    return [
      formatMetric(metric, value, split),
      formatCoordinate(alpha, gridStep(x)),
      formatCoordinate(beta, gridStep(y)),
    ];
  }

  #entry(name: keyof typeof symbols, text: string) {
    return html`<li data-mark=${name}><svg viewBox="0 0 14 14" aria-hidden="true">${symbols[name]}</svg>${text}</li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "mark-legend": MarkLegend;
  }
}

import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { formatTick } from "../../charts/format";
import type { RunData } from "../../state/model";
import { runStrings as strings } from "../../strings/runs";
import { shared } from "../../styles/shared";
import { emit } from "../events";
import type { PlaneRegion } from "../events";
import { Foresight } from "../foresight";

/** A run of fewer seconds starts without being asked for once more. */
const atOnce = 10;

/**
 * Before a part of the plane is measured: what would be measured and what it costs. What is there already, or takes less
 * than ten seconds, starts at once.
 * @fires offer-ended it was taken or given up
 */
@customElement("run-offer")
export class RunOffer extends LitElement {
  static override styles = [
    shared,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        min-height: 34px;
        padding: 4px 16px;
        border-bottom: 1px solid var(--ll-rule);
        font-size: 12px;
        line-height: 18px;
      }

      .text {
        flex: 1 1 260px;
        min-width: 0;
        font-variant-numeric: tabular-nums;
      }

      .cost::before {
        content: "· ";
      }

      vscode-button {
        height: 26px;
      }

      :host([narrow]) .line {
        padding: 4px 12px;
      }

      /* Both buttons stay beside each other. */
      :host([narrow]) .text {
        flex-basis: calc(100% - 24px);
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) region!: PlaneRegion;
  @property({ type: Boolean, reflect: true }) narrow = false;
  #foresight = new Foresight(this);

  protected override willUpdate(): void {
    this.#foresight.about({ grid: this.region }, this.run.header.id, 0);
  }

  protected override updated(): void {
    const { ready } = this.#foresight;
    if (ready && (ready.evaluations + ready.products === 0 || (ready.seconds ?? Infinity) < atOnce)) this.#start();
  }

  override render() {
    const { x, y } = this.region;
    const [columns, rows] = this.run.header.study.grid.points;
    const ends = ([from, to]: readonly [number, number]) => [formatTick(from), formatTick(to)] as const;
    const { problem, ready, text } = this.#foresight;
    return html`
      <div class="line" role="group" aria-label=${strings.measure} @keydown=${this.#onKey}>
        ${problem === undefined ? nothing : html`<vscode-icon class="warning" name="warning"></vscode-icon>`}
        <span class="text" role="status"
          >${strings.offer(ends(x), ends(y), `${columns} × ${rows}`)} <span class="cost muted">${text}</span></span
        >
        <vscode-button data-action="measure" ?disabled=${ready === undefined} @click=${this.#start}
          >${strings.measure}</vscode-button
        >
        <vscode-button secondary data-action="cancel" @click=${this.#end}>${strings.cancel}</vscode-button>
      </div>
    `;
  }

  #start = () => {
    emit(this, "panel-message", { kind: "run-changed", change: { grid: this.region } });
    this.#end();
  };

  #end = () => this.dispatchEvent(new CustomEvent("offer-ended"));

  #onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") this.#end();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "run-offer": RunOffer;
  }
}

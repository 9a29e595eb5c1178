import { css, html, LitElement } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { runStrings as strings } from "../../strings/runs";
import { shared } from "../../styles/shared";
import "../pop-up/pop-up";
import type { PopUp } from "../pop-up/pop-up";
import "./run-list";

/**
 * A button that opens the list of runs, and closes it when one has been chosen.
 * @fires run-chosen (`detail`: RunSummary)
 */
@customElement("add-runs")
export class AddRuns extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }

      run-list {
        width: 320px;
        max-width: calc(100vw - 26px);
        padding: 4px 0;
      }
    `,
  ];

  /** Journals of the runs that are shown already. */
  @property({ attribute: false }) shown: readonly string[] = [];
  /** How many runs may be shown. */
  @property({ type: Number }) most = Infinity;
  @state() private isOpen = false;
  @query("pop-up") private popUp!: PopUp;

  override render() {
    return html`
      <pop-up icon="add" label=${strings.add} @pop-up-opened=${() => (this.isOpen = true)}>
        <run-list
          ?active=${this.isOpen}
          .shown=${this.shown}
          .most=${this.most}
          @run-chosen=${this.#onChosen}
        ></run-list>
      </pop-up>
    `;
  }

  #onChosen = () => {
    this.isOpen = false;
    this.popUp.close();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "add-runs": AddRuns;
  }
}

import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { EarlierRun } from "../../../server/protocol/requests";
import { strings } from "../../strings/strings";
import { shared, statement } from "../../styles/shared";
import { emit } from "../events";

/** An earlier run of the same study was left unfinished: go on with it, or begin anew. */
@customElement("resume-offer")
export class ResumeOffer extends LitElement {
  static override styles = [shared, statement];

  @property({ attribute: false }) earlier!: EarlierRun;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const { measured, total } = this.earlier;
    return html`
      <section>
        <h2>${strings.offerTitle}</h2>
        <p>${strings.offerText(measured, total)}</p>
        <div class="actions">
          <vscode-button @click=${() => emit(this, "panel-message", { kind: "resume" })}
            >${strings.resume}</vscode-button
          >
          <vscode-button secondary @click=${() => emit(this, "panel-message", { kind: "start-over" })}
            >${strings.startOver}</vscode-button
          >
        </div>
        <p class="hint">${strings.startOverHint}</p>
      </section>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "resume-offer": ResumeOffer;
  }
}

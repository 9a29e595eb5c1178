import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { strings } from "../../app/strings";
import { baseName } from "../../charts/format";
import { shared, statement } from "../../styles/shared";
import { emit } from "../events";

/** The data could not be inferred: files that fit, or any other. */
@customElement("choose-data")
export class ChooseData extends LitElement {
  static override styles = [shared, statement];

  @property({ attribute: false }) candidates: readonly string[] = [];
  @property() reason = "";
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const some = this.candidates.length > 0;
    return html`
      <section>
        <h2>${strings.chooseTitle}</h2>
        <p>${this.reason}</p>
        ${
          some
            ? html`<ul class="rows">
                ${this.candidates.map((path, index) => this.#row(path, index === 0))}
              </ul>`
            : nothing
        }
        <div class="actions">
          <vscode-button ?secondary=${some} @click=${() => emit(this, "panel-message", { kind: "choose-data" })}
            >${strings.chooseDataFile}</vscode-button
          >
        </div>
      </section>
    `;
  }

  #row(path: string, primary: boolean) {
    const name = baseName(path);
    return html`<li>
      <vscode-icon name="file"></vscode-icon>
      <span class="text">${name}<small>${path}</small></span>
      <vscode-button
        ?secondary=${!primary}
        aria-label=${strings.useDataLabel(name)}
        @click=${() => emit(this, "panel-message", { kind: "choose-data", path })}
        >${strings.useData}</vscode-button
      >
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "choose-data": ChooseData;
  }
}

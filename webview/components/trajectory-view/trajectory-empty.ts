import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared, statement } from "../../styles/shared";
import { trajectoryStrings as strings } from "../../strings/trajectory";
import { emit } from "../events";

/** In place of a path: what would be here, and how it gets here. */
@customElement("trajectory-empty")
export class TrajectoryEmpty extends LitElement {
  static override styles = [shared, statement];

  /** Checkpoints were found beside the model, and the run is shown in another plane than theirs. */
  @property({ type: Boolean }) found = false;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    return html`
      <h2>${strings.emptyTitle}</h2>
      <p>${strings.emptyText}</p>
      <p class="hint">${this.found ? strings.emptyFound : strings.emptyMissing}</p>
      ${this.found ? nothing : html`<p class="hint">${strings.emptyHow}</p>`}
      ${
        this.found
          ? html`<div class="actions">
              <vscode-button @click=${() => emit(this, "panel-message", { kind: "plane", plane: "path" })}
                >${strings.showPath}</vscode-button
              >
            </div>`
          : nothing
      }
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "trajectory-empty": TrajectoryEmpty;
  }
}

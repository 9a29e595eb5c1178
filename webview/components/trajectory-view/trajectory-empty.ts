import "@vscode-elements/elements/dist/vscode-button/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared, statement } from "../../styles/shared";
import { trajectoryStrings as strings } from "../../strings/trajectory";
import { runStrings } from "../../strings/runs";
import { ask, AskError } from "../ask";
import { emit } from "../events";
import { costOf } from "../foresight";

/** In place of a path: what would be here, and how it gets here. */
@customElement("trajectory-empty")
export class TrajectoryEmpty extends LitElement {
  static override styles = [
    shared,
    statement,
    css`
      .cost {
        font-size: 12px;
        line-height: 18px;
        color: var(--ll-muted);
      }
    `,
  ];

  /** Checkpoints were found beside the model, and the run is shown in another plane than theirs. */
  @property({ type: Boolean }) found = false;
  @property({ type: Boolean, reflect: true }) narrow = false;
  /** What the run in the plane of the checkpoints would cost, or why there is none. */
  @state() private cost?: string;
  #hasAsked = false;

  protected override updated(): void {
    if (!this.found || this.#hasAsked) return;
    this.#hasAsked = true;
    void this.#foresee();
  }

  async #foresee(): Promise<void> {
    try {
      const result = await ask(this, "foresee-plane", { plane: "path" });
      this.cost = result.kind === "ready" ? costOf(result) : result.problem.message;
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
      this.cost = error.problem.message;
    }
  }

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
              <span class="cost" role="status">${this.cost ?? runStrings.foreseeing}</span>
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

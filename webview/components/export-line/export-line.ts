import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { css, html, LitElement, nothing } from "lit";
import type { PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { baseName } from "../../charts/format";
import { shared } from "../../styles/shared";
import { strings } from "../../strings/export";
import { emit } from "../events";
import type { ExportOutcome } from "../export-menu/export-menu";
import "../notice-line/notice-line";

/** How long a line stays that asks for nothing, in milliseconds. */
const shownFor = 4000;

/** What became of the last export, in one line; a file that was written can be shown. */
@customElement("export-line")
export class ExportLine extends LitElement {
  static override styles = [
    shared,
    css`
      .actions {
        display: flex;
        align-items: center;
        gap: 4px;
      }

      vscode-button {
        height: 22px;
      }
    `,
  ];

  @property({ attribute: false }) outcome?: ExportOutcome;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private dismissed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("outcome")) return;
    this.dismissed = false;
    clearTimeout(this.#timer);
    if (this.outcome?.kind === "copied") this.#timer = setTimeout(() => (this.dismissed = true), shownFor);
  }

  override render() {
    const { outcome } = this;
    if (!outcome || this.dismissed) return nothing;
    return html`<notice-line
      level=${outcome.kind === "failed" ? "error" : "info"}
      role="status"
      data-outcome=${outcome.kind}
      ?narrow=${this.narrow}
    >
      ${textOf(outcome)}
      <span slot="action" class="actions">
        ${
          outcome.kind === "saved"
            ? html`<vscode-button
                secondary
                @click=${() => emit(this, "panel-message", { kind: "reveal", path: outcome.path })}
                >${strings.show}</vscode-button
              >`
            : nothing
        }
        <vscode-toolbar-button
          icon="close"
          label=${strings.dismiss}
          title=${strings.dismiss}
          @click=${() => (this.dismissed = true)}
        ></vscode-toolbar-button>
      </span>
    </notice-line>`;
  }
}

function textOf(outcome: ExportOutcome): string {
  switch (outcome.kind) {
    case "saved":
      return strings.saved(baseName(outcome.path));
    case "copied":
      return outcome.what === "image" ? strings.imageCopied : strings.commandCopied;
    case "failed":
      return outcome.message;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "export-line": ExportLine;
  }
}

import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { baseName } from "../../charts/format";
import { language } from "../../strings/l10n";
import { runStrings as strings } from "../../strings/runs";
import { shared } from "../../styles/shared";
import { emit } from "../events";
import "../notice-line/notice-line";

/** Tells that files of the run have changed since it was measured. */
@customElement("stale-line")
export class StaleLine extends LitElement {
  static override styles = [
    shared,
    css`
      .actions {
        display: flex;
        align-items: center;
        gap: 4px;
        flex: none;
      }

      vscode-button {
        height: 26px;
      }
    `,
  ];

  /** Absolute paths. */
  @property({ attribute: false }) files: readonly string[] = [];
  /** When it was seen (ISO 8601). */
  @property() at = "";
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const [first = "", ...more] = this.files;
    const time = new Date(this.at || Date.now()).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
    const name = baseName(first);
    return html`
      <notice-line
        level="warning"
        role="status"
        data-notice="stale"
        title=${this.files.join("\n")}
        ?narrow=${this.narrow}
        >${more.length === 0 ? strings.changed(name, time) : strings.changedMore(name, more.length, time)}
        <span slot="action" class="actions">
          <vscode-button data-action="run-again" @click=${() => emit(this, "panel-message", { kind: "run-again" })}
            >${strings.runAgain}</vscode-button
          >
          <vscode-toolbar-button
            icon="close"
            label=${strings.dismiss}
            title=${strings.dismiss}
            @click=${() => emit(this, "panel-message", { kind: "dismiss-stale" })}
          ></vscode-toolbar-button>
        </span>
      </notice-line>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "stale-line": StaleLine;
  }
}

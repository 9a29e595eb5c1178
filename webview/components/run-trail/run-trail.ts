import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { TrailEntry } from "../../protocol/messages";
import { runStrings as strings } from "../../strings/runs";
import { shared } from "../../styles/shared";
import { emit } from "../events";

/** The runs that led to the one that is shown, each a way back. */
@customElement("run-trail")
export class RunTrail extends LitElement {
  static override styles = [
    shared,
    css`
      nav {
        display: flex;
        align-items: center;
        gap: 4px;
        min-height: 30px;
        padding: 0 16px 0 10px;
        border-top: 1px solid var(--ll-rule);
        font-size: 12px;
        line-height: 18px;
      }

      ol {
        display: flex;
        flex-wrap: wrap;
        margin: 0;
        padding: 0;
        min-width: 0;
        list-style: none;
      }

      li:not(:last-child)::after {
        content: "›";
        padding: 0 6px;
        color: var(--ll-muted);
      }

      button {
        padding: 0;
        border: 0;
        font: inherit;
        color: var(--vscode-textLink-foreground);
        background: none;
        cursor: pointer;
      }

      button:hover {
        text-decoration: underline;
      }

      :host([narrow]) nav {
        padding: 0 12px 0 6px;
      }
    `,
  ];

  @property({ attribute: false }) entries: readonly TrailEntry[] = [];
  /** What the run is called that is shown. */
  @property({ attribute: false }) shown?: string;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const last = this.entries.at(-1);
    return html`
      <nav aria-label=${strings.trail}>
        <vscode-toolbar-button
          icon="arrow-left"
          label=${strings.back}
          title=${strings.backHint}
          @click=${() => last && this.#goBack(last)}
        ></vscode-toolbar-button>
        <ol>
          ${this.entries.map(
            (entry) => html`<li><button @click=${() => this.#goBack(entry)}>${entry.label}</button></li>`,
          )}
          <li aria-current="true">${this.shown || strings.thisRun}</li>
        </ol>
      </nav>
    `;
  }

  #goBack({ journal }: TrailEntry): void {
    emit(this, "panel-message", { kind: "go-back", journal });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "run-trail": RunTrail;
  }
}

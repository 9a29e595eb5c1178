import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { shared } from "../../styles/shared";

const icons = { error: "error", warning: "warning", info: "info" } as const;

/**
 * One line under the header: an icon whose shape says how grave it is, a sentence, and at most one action.
 * @slot - the sentence
 * @slot action - a button
 */
@customElement("notice-line")
export class NoticeLine extends LitElement {
  static override styles = [
    shared,
    css`
      .line {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 32px;
        padding: 4px 16px;
        border-top: 1px solid var(--ll-rule);
        font-size: 12px;
        line-height: 18px;
      }

      .text {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }

      vscode-icon {
        align-self: flex-start;
        margin-top: 4px;
      }

      :host([narrow]) .line {
        padding: 4px 12px;
      }
    `,
  ];

  @property() level: keyof typeof icons = "info";
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const named = this.level === "info" ? "" : strings.checkLevels[this.level];
    return html`
      <div class="line">
        <vscode-icon class=${this.level} name=${icons[this.level]}></vscode-icon>
        <span class="spoken">${named}</span>
        <span class="text"><slot></slot></span>
        <slot name="action"></slot>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "notice-line": NoticeLine;
  }
}

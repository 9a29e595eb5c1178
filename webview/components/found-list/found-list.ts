import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { disclosure, shared } from "../../styles/shared";

/** What was found or taken without being asked for: closed, with the first of it in the summary. */
@customElement("found-list")
export class FoundList extends LitElement {
  static override styles = [
    shared,
    disclosure,
    css`
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
        line-height: 20px;
      }

      li {
        overflow-wrap: anywhere;
      }

      li + li {
        margin-top: 4px;
      }
    `,
  ];

  @property({ attribute: false }) notices: readonly string[] = [];
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    return html`
      <details>
        <summary>
          <vscode-icon name="chevron-right"></vscode-icon>
          <span>${strings.found}</span>
          <span class="muted">${strings.foundSummary(this.notices)}</span>
        </summary>
        <div class="body">
          <ul>
            ${this.notices.map((notice) => html`<li>${notice}</li>`)}
          </ul>
        </div>
      </details>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "found-list": FoundList;
  }
}

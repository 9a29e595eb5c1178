import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { guideOf } from "../../state/guide";
import type { RunData } from "../../state/model";
import { guideStrings as strings } from "../../strings/guide";
import { disclosure, shared } from "../../styles/shared";

/** How to read the pictures of a run, closed until it is wanted. */
@customElement("reading-guide")
export class ReadingGuide extends LitElement {
  static override styles = [
    shared,
    disclosure,
    css`
      .body {
        max-width: 640px;
      }

      dt {
        font-weight: 600;
        margin-top: 10px;
      }

      dd,
      .source {
        line-height: 18px;
        color: var(--ll-muted);
      }

      .source {
        margin-top: 12px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    return html`
      <details>
        <summary>
          <vscode-icon name="chevron-right"></vscode-icon>
          <span>${strings.title}</span>
          <span class="muted">${strings.hint}</span>
        </summary>
        <div class="body">
          <dl>
            ${guideOf(this.run).map(
              ({ name, title, text }) =>
                html`<dt>${title}</dt>
                  <dd data-guide=${name}>${text}</dd>`,
            )}
          </dl>
          <p class="source">${strings.source} <cite>${strings.paper}</cite></p>
        </div>
      </details>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "reading-guide": ReadingGuide;
  }
}

import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { baseName } from "../../charts/format";
import type { Question } from "../../protocol/messages";
import { shared, statement } from "../../styles/shared";
import { emit } from "../events";

/** A file could not be inferred: those that fit, or any other; data may be a folder. */
@customElement("choose-file")
export class ChooseFile extends LitElement {
  static override styles = [shared, statement];

  /** What is asked for. */
  @property() question: Question = "choose-data";
  @property({ attribute: false }) candidates: readonly string[] = [];
  @property() reason = "";
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const some = this.candidates.length > 0;
    const { title, browse, browseFolder } = strings.questions[this.question];
    return html`
      <section>
        <h2>${title}</h2>
        <p>${this.reason}</p>
        ${
          some
            ? html`<ul class="rows">
                ${this.candidates.map((path, index) => this.#row(path, index === 0))}
              </ul>`
            : nothing
        }
        <div class="actions">
          <vscode-button ?secondary=${some} @click=${() => emit(this, "panel-message", { kind: this.question })}
            >${browse}</vscode-button
          >
          ${
            browseFolder
              ? html`<vscode-button
                  secondary
                  @click=${() => emit(this, "panel-message", { kind: this.question, folder: true })}
                  >${browseFolder}</vscode-button
                >`
              : nothing
          }
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
        aria-label=${strings.useFileLabel(name)}
        @click=${() => emit(this, "panel-message", { kind: this.question, path })}
        >${strings.useFile}</vscode-button
      >
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "choose-file": ChooseFile;
  }
}

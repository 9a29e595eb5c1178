import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { TrackPoint } from "../../state/trajectory";
import { shared } from "../../styles/shared";
import { trajectoryStrings as strings } from "../../strings/trajectory";
import { emit } from "../events";

/**
 * What can be done with a checkpoint, as a bar of buttons.
 * @fires actions-closed it is no longer wanted
 */
@customElement("checkpoint-actions")
export class CheckpointActions extends LitElement {
  static override styles = [
    shared,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        padding: 4px 8px 4px 12px;
        background: var(--vscode-editorWidget-background, var(--vscode-editor-background));
        border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-panel-border)));
        border-radius: 5px;
        font-size: 12px;
      }

      .name {
        font-weight: 600;
        margin-right: 4px;
        overflow-wrap: anywhere;
      }

      vscode-button {
        height: 24px;
        flex: none;
      }
    `,
  ];

  @property({ attribute: false }) point!: TrackPoint;
  @query("vscode-button") private first!: HTMLElement;

  override focus(): void {
    this.first.focus();
  }

  override render() {
    const { name, path } = this.point;
    return html`
      <div class="bar" role="toolbar" aria-label=${strings.actionsOf(name)} @keydown=${this.#onKey}>
        <span class="name" title=${path}>${name}</span>
        <vscode-button
          secondary
          data-action="reveal"
          @click=${() => emit(this, "panel-message", { kind: "reveal", path })}
          >${strings.showFile}</vscode-button
        >
        <vscode-button
          secondary
          data-action="centre"
          @click=${() => emit(this, "panel-message", { kind: "run-changed", change: { weights: path } })}
          >${strings.centreHere}</vscode-button
        >
        <vscode-button
          secondary
          data-action="landscape"
          @click=${() => emit(this, "panel-message", { kind: "visualize", path })}
          >${strings.openLandscape}</vscode-button
        >
        <vscode-toolbar-button
          icon="close"
          label=${strings.closeActions}
          title=${strings.closeActions}
          @click=${this.#close}
        ></vscode-toolbar-button>
      </div>
    `;
  }

  #close = () => this.dispatchEvent(new CustomEvent("actions-closed"));

  #onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#close();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "checkpoint-actions": CheckpointActions;
  }
}

import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { strings } from "../../strings/contour";
import { shared } from "../../styles/shared";

/**
 * What can be done with a rectangle that was dragged on a map: look closer at what is there, or measure it anew.
 * @fires region-zoom
 * @fires region-measure
 * @fires region-close
 */
@customElement("region-bar")
export class RegionBar extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: absolute;
        z-index: 5;
      }

      .bar {
        display: flex;
        align-items: center;
        gap: 2px;
        padding: 2px;
        white-space: nowrap;
        font-size: 12px;
        color: var(--vscode-menu-foreground, var(--vscode-foreground));
        background: var(--vscode-menu-background, var(--vscode-editor-background));
        border: 1px solid var(--vscode-contrastBorder, var(--vscode-menu-border, var(--ll-rule)));
        border-radius: 5px;
      }
    `,
  ];

  /** Columns and rows that would be measured. */
  @property({ attribute: false }) points: readonly [number, number] = [51, 51];

  override render() {
    const measure = strings.measureHint(...this.points);
    return html`
      <div class="bar" role="toolbar" aria-label=${strings.regionActions} @keydown=${this.#onKey}>
        <vscode-toolbar-button
          icon="zoom-in"
          label=${strings.zoom}
          title=${strings.zoomHint}
          @click=${() => this.#send("region-zoom")}
          >${strings.zoom}</vscode-toolbar-button
        >
        <vscode-toolbar-button
          icon="symbol-ruler"
          label=${strings.measureHere}
          title=${measure}
          @click=${() => this.#send("region-measure")}
          >${strings.measureHere}</vscode-toolbar-button
        >
        <vscode-toolbar-button
          icon="close"
          label=${strings.closeRegion}
          title=${strings.closeRegion}
          @click=${() => this.#send("region-close")}
        ></vscode-toolbar-button>
      </div>
    `;
  }

  #onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") this.#send("region-close");
  };

  #send(name: "region-zoom" | "region-measure" | "region-close"): void {
    this.dispatchEvent(new CustomEvent(name));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "region-bar": RegionBar;
  }
}

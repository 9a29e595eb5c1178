import { css, html, LitElement } from "lit";
import { customElement, property, queryAll } from "lit/decorators.js";
import type { FigureLayout } from "../../charts/layout";
import type { FinerRun } from "../../state/finer-runs";
import type { PlaneWindow } from "../../state/window";
import { strings } from "../../strings/contour";
import { shared } from "../../styles/shared";
import { emit } from "../events";
import { boxOf } from "./places";

/** Outlines of runs that were measured inside of the plane that a map shows; the name of each opens it. */
@customElement("finer-outlines")
export class FinerOutlines extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: absolute;
        inset: 0;
        overflow: hidden;
        pointer-events: none;
      }

      .outline {
        position: absolute;
        border: 1px solid var(--vscode-editor-background);
        outline: 1px solid var(--vscode-foreground);
      }

      button {
        position: absolute;
        top: 0;
        left: 0;
        padding: 0 6px;
        border: 0;
        font-size: 11px;
        line-height: 16px;
        font-family: inherit;
        white-space: nowrap;
        color: var(--vscode-foreground);
        background: var(--vscode-editor-background);
        cursor: pointer;
        pointer-events: auto;
      }

      button:hover {
        text-decoration: underline;
      }
    `,
  ];

  @property({ attribute: false }) runs: readonly FinerRun[] = [];
  @property({ attribute: false }) layout?: FigureLayout;
  /** The part of the plane that is shown. */
  @property({ attribute: false }) shown?: PlaneWindow;
  @queryAll(".outline") private outlines!: NodeListOf<HTMLElement>;

  override render() {
    return this.runs.map(({ journal, name, points }) => {
      const grid = `${points[0]} × ${points[1]}`;
      return html`<div class="outline" data-finer=${journal}>
        <button
          type="button"
          title=${strings.openFiner(grid)}
          aria-label=${strings.openFiner(name === undefined ? grid : `${name}, ${grid}`)}
          @click=${() => emit(this, "panel-message", { kind: "open-run", journal })}
        >
          ${name ?? grid}
        </button>
      </div>`;
    });
  }

  /** What lies outside of the part that is shown has no outline. */
  protected override updated(): void {
    const { layout, shown } = this;
    this.runs.forEach(({ window }, index) => {
      const outline = this.outlines[index];
      if (!outline || !layout || !shown) return;
      const { plot } = layout;
      const { x, y, width, height } = boxOf(window, layout, shown);
      const [left, top] = [Math.max(x, plot.x), Math.max(y, plot.y)];
      const right = Math.min(x + width, plot.x + plot.width);
      const bottom = Math.min(y + height, plot.y + plot.height);
      outline.hidden = right - left < 2 || bottom - top < 2;
      const box = { left, top, width: right - left, height: bottom - top };
      for (const [name, value] of Object.entries(box)) outline.style.setProperty(name, `${Math.max(0, value)}px`);
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "finer-outlines": FinerOutlines;
  }
}

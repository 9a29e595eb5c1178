import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, queryAll } from "lit/decorators.js";
import type { CompareLayout } from "../../charts/compare/layout";
import type { Box } from "../../../server/drawing/box";
import { compareStrings } from "../../strings/compare";
import { shared } from "../../styles/shared";
import { tileReading } from "./tiles";
import type { TileContent } from "./tiles";

/** What is asked of a tile. */
export interface TileWish {
  readonly id: string;
  readonly wish: "remove" | "back" | "on";
}

/**
 * The titles over tiles, with the value of each and buttons that move and remove it, and sentences where there is no map.
 * @fires tile-wish (`detail`: TileWish)
 */
@customElement("tile-heads")
export class TileHeads extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: absolute;
        inset: 0;
        pointer-events: none;
      }

      .head,
      .message {
        pointer-events: auto;
      }

      .head {
        position: absolute;
        display: flex;
        align-items: center;
        gap: 8px;
        min-width: 0;
      }

      h2 {
        flex: 0 1 auto;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-weight: 600;
        line-height: 20px;
      }

      .reading {
        margin-left: auto;
        flex: none;
        font-size: 12px;
        line-height: 20px;
        color: var(--ll-muted);
        font-variant-numeric: tabular-nums;
      }

      /* Over the value, which one does not read while one moves tiles. */
      .actions {
        position: absolute;
        right: 0;
        top: 0;
        bottom: 0;
        display: flex;
        align-items: center;
        padding-left: 8px;
        background: var(--vscode-editor-background);
        opacity: 0;
      }

      .head:hover .actions,
      .actions:focus-within {
        opacity: 1;
      }

      @media (hover: none) {
        .actions {
          position: static;
          opacity: 1;
        }
      }

      .message {
        position: absolute;
        display: flex;
        gap: 8px;
        align-items: center;
        justify-content: center;
        padding: 12px;
        overflow: auto;
        font-size: 12px;
        line-height: 18px;
        color: var(--ll-muted);
      }

      .message[data-level="error"] {
        color: var(--vscode-foreground);
      }

      .message vscode-icon {
        color: var(--ll-error);
      }
    `,
  ];

  @property({ attribute: false }) contents: readonly TileContent[] = [];
  @property({ attribute: false }) layout?: CompareLayout;
  /** Where values are read; θ* when absent. */
  @property({ attribute: false }) cursor?: { readonly alpha: number; readonly beta: number };
  @queryAll(".head") private heads!: NodeListOf<HTMLElement>;
  @queryAll(".message") private messages!: NodeListOf<HTMLElement>;

  override render() {
    return html`
      ${this.contents.map((content) => this.#head(content))}
      ${this.contents.map((content) =>
        content.message === undefined
          ? html`<p class="message" hidden></p>`
          : html`<p class="message" data-level=${content.level ?? "info"}>
              ${content.level === "error" ? html`<vscode-icon name="circle-slash"></vscode-icon>` : nothing}
              <span>${content.message}</span>
            </p>`,
      )}
    `;
  }

  #head(content: TileContent) {
    const { id, title, hint, progress, canMoveBack, canMoveOn, canRemove } = content;
    const reading = tileReading(content, this.cursor);
    const button = (wish: TileWish["wish"], icon: string, label: string) =>
      html`<vscode-toolbar-button
        icon=${icon}
        label=${label}
        title=${label}
        @click=${() => this.#wish({ id, wish })}
      ></vscode-toolbar-button>`;
    return html`<div class="head" data-tile=${id}>
      <h2 title=${hint ?? title}>${title}</h2>
      ${
        progress === undefined
          ? html`<span class="reading" data-value=${reading === undefined ? nothing : String(reading.value)}
              >${reading?.text ?? nothing}</span
            >`
          : html`<span class="reading">${progress}</span>`
      }
      ${
        canMoveBack || canMoveOn || canRemove
          ? html`<span class="actions">
              ${canMoveBack ? button("back", "arrow-left", compareStrings.moveBack(title)) : nothing}
              ${canMoveOn ? button("on", "arrow-right", compareStrings.moveOn(title)) : nothing}
              ${canRemove ? button("remove", "close", compareStrings.remove(title)) : nothing}
            </span>`
          : nothing
      }
    </div>`;
  }

  #wish(detail: TileWish): void {
    this.dispatchEvent(new CustomEvent<TileWish>("tile-wish", { detail, bubbles: true, composed: true }));
  }

  /** The titles stand where the maps will be, so that nothing jumps when they come. */
  protected override updated(): void {
    this.layout?.tiles.forEach(({ title, plot }, index) => {
      place(this.heads[index], title);
      place(this.messages[index], plot);
    });
  }
}

function place(element: HTMLElement | undefined, { x, y, width, height }: Box): void {
  if (!element) return;
  for (const [name, value] of Object.entries({ left: x, top: y, width, height })) {
    element.style.setProperty(name, `${value}px`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "tile-heads": TileHeads;
  }
}

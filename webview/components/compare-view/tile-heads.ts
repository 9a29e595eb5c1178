import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, queryAll, state } from "lit/decorators.js";
import type { CompareLayout } from "../../charts/compare/layout";
import type { Box } from "../../../server/drawing/box";
import { compareStrings } from "../../strings/compare";
import { shared } from "../../styles/shared";
import type { TileWish } from "./order";
import { tileReading } from "./tiles";
import type { TileContent } from "./tiles";

/**
 * The titles over tiles, with the value of each and buttons that move and remove it, and sentences where there is no map.
 * A tile is also moved by dragging its title to another tile, and by Alt with an arrow key on one of its buttons.
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

      .head[draggable="true"] {
        cursor: grab;
      }

      /* Where a tile may be dropped: over the maps, which get no events meanwhile. */
      .zone {
        position: absolute;
        pointer-events: auto;
      }

      .zone[data-over] {
        outline: 2px solid var(--vscode-focusBorder);
        outline-offset: -2px;
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
  /** The tile that is being dragged, and the one that it is over. */
  @state() private dragged?: string;
  @state() private over?: string;
  @queryAll(".head") private heads!: NodeListOf<HTMLElement>;
  @queryAll(".message") private messages!: NodeListOf<HTMLElement>;
  @queryAll(".zone") private zones!: NodeListOf<HTMLElement>;
  /** The tile that was moved by the keyboard: the focus goes with it. */
  #focused?: { readonly id: string; readonly wish: string };

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
      ${this.contents.map((content) => this.#zone(content))}
    `;
  }

  /** Hidden unless a tile is dragged that may take this place. */
  #zone({ id, canRemove }: TileContent) {
    const isPlace = this.dragged !== undefined && this.dragged !== id && canRemove;
    return html`<div
      class="zone"
      data-zone=${id}
      ?hidden=${!isPlace}
      ?data-over=${this.over === id}
      @dragover=${(event: DragEvent) => this.#onOver(event, id)}
      @dragleave=${() => (this.over = undefined)}
      @drop=${(event: DragEvent) => this.#onDrop(event, id)}
    ></div>`;
  }

  #head(content: TileContent) {
    const { id, title, hint, progress, canMoveBack, canMoveOn, canRemove } = content;
    const reading = tileReading(content, this.cursor);
    const button = (wish: "remove" | "back" | "on", icon: string, label: string) =>
      html`<vscode-toolbar-button
        icon=${icon}
        label=${label}
        title=${label}
        data-wish=${wish}
        @click=${() => this.#wish({ id, wish })}
      ></vscode-toolbar-button>`;
    const canMove = canMoveBack || canMoveOn;
    return html`<div
      class="head"
      data-tile=${id}
      draggable=${canMove ? "true" : "false"}
      @dragstart=${(event: DragEvent) => this.#onDrag(event, id)}
      @dragend=${this.#onDragEnd}
      @keydown=${(event: KeyboardEvent) => this.#onKey(event, content)}
    >
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

  #onDrag = (event: DragEvent, id: string) => {
    event.dataTransfer?.setData("text/plain", id);
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
    this.dragged = id;
  };

  #onDragEnd = () => {
    this.dragged = undefined;
    this.over = undefined;
  };

  #onOver(event: DragEvent, id: string): void {
    event.preventDefault();
    this.over = id;
  }

  #onDrop(event: DragEvent, of: string): void {
    event.preventDefault();
    const { dragged: id } = this;
    this.#onDragEnd();
    if (id !== undefined) this.#wish({ id, wish: "place", of });
  }

  /** Alt with an arrow, which elsewhere in the panel goes back to the run before. */
  #onKey = (event: KeyboardEvent, { id, canMoveBack, canMoveOn }: TileContent) => {
    if (!event.altKey) return;
    const back = event.key === "ArrowLeft" || event.key === "ArrowUp";
    const on = event.key === "ArrowRight" || event.key === "ArrowDown";
    if (!back && !on) return;
    event.preventDefault();
    event.stopPropagation();
    if (back ? !canMoveBack : !canMoveOn) return;
    const wish = back ? "back" : "on";
    this.#focused = { id, wish };
    this.#wish({ id, wish });
  };

  /** The button that was used, or another one of the tile where it is gone: at the end of a row one cannot go on. */
  #keepFocus({ id, wish }: { readonly id: string; readonly wish: string }): void {
    const head = [...this.heads].find((each) => each.dataset.tile === id);
    const buttons = [...(head?.querySelectorAll<HTMLElement>("[data-wish]") ?? [])];
    const button = buttons.find((each) => each.dataset.wish === wish) ?? buttons[0];
    // A button that has just been made has its inner one only after its own update.
    requestAnimationFrame(() => button?.shadowRoot?.querySelector("button")?.focus());
  }

  /** The titles stand where the maps will be, so that nothing jumps when they come. */
  protected override updated(changed: PropertyValues<this>): void {
    this.layout?.tiles.forEach(({ title, plot }, index) => {
      place(this.heads[index], title);
      place(this.messages[index], plot);
      place(this.zones[index], plot);
    });
    if (!this.#focused || !changed.has("contents")) return;
    const focused = this.#focused;
    this.#focused = undefined;
    this.#keepFocus(focused);
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

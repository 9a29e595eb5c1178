import { css, html, LitElement } from "lit";
import { customElement, property, queryAll } from "lit/decorators.js";
import { shared } from "../../styles/shared";

/** An entry of a menu, with the key that does the same. */
export interface ContextItem {
  readonly label: string;
  readonly key?: string;
  choose(): void;
}

/**
 * A menu at the place where it was asked for. It has the focus while it is there; Escape, Tab or a click elsewhere close
 * it.
 * @fires context-close it is done with; `detail`: whether by the keyboard, so that the focus goes back
 */
@customElement("context-menu")
export class ContextMenu extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: absolute;
        z-index: 10;
        min-width: 208px;
        color: var(--vscode-menu-foreground, var(--vscode-foreground));
        background: var(--vscode-menu-background, var(--vscode-editor-background));
        border: 1px solid var(--vscode-contrastBorder, var(--vscode-menu-border, var(--ll-rule)));
        border-radius: 5px;
      }

      .menu {
        padding: 4px;
        white-space: nowrap;
      }

      .item {
        display: flex;
        justify-content: space-between;
        gap: 24px;
        padding: 2px 12px;
        line-height: 20px;
        border-radius: 3px;
        cursor: pointer;
      }

      .key {
        color: var(--ll-muted);
      }

      .item:hover,
      .item:focus {
        background: var(--vscode-menu-selectionBackground, transparent);
        color: var(--vscode-menu-selectionForeground, inherit);
        outline: 1px solid var(--vscode-menu-selectionBorder, transparent);
        outline-offset: -1px;
      }

      .item:hover .key,
      .item:focus .key {
        color: inherit;
      }
    `,
  ];

  @property({ attribute: false }) items: readonly ContextItem[] = [];
  @property() label = "";
  @queryAll(".item") private rows!: NodeListOf<HTMLElement>;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.#onOutside, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#onOutside, true);
  }

  override render() {
    return html`
      <div class="menu" role="menu" aria-label=${this.label} @keydown=${this.#onKey}>
        ${this.items.map(
          (item) =>
            html`<div class="item" role="menuitem" tabindex="-1" @click=${() => this.#choose(item)}>
              <span>${item.label}</span>${item.key ? html`<span class="key" aria-hidden="true">${item.key}</span>` : ""}
            </div>`,
        )}
      </div>
    `;
  }

  protected override firstUpdated(): void {
    this.#focus(0);
  }

  #focus(index: number): void {
    const count = this.rows.length;
    this.rows[(index + count) % count]?.focus();
  }

  #choose(item: ContextItem): void {
    this.#close(true);
    item.choose();
  }

  #close(byKeyboard: boolean): void {
    this.dispatchEvent(new CustomEvent("context-close", { detail: byKeyboard }));
  }

  #onOutside = (event: Event) => {
    if (!event.composedPath().includes(this)) this.#close(false);
  };

  #onKey = (event: KeyboardEvent) => {
    const at = [...this.rows].indexOf(event.target as HTMLElement);
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.#focus(at + 1),
      ArrowUp: () => this.#focus(at - 1),
      Home: () => this.#focus(0),
      End: () => this.#focus(-1),
      Enter: () => this.#choose(this.items[at]!),
      " ": () => this.#choose(this.items[at]!),
      Escape: () => this.#close(true),
      Tab: () => this.#close(true),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "context-menu": ContextMenu;
  }
}

import { css, html, LitElement, nothing } from "lit";
import { customElement, property, queryAll, query } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { shared } from "../../styles/shared";
import "../pop-up/pop-up";
import type { PopUp } from "../pop-up/pop-up";

export interface MenuItem {
  readonly label: string;
  /** Whether it begins a group of its own. */
  readonly isFirst?: boolean;
  choose(): void;
}

/** A button of the header and its menu: "More actions", unless it is given another name. */
@customElement("more-menu")
export class MoreMenu extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }

      .menu {
        padding: 4px;
        white-space: nowrap;
      }

      .item {
        padding: 2px 12px;
        line-height: 20px;
        border-radius: 3px;
        cursor: pointer;
      }

      .rule {
        margin: 4px 0;
        border-top: 1px solid var(--vscode-menu-separatorBackground, var(--ll-rule));
      }

      .item:hover,
      .item:focus {
        background: var(--vscode-menu-selectionBackground, transparent);
        color: var(--vscode-menu-selectionForeground, inherit);
        outline: 1px solid var(--vscode-menu-selectionBorder, transparent);
        outline-offset: -1px;
      }
    `,
  ];

  @property() icon = "ellipsis";
  @property() label = strings.more;
  @property({ attribute: false }) items: readonly MenuItem[] = [];
  @query("pop-up") private popUp!: PopUp;
  @queryAll(".item") private rows!: NodeListOf<HTMLElement>;

  override render() {
    return html`
      <pop-up icon=${this.icon} label=${this.label} kind="menu" @pop-up-opened=${() => this.#focus(0)}>
        <div class="menu" role="menu" aria-label=${this.label} @keydown=${this.#onKey}>
          ${this.items.map(
            (item, k) => html`
              ${item.isFirst && k > 0 ? html`<div class="rule" role="separator"></div>` : nothing}
              <div class="item" role="menuitem" tabindex="-1" @click=${() => this.#choose(item)}>${item.label}</div>
            `,
          )}
        </div>
      </pop-up>
    `;
  }

  #focus(index: number): void {
    const count = this.rows.length;
    this.rows[(index + count) % count]?.focus();
  }

  #choose(item: MenuItem): void {
    this.popUp.close();
    item.choose();
  }

  #onKey = (event: KeyboardEvent) => {
    const at = [...this.rows].indexOf(event.target as HTMLElement);
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.#focus(at + 1),
      ArrowUp: () => this.#focus(at - 1),
      Home: () => this.#focus(0),
      End: () => this.#focus(-1),
      Enter: () => this.items[at] && this.#choose(this.items[at]),
      " ": () => this.items[at] && this.#choose(this.items[at]),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "more-menu": MoreMenu;
  }
}

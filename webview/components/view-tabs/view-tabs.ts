import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ViewName } from "../../protocol/messages";
import { strings } from "../../strings/strings";
import { shared } from "../../styles/shared";
import { emit } from "../events";
import { SizeController } from "../size-controller";

/** A tab: its name, its title and how much behind it asks for attention. */
export interface Tab {
  readonly name: ViewName;
  readonly title: string;
  readonly badge: number;
}

const wordsOf = (tabs: readonly Tab[]): string => tabs.map(({ title, badge }) => `${title} ${badge}`).join();

/** The views of the panel: tabs, or a list to choose from where there is no room for them. */
@customElement("view-tabs")
export class ViewTabs extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        min-width: 0;
        border-top: 1px solid var(--ll-rule);
        border-bottom: 1px solid var(--ll-rule);
      }

      [role="tablist"] {
        display: flex;
        height: 32px;
        padding: 0 12px;
        overflow: hidden;
      }

      button {
        display: flex;
        align-items: center;
        gap: 6px;
        flex: none;
        padding: 0 4px;
        border: 0;
        border-bottom: 1px solid transparent;
        border-top: 1px solid transparent;
        background: none;
        color: var(--ll-muted);
        font: inherit;
        cursor: pointer;
      }

      /* Room between titles, which is given up before the tabs become a list. */
      .room {
        flex: 0 1 8px;
      }

      button:hover {
        color: var(--vscode-foreground);
      }

      button[aria-selected="true"] {
        color: var(--vscode-foreground);
        border-bottom-color: var(--ll-selected, var(--vscode-panelTitle-activeBorder, currentColor));
      }

      .badge {
        min-width: 16px;
        padding: 0 4px;
        border-radius: 8px;
        font-size: 11px;
        line-height: 16px;
        text-align: center;
        color: var(--vscode-badge-foreground);
        background: var(--vscode-badge-background);
      }

      .list {
        padding: 8px 16px;
      }

      :host([narrow]) .list {
        padding: 8px 12px;
      }

      vscode-single-select {
        width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) tabs: readonly Tab[] = [];
  @property({ attribute: false }) shown?: ViewName;
  @property({ type: Boolean, reflect: true }) narrow = false;
  /** Width that the tabs as they are need side by side, in pixels, as far as they did not have it. */
  @state() private needed = 0;
  @query('[role="tablist"]') private row?: HTMLElement;

  protected readonly size = new SizeController(this, () => this.requestUpdate());

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Other titles and other counts need another width.
    if (changed.has("tabs") && wordsOf(changed.get("tabs") ?? []) !== wordsOf(this.tabs)) this.needed = 0;
  }

  protected override updated(): void {
    if (this.row && this.row.scrollWidth > this.row.clientWidth) this.needed = this.row.scrollWidth;
  }

  override render() {
    const isTight = this.needed > 0 && this.clientWidth < this.needed;
    return this.narrow || isTight ? this.#list() : this.#tablist();
  }

  #tablist() {
    return html`<div role="tablist" aria-label=${strings.viewsLabel} @keydown=${this.#onKey}>
      ${this.tabs.map(({ name, title, badge }, k) => {
        const selected = name === this.shown;
        return html`${k > 0 ? html`<span class="room"></span>` : nothing}<button
            role="tab"
            data-view=${name}
            aria-selected=${selected}
            tabindex=${selected ? 0 : -1}
            @click=${() => this.#show(name)}
          >
            ${title}
            ${
              badge > 0
                ? html`<span class="badge" aria-hidden="true">${badge}</span
                    ><span class="spoken">${strings.viewWarnings(badge)}</span>`
                : nothing
            }
          </button>`;
      })}
    </div>`;
  }

  #list() {
    const options = this.tabs.map(({ name, title, badge }) => ({
      value: name,
      label: badge > 0 ? `${title} (${badge})` : title,
      description: "",
      selected: name === this.shown,
      disabled: false,
    }));
    return html`<div class="list">
      <vscode-single-select
        label=${strings.viewsLabel}
        .options=${options}
        .value=${this.shown ?? ""}
        @change=${(event: Event) => this.#show((event.target as HTMLElement & { value: ViewName }).value)}
      ></vscode-single-select>
    </div>`;
  }

  #show(name: ViewName): void {
    if (name !== this.shown) emit(this, "view-change", { shown: name });
  }

  #onKey = (event: KeyboardEvent) => {
    const at = this.tabs.findIndex(({ name }) => name === this.shown);
    const last = this.tabs.length - 1;
    const to = { ArrowLeft: at > 0 ? at - 1 : last, ArrowRight: at < last ? at + 1 : 0, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const { name } = this.tabs[to]!;
    this.#show(name);
    // Selection follows focus; the roving tab index comes with the next update.
    this.renderRoot.querySelector<HTMLElement>(`[data-view="${name}"]`)?.focus();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "view-tabs": ViewTabs;
  }
}

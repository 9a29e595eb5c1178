import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { shared } from "../../styles/shared";

/**
 * A toolbar button and the sheet that it opens below itself. Escape, a click elsewhere or leaving it with the keyboard
 * closes the sheet; Escape gives the focus back to the button.
 * @slot - content of the sheet
 * @fires pop-up-opened when the sheet has been opened
 */
@customElement("pop-up")
export class PopUp extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
        position: relative;
      }

      .sheet {
        position: absolute;
        right: 0;
        top: 26px;
        z-index: 10;
        min-width: 208px;
        max-width: calc(100vw - 24px);
        background: var(--vscode-menu-background, var(--vscode-editor-background));
        color: var(--vscode-menu-foreground, var(--vscode-foreground));
        border: 1px solid var(--vscode-contrastBorder, var(--vscode-menu-border, var(--ll-rule)));
        border-radius: 5px;
      }
    `,
  ];

  @property() icon = "";
  @property() label = "";
  /** What the sheet is to assistive technology: a `menu` brings its own role. */
  @property() kind: "menu" | "dialog" = "dialog";
  @property({ type: Boolean, reflect: true }) open = false;
  @query("vscode-toolbar-button") private button!: HTMLElement;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.#onOutside, true);
    this.addEventListener("keydown", this.#onKey);
    this.addEventListener("focusout", this.#onFocusOut);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#onOutside, true);
    this.removeEventListener("keydown", this.#onKey);
    this.removeEventListener("focusout", this.#onFocusOut);
  }

  /** Closes the sheet and puts the focus on the button. */
  close(): void {
    this.open = false;
    this.#inner()?.focus();
  }

  override render() {
    const role = this.kind === "dialog" ? "dialog" : "none";
    return html`
      <vscode-toolbar-button
        icon=${this.icon}
        label=${this.label}
        title=${this.label}
        @click=${this.#toggle}
      ></vscode-toolbar-button>
      <div class="sheet" role=${role} aria-label=${this.label} ?hidden=${!this.open}><slot></slot></div>
    `;
  }

  override updated(): void {
    const expanded = String(this.open);
    // The component has no properties for these two; its button is the element that carries the focus.
    void (this.button as LitElement).updateComplete.then(() => {
      this.#inner()?.setAttribute("aria-expanded", expanded);
      this.#inner()?.setAttribute("aria-haspopup", this.kind);
    });
  }

  #inner(): HTMLElement | null | undefined {
    return this.button.shadowRoot?.querySelector("button");
  }

  #toggle = () => {
    this.open = !this.open;
    if (!this.open) return;
    void this.updateComplete.then(() => this.dispatchEvent(new Event("pop-up-opened")));
  };

  #onOutside = (event: Event) => {
    if (this.open && !event.composedPath().includes(this)) this.open = false;
  };

  #onFocusOut = (event: FocusEvent) => {
    const target = event.relatedTarget as Node | null;
    if (this.open && target && !this.#shows(target)) this.open = false;
  };

  /** Whether a node is in the sheet or the button, also when it comes from outside through slots. */
  #shows(node: Node): boolean {
    let at: Node | null = node;
    while (at && at !== this) {
      at = (at instanceof Element && at.assignedSlot) || (at instanceof ShadowRoot ? at.host : at.parentNode);
    }
    return at === this;
  }

  #onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !this.open) return;
    event.stopPropagation();
    this.close();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "pop-up": PopUp;
  }
}

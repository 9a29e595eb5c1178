import { css, html, LitElement, nothing } from "lit";
import type { PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { RunSummary } from "../../../server/protocol/requests";
import { formatLoss } from "../../charts/format";
import { toNumber } from "../../state/numbers";
import { runStrings as strings } from "../../strings/runs";
import { shared } from "../../styles/shared";
import { ask, AskError } from "../ask";

/**
 * The runs of the workspace, of which one may be chosen.
 * @fires run-chosen (`detail`: RunSummary)
 */
@customElement("run-list")
export class RunList extends LitElement {
  static override styles = [
    shared,
    css`
      ul {
        max-height: 320px;
        overflow: auto;
      }

      button {
        display: block;
        width: 100%;
        padding: 4px 12px;
        border: 0;
        background: none;
        color: inherit;
        font: inherit;
        text-align: left;
        cursor: pointer;
      }

      button:hover,
      button:focus-visible {
        background: var(--vscode-list-hoverBackground, transparent);
        outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
        outline-offset: -1px;
      }

      button:focus-visible {
        outline-color: var(--vscode-focusBorder);
      }

      strong {
        font-weight: 600;
      }

      strong,
      small {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      small,
      p {
        font-size: 12px;
        line-height: 18px;
        color: var(--ll-muted);
      }

      p {
        padding: 8px 12px;
      }
    `,
  ];

  /** Journals of the runs that are shown already. */
  @property({ attribute: false }) shown: readonly string[] = [];
  /** Whether the list is in sight: it is made each time that it comes into sight. */
  @property({ type: Boolean }) active = false;
  /** How many runs may be shown. */
  @property({ type: Number }) most = Infinity;
  @state() private runs?: readonly RunSummary[];
  @state() private problem = "";

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("active") && this.active) void this.#load();
  }

  async #load(): Promise<void> {
    try {
      this.runs = await ask(this, "runs", {});
      this.problem = "";
    } catch (error) {
      this.problem = error instanceof AskError ? error.message : String(error);
    }
  }

  override render() {
    if (this.problem) return html`<p role="alert">${this.problem}</p>`;
    if (this.shown.length >= this.most) return html`<p>${strings.full(this.most)}</p>`;
    if (!this.runs) return html`<p role="status">${strings.looking}</p>`;
    const others = this.runs.filter(({ journal, measured }) => measured > 0 && !this.shown.includes(journal));
    if (others.length === 0) return html`<p>${strings.noOthers}</p>`;
    return html`<ul aria-label=${strings.ofWorkspace}>
      ${others.map((run) => this.#row(run))}
    </ul>`;
  }

  #row(run: RunSummary) {
    const { name, model, what, directions, split, samples, loss, status } = run;
    const state = { done: "", unfinished: strings.unfinished, running: strings.running }[status];
    return html`<li>
      <button data-journal=${run.journal} title=${model.path} @click=${() => this.#choose(run)}>
        <strong>${name ?? model.name}</strong>
        <small>${strings.runLine(what, directions)}${state ? html`, ${state}` : nothing}</small>
        <small>${strings.runData(split, samples, formatLoss(toNumber(loss)))}</small>
      </button>
    </li>`;
  }

  #choose(run: RunSummary): void {
    this.dispatchEvent(new CustomEvent<RunSummary>("run-chosen", { detail: run, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "run-list": RunList;
  }
}

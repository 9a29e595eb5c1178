import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { RunSummary } from "../../../server/protocol/requests";
import { formatCount } from "../../charts/format";
import { strings } from "../../strings/lines";
import { shared } from "../../styles/shared";
import { ask } from "../ask";
import "../pop-up/pop-up";

/**
 * Lets runs be chosen that are drawn beside the one that is shown; the list is asked for whenever it is opened.
 * @fires runs-chosen journals of the runs that are chosen now (`detail`: string[])
 */
@customElement("add-runs")
export class AddRuns extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }

      .list {
        display: grid;
        gap: 4px;
        padding: 12px;
        width: 300px;
        max-width: 100%;
        max-height: 320px;
        overflow-y: auto;
        font-size: 12px;
        line-height: 18px;
      }

      h2 {
        font-weight: 600;
      }

      .what {
        display: block;
        padding-left: 26px;
        color: var(--ll-muted);
      }
    `,
  ];

  /** Journal of the run that is shown, which is not offered. */
  @property() own = "";
  @property({ attribute: false }) chosen: readonly string[] = [];
  /** How many may be chosen. */
  @property({ type: Number }) most = 5;
  @state() private runs?: readonly RunSummary[];
  @state() private problem = "";

  override render() {
    return html`
      <pop-up icon="add" label=${strings.addRuns} @pop-up-opened=${this.#load}>
        <div class="list">
          <h2>${strings.addRunsTitle}</h2>
          ${this.problem ? html`<p role="alert" class="error">${this.problem}</p>` : nothing} ${this.#list()}
        </div>
      </pop-up>
    `;
  }

  #list() {
    const others = this.runs?.filter(({ journal, measured }) => journal !== this.own && measured > 0);
    if (!others) return this.problem ? nothing : html`<p class="muted">${strings.addRunsLoading}</p>`;
    if (others.length === 0) return html`<p class="muted">${strings.addRunsNone}</p>`;
    const isFull = this.chosen.length >= this.most;
    return html`
      ${others.map((run) => this.#row(run, isFull))}
      ${isFull ? html`<p class="muted">${strings.addRunsFull(this.most + 1)}</p>` : nothing}
    `;
  }

  #row({ journal, name, model, what, directions, split, samples }: RunSummary, isFull: boolean) {
    const isChosen = this.chosen.includes(journal);
    const title = name ?? model.name;
    return html`<div class="run" data-journal=${journal}>
      <vscode-checkbox
        label=${title}
        .checked=${isChosen}
        ?disabled=${isFull && !isChosen}
        aria-label=${`${title}, ${what}, ${directions}`}
        @change=${() => this.#toggle(journal)}
      ></vscode-checkbox>
      <span class="what">${strings.runRow(what, directions, `${formatCount(samples)} ${split}`)}</span>
    </div>`;
  }

  #toggle(journal: string): void {
    const rest = this.chosen.filter((each) => each !== journal);
    const detail = rest.length < this.chosen.length ? rest : [...rest, journal];
    this.dispatchEvent(new CustomEvent("runs-chosen", { detail }));
  }

  #load = async () => {
    this.problem = "";
    try {
      this.runs = await ask(this, "runs", {});
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "add-runs": AddRuns;
  }
}

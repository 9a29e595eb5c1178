import "@vscode-elements/elements/dist/vscode-button/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { PanelModel, RunData } from "../../state/model";
import { runStrings } from "../../strings/runs";
import { strings } from "../../strings/strings";
import { shared } from "../../styles/shared";
import { emit } from "../events";
import "../notice-line/notice-line";
import "../stale-line/stale-line";

/**
 * Lines under the header that must not be overlooked: the worker is gone, files have changed, a check has failed, the run
 * was cancelled, or is the one that took the place of another when its files had changed.
 * @fires compare-before the run is to be compared with the one from before its files changed (`detail`: its journal)
 */
@customElement("panel-notices")
export class PanelNotices extends LitElement {
  static override styles = [
    shared,
    css`
      vscode-button {
        height: 26px;
      }
    `,
  ];

  @property({ attribute: false }) model!: PanelModel;
  /** The run whose figures are shown; absent while a question or a problem takes their place. */
  @property({ attribute: false }) run?: RunData;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const { workerLost, stale, staleAt } = this.model;
    return html`
      ${workerLost ? this.#line("warning", "worker", strings.workerLost) : nothing}
      ${
        stale.length > 0 && this.run
          ? html`<stale-line .files=${stale} at=${staleAt ?? ""} ?narrow=${this.narrow}></stale-line>`
          : nothing
      }
      ${this.run?.checks
        .filter(({ level }) => level === "error")
        .map(({ name, message }) => this.#line("error", `check-${name}`, message))}
      ${this.#cancelled()} ${this.#measuredAgain()}
    `;
  }

  #cancelled() {
    const { run } = this;
    if (this.model.phase.kind !== "run" || run?.status !== "cancelled") return nothing;
    const resume = () => emit(this, "panel-message", { kind: "resume" });
    const text = strings.cancelled(run.measured.count, run.progress.total);
    return this.#line("info", "cancelled", text, { label: strings.resume, press: resume });
  }

  #measuredAgain() {
    const { trail, phase, run, compared } = this.model;
    const before = trail.at(-1);
    if (before?.isBefore !== true || phase.kind !== "run" || run?.status !== "done" || compared.length > 0)
      return nothing;
    const compare = () => this.dispatchEvent(new CustomEvent("compare-before", { detail: before.journal }));
    return this.#line("info", "before", runStrings.measuredAgain, { label: runStrings.compareBefore, press: compare });
  }

  #line(level: "error" | "warning" | "info", name: string, text: string, action?: Action) {
    return html`<notice-line level=${level} role="status" data-notice=${name} ?narrow=${this.narrow}
      >${text}
      ${action ? html`<vscode-button secondary slot="action" @click=${action.press}>${action.label}</vscode-button>` : nothing}
    </notice-line>`;
  }
}

interface Action {
  readonly label: string;
  press(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "panel-notices": PanelNotices;
  }
}

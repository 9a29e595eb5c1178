import "@vscode-elements/elements/dist/vscode-button/index.js";
import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ForeseeResult } from "../../../server/protocol/requests";
import type { CheckRun } from "../../protocol/messages";
import type { PanelModel, RunData } from "../../state/model";
import { samplesOf } from "../../state/runForm";
import { runStrings } from "../../strings/runs";
import { trustStrings as strings } from "../../strings/trust";
import { shared } from "../../styles/shared";
import { ask, AskError } from "../ask";
import { emit } from "../events";

type Foreseen = Extract<ForeseeResult, { readonly kind: "ready" }>;

/** Makes all checks that were not run: what that costs together, how far it is, and what stops it. */
@customElement("check-bar")
export class CheckBar extends LitElement {
  static override styles = [
    shared,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        padding: 12px 16px 4px;
        font-size: 12px;
        line-height: 18px;
      }

      .text {
        flex: 1 1 240px;
        min-width: 0;
        color: var(--ll-muted);
        font-variant-numeric: tabular-nums;
      }

      vscode-button {
        height: 26px;
      }

      :host([narrow]) .line {
        padding-left: 12px;
        padding-right: 12px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  /** What makes the checks that are missing. */
  @property({ attribute: false }) runs: readonly CheckRun[] = [];
  @property({ attribute: false }) checking: PanelModel["checking"]["runs"] = [];
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private cost?: string;
  #asked = "";

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("runs") && !changed.has("run")) return;
    const asked = JSON.stringify([this.run.header.id, this.runs]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.cost = undefined;
    void this.#foresee(asked);
  }

  async #foresee(asked: string): Promise<void> {
    const all: Foreseen[] = [];
    try {
      for (const { change } of this.runs) {
        const result = await ask(this, "foresee", change);
        if (asked !== this.#asked) return;
        // What cannot be run costs nothing; it says why when it is tried.
        if (result.kind === "ready") all.push(result);
      }
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
      return;
    }
    const sum = (value: (each: Foreseen) => number): number => all.reduce((total, each) => total + value(each), 0);
    const seconds = all.every((each) => each.seconds !== undefined) ? sum((each) => each.seconds ?? 0) : undefined;
    const evaluations = sum((each) => each.evaluations);
    const products = sum((each) => each.products);
    this.cost =
      evaluations + products === 0
        ? runStrings.asBefore
        : runStrings.cost(evaluations, Math.max(...all.map(({ study }) => samplesOf(study))), products, seconds);
  }

  override render() {
    const going = this.checking.filter(({ state }) => state === "waiting" || state === "running");
    if (going.length > 0) return this.#progress(going.length);
    if (this.runs.length === 0) return nothing;
    const failed = this.checking.flatMap(({ problem }) => problem ?? []);
    return html`${failed.map(({ message }) => html`<p class="line" role="alert">${message}</p>`)}
      <div class="line">
        <vscode-button secondary data-action="run-checks" ?disabled=${this.cost === undefined} @click=${this.#start}
          >${strings.runAll}</vscode-button
        >
        <span class="text" role="status"
          >${strings.runAllCost(this.runs.length, this.cost ?? runStrings.foreseeing)}</span
        >
      </div>`;
  }

  #progress(left: number) {
    const all = this.checking.length;
    const current = this.checking.find(({ state }) => state === "running");
    const { measured = 0, total = 0 } = current ?? {};
    const share = total > 0 ? Math.floor((100 * measured) / total) : undefined;
    const waiting = this.checking.find(({ state, message }) => state === "waiting" && message !== "")?.message;
    const text = current ? strings.checking(all - left + 1, all, share) : (waiting ?? strings.checkingSoon);
    return html`<div class="line">
      <vscode-button secondary data-action="stop-checks" @click=${this.#stop}>${runStrings.cancel}</vscode-button>
      <span class="text" role="status">${text}</span>
    </div>`;
  }

  #start = () => emit(this, "panel-message", { kind: "run-checks", runs: this.runs });

  #stop = () => emit(this, "panel-message", { kind: "stop-checks" });
}

declare global {
  interface HTMLElementTagNameMap {
    "check-bar": CheckBar;
  }
}
